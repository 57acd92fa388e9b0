/** `tintype serve` as an operator meets it: what it prints, how it refuses to start, how it stops. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { ask, plain } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { picture } from "../fixtures/pictures.ts";
import { failToStart, spawnServer } from "../fixtures/process.ts";
import { allSetUp } from "../fixtures/setup.ts";
import { talk } from "../fixtures/socket.ts";
import { until } from "../fixtures/until.ts";

const folder = useFolder(async () => ({ "root/a.png": await picture("png"), presets: "small=w:2\n" }));
const portOf = (url: string): number => Number(new URL(url).port);

describe("tintype serve", { concurrency: 2 }, () => {
  it("serves, writes JSON lines and nothing else, and stops at once when it is asked", async () => {
    await allSetUp();
    const server = await spawnServer({
      IMGPROXY_LOCAL_FILESYSTEM_ROOT: join(folder, "root"),
      IMGPROXY_PRESETS_PATH: join(folder, "presets"),
    });
    const port = portOf(server.url);
    const { status, headers } = await ask(port, `/_/pr:small/${plain("local:///a.png")}`);
    assert.deepEqual([status, headers["content-type"]], [200, "image/png"]);
    assert.equal((await ask(port, "/_/nope:1/plain/a")).status, 404);
    assert.equal((await ask(port, "/health")).text, "imgproxy is running");
    await talk(port, "NONSENSE\r\n\r\n", { milliseconds: 300 });
    const { code, lines, errors } = await server.stop();
    assert.deepEqual([code, errors], [0, ""]);
    const log = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const said = log.map(({ level, msg, status: of }) => [level, String(msg).split(" ", 2).join(" "), of]);
    assert.deepEqual(
      said.filter(([, message]) => message !== "renderers are"),
      [
        ["WARNING", "URLs are", undefined],
        ["INFO", "listening", undefined],
        ["INFO", "Completed in", 200],
        ["WARNING", "Completed in", 404],
        ["WARNING", "Refused", 400],
      ],
    );
  });

  it("serves metrics at a port of their own, and pictures at a socket", async () => {
    const path = join(folder, "door.sock");
    const server = await spawnServer({
      IMGPROXY_BIND: path,
      IMGPROXY_NETWORK: "unix",
      IMGPROXY_PROMETHEUS_BIND: "127.0.0.1:0",
    });
    assert.equal(server.url, `unix:${path}`);
    const body = await new Promise<string>((resolve, reject) => {
      request({ socketPath: path, path: "/health" }, (response) => resolve(text(response)))
        .on("error", reject)
        .end();
    });
    assert.equal(body, "imgproxy is running");
    assert.equal((await server.stop("SIGINT")).code, 0);
  });

  it("finishes what runs before it stops", async () => {
    await allSetUp();
    const asked = Promise.withResolvers<ServerResponse>();
    const origin = createServer((_, response) => asked.resolve(response));
    await once(origin.listen(0, "127.0.0.1").unref(), "listening");
    const server = await spawnServer({
      IMGPROXY_ALLOWED_SOURCES: "http://",
      IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
    });
    const { port } = origin.address() as AddressInfo;
    const slow = ask(portOf(server.url), `/_/${plain(`http://127.0.0.1:${port}/a.png`)}`);
    const response = await asked.promise;
    const stopped = server.stop();
    await until(() =>
      ask(portOf(server.url), "/health").then(
        () => false,
        () => true,
      ),
    );
    response.end(await picture("png"));
    const { status, headers } = await slow;
    assert.deepEqual([status, headers["connection"]], [200, "close"]);
    assert.equal((await stopped).code, 0);
    await until(() => server.log().some((line) => line["status"] === 200));
  });

  for (const [env, complaints] of [
    [
      { IMGPROXY_TTL: "long", IMGPROXY_QUALITY: "101" },
      [/IMGPROXY_TTL: expected/, /IMGPROXY_QUALITY: expected/],
    ],
    [{ IMGPROXY_KEY: "aa", IMGPROXY_SALT: "" }, [/IMGPROXY_(KEY|SALT): expected one salt/]],
    [{ IMGPROXY_KEY: "not hex", IMGPROXY_SALT: "aa" }, [/IMGPROXY_KEY: expected/]],
    [{ IMGPROXY_PRESETS: "a=nope:1" }, [/IMGPROXY_PRESETS: /]],
    [{ IMGPROXY_LOCAL_FILESYSTEM_ROOT: "/does/not/exist" }, [/IMGPROXY_LOCAL_FILESYSTEM_ROOT: expected/]],
    [
      { IMGPROXY_WATERMARK_URL: "http://nowhere.invalid/a.png" },
      [/expected to load an image from http:\/\/nowhere/],
    ],
    [{ IMGPROXY_TTL: "1", TINTYPE_HTTP_TTL: "2" }, [/IMGPROXY_TTL/, /TINTYPE_HTTP_TTL/]],
    [{ IMGPROXY_BIND: "nowhere" }, [/IMGPROXY_BIND/]],
  ] as const)
    it(`refuses to start with ${JSON.stringify(env)}`, async () => {
      const { code, errors, lines } = await failToStart(env);
      assert.equal(code, 1);
      for (const complaint of complaints) assert.match(errors + lines.join("\n"), complaint);
      assert.doesNotMatch(errors, /not hex|^\s+at /m);
    });
});
