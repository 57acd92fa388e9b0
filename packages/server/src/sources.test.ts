import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, describe, it } from "node:test";
import { refusal, read, serve, wish } from "../test/fixtures/fetching.ts";
import { loadConfig } from "./config/load.ts";
import { createAllowlist } from "./guard/allowlist.ts";
import { openSources, type Sources } from "./sources.ts";

function open(env: Readonly<Record<string, string>>, patterns: readonly string[]): Sources {
  const { config } = loadConfig({ env });
  const sources = openSources(config, createAllowlist(patterns, { unlisted: "refused" }));
  after(() => sources.close());
  return sources;
}

const HERE = { IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true" };

describe("sources", () => {
  it("hold what is asked against the allow-list, and not what the operator asks for", async () => {
    const origin = await serve((_incoming, response) => void response.end("the picture"));
    const { asked, own } = open(HERE, ["https://elsewhere.test/"]);
    assert.equal(await refusal(asked.fetch(origin.url, wish())), "source_not_allowed");
    assert.equal(await read(await own.fetch(origin.url, wish())), "the picture");
  });

  it("let the operator, too, go only where the gate lets anyone", async () => {
    const origin = await serve((_incoming, response) => void response.end("the picture"));
    const { asked, own } = open({ TINTYPE_GUARD_SOURCE_PORTS: String(origin.port) }, ["http://"]);
    for (const source of [asked, own])
      assert.equal(await refusal(source.fetch(origin.url, wish())), "source_address_forbidden");
    assert.equal(origin.connections, 0);
  });

  it("go nowhere that the operator denies, whatever else is allowed", async () => {
    const origin = await serve((_incoming, response) => void response.end("the picture"));
    const { asked } = open({ ...HERE, TINTYPE_GUARD_DENIED_SOURCE_ADDRESSES: "127.0.0.0/30" }, ["http://"]);
    assert.equal(await refusal(asked.fetch(origin.url, wish())), "source_address_forbidden");
    assert.equal(origin.connections, 0);
  });

  it("know no store that is switched off", async () => {
    const { asked, own } = open({}, []);
    for (const scheme of ["s3", "gs", "abs", "swift", "local", "ftp", "file"])
      for (const source of [asked, own])
        assert.equal(await refusal(source.fetch(`${scheme}://pictures/a.png`, wish())), "source_unreachable");
    await assert.rejects(
      asked.fetch("s3://pictures/a.png", wish()),
      /expected a scheme of http, https, got s3:/,
    );
  });

  it("keep the downloads of one bucket in a lane of their own", async () => {
    let most = 0;
    let now = 0;
    const server = createServer((incoming, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.end(incoming.url);
      }, 50);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const env = {
      IMGPROXY_USE_GCS: "true",
      IMGPROXY_GCS_ALLOWED_BUCKETS: "one,two",
      IMGPROXY_GCS_ENDPOINT: `127.0.0.1:${address.port}`,
      TINTYPE_SOURCE_MAX_HOST_DOWNLOADS: "2",
      TINTYPE_SOURCE_MAX_HOST_QUEUE_SIZE: "3",
    };
    const { asked } = open(env, []);
    const ask = (bucket: string) => refusal(asked.fetch(`gs://${bucket}/a.png`, wish()).then(read));
    const codes = await Promise.all(["one", "one", "one", "one", "one", "one", "two"].map(ask));
    assert.deepEqual(codes, ["none", "none", "none", "none", "none", "queue_full", "none"]);
    assert.ok(most <= 3, `${most} at a time`);
  });

  it("close although nobody has asked them", async () => {
    await open({ IMGPROXY_USE_S3: "true", IMGPROXY_S3_ALLOWED_BUCKETS: "one" }, []).close();
  });
});
