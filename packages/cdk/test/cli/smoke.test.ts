/** Each check passes where all is well, and fails where the one thing is wrong that it is there for. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, afterEach, describe, it } from "node:test";
import { createSmoke } from "../../src/cli/smoke.ts";
import type { Pace } from "../../src/cli/smoke/check.ts";
import { CHECKS } from "../../src/cli/smoke/checks.ts";
import { keptOf, typeOf } from "../../src/cli/smoke/read.ts";
import { ARN, OUTPUTS_OF_ALL, useAmazon } from "./amazon.ts";
import { FAULTS, PAIR, startFront, type Fault } from "./front.ts";
import { run, type Ran } from "./run.ts";

const SOURCE = "s3://bucket/photo.jpg";
const PACE: Pace = { step: 5, purge: 300, ageing: 30, direct: 500 };
const ENV = { IMGPROXY_KEY: `${PAIR.key},cc`, IMGPROXY_SALT: `${PAIR.salt},dd` };

const front = await startFront();
const other = await startFront();
const amazon = useAmazon();

afterEach(() => {
  front.fault = undefined;
  amazon.outputs = {};
  amazon.utilisation = "31";
});

/** Has the stack be one of this front. */
const outputs = (more: Record<string, string> = {}): void => {
  amazon.outputs = { ...OUTPUTS_OF_ALL, Url: front.url, ...more };
  amazon.secret.text = JSON.stringify({ key: `${PAIR.key},cc`, salt: `${PAIR.salt},dd` });
  amazon.onInvalidation = (items) => items.forEach((item) => front.purge(item.slice(1)));
};

/** A port that nobody listens at. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

interface Looked {
  readonly results: readonly { readonly name: string; readonly outcome: string; readonly got: string }[];
}

const smoke = (args: readonly string[], env: Readonly<Record<string, string>> = ENV): Promise<Ran> =>
  run(createSmoke({ env, pace: PACE }), ["--source", SOURCE, ...args]);
const purge = ["--purge", `"${process.execPath}" -e "fetch('${front.url}/purge/{tag}')"`];

async function look(args: readonly string[], env?: Readonly<Record<string, string>>) {
  const ran = await smoke(["--json", ...args], env);
  const { results } = JSON.parse(ran.text || '{"results":[]}') as Looked;
  const named = (outcome: string): readonly string[] =>
    results.flatMap((result) => (result.outcome === outcome ? [result.name] : []));
  return { ...ran, results, failed: named("failed"), skipped: named("skipped"), passed: named("passed") };
}

describe("smoke", () => {
  it("passes where all is well, and says loudly what it cannot see", async () => {
    const port = await closedPort();
    const { code, text } = await smoke([front.url, "--direct", `http://127.0.0.1:${port}`, ...purge]);
    assert.equal(code, 0, text);
    const lines = text.split("\n");
    assert.equal(lines.filter((line) => line.startsWith("ok ")).length, CHECKS.length - 1, text);
    assert.match(text, /^SKIPPED {2}function at the edge: .* only CloudFront can say/m);
    assert.match(text, /15 of 16 passed, 0 failed; 1 NOT LOOKED AT/);
  });

  it("fails where something is skipped and --strict is said", async () => {
    assert.equal((await look([front.url, "--strict"])).code, 1);
  });

  for (const [fault, checks] of Object.entries(FAULTS))
    it(`notices, and takes for nothing else: ${fault}`, async () => {
      front.fault = fault as Fault;
      outputs();
      const { code, failed } = await look(["--stack", "images"]);
      assert.equal(code, 1);
      assert.deepEqual([...failed].sort(), [...checks].sort());
    });

  it("notices a load balancer that answers, and takes one that refuses", async () => {
    const open = await look([front.url, "--direct", other.url]);
    assert.deepEqual(open.failed, ["no back door"]);
    assert.ok(open.results.some(({ got }) => got.startsWith(`${other.url}: 200`)));
    const strangers = { key: "11", salt: "22" };
    const shut = await look([front.url, "--direct", other.url], {
      IMGPROXY_KEY: strangers.key,
      IMGPROXY_SALT: strangers.salt,
    });
    assert.ok(shut.passed.includes("no back door"));
  });

  it("fails, and does not break, where nobody answers", async () => {
    const { code, failed, results } = await look([`http://127.0.0.1:${await closedPort()}`]);
    assert.equal(code, 1);
    assert.equal(failed.length, CHECKS.length - 3);
    assert.ok(results.some(({ got }) => got === "no answer (ECONNREFUSED)"));
  });

  it("looks at what has no keys, and says what it then cannot see", async () => {
    front.fault = "unsigned is served";
    const { code, failed, skipped } = await look([front.url, "--unsigned"], {});
    assert.deepEqual([code, failed], [0, []]);
    assert.deepEqual(
      skipped.filter((name) => !["purge by tag", "no back door", "function at the edge"].includes(name)),
      ["unsigned", "// stays", "%2F stays"],
    );
  });

  it("expects of each class what the deployment chooses", async () => {
    const { failed } = await look([front.url, "--formats", "webp"]);
    assert.deepEqual(failed, ["type for avif and webp"]);
  });
});

describe("smoke --stack", () => {
  it("takes URL, keys, load balancer and purges from the stack", async () => {
    outputs({ LoadBalancerDns: `127.0.0.1:${await closedPort()}` });
    const { code, failed, skipped } = await look(["--stack", "images"], {});
    assert.deepEqual([code, failed, skipped], [0, [], []]);
    assert.ok(amazon.calls.some(({ body }) => /<Path>#smoke[\da-f]{12}<\/Path>/.test(body)));
  });

  it("notices a function that takes too long", async () => {
    outputs();
    amazon.utilisation = "50";
    const { failed, results } = await look(["--stack", "images"], {});
    assert.deepEqual(failed, ["function at the edge"]);
    assert.ok(results.some(({ got }) => got === "ComputeUtilization 50"));
  });

  it("knows that a load balancer without a CDN is the front door", async () => {
    outputs({ LoadBalancerDns: "images.example.com" });
    delete amazon.outputs["DistributionId"];
    const { code, skipped } = await look(["--stack", "images"], {});
    assert.equal(code, 0);
    assert.ok(skipped.includes("no back door"));
  });

  it("says what AWS refused", async () => {
    outputs();
    amazon.denied.add("CreateInvalidation");
    const { results } = await look(["--stack", "images"], {});
    amazon.denied.clear();
    const got = results.find(({ name }) => name === "purge by tag")?.got ?? "";
    assert.match(got, /^expected AWS to do it, got 403 AccessDenied/);
    assert.ok(!JSON.stringify(results).includes(ARN.secret));
  });
});

describe("smoke's keys", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-smoke-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it("are read from files, the first pair signs", async () => {
    const flags = ["--key", file("key", `${PAIR.key},cc\n`), "--salt", file("salt", `${PAIR.salt},dd\n`)];
    assert.deepEqual((await look([front.url, ...flags], {})).failed, []);
  });

  for (const [args, words] of [
    [[front.url, "--key", "k"], "expected --key and --salt together"],
    [[front.url], "expected keys, got none: give --stack"],
    [[], "expected the URL of a deployment or --stack, got neither"],
    [["img.example.com"], "expected an http(s) URL of a deployment"],
    [[front.url, "--formats", "jpg"], "expected avif, webp"],
    [[front.url, front.url], "expected one URL"],
    [[front.url, "--timeout", "0"], "expected a number from 1 to 300 behind --timeout"],
  ] as const)
    it(`are asked for: ${words}`, async () => {
      const { code, errors } = await smoke(args, {});
      assert.equal(code, 2, errors);
      assert.ok(errors.includes(words), errors);
    });

  it("need an original", async () => {
    const { code, errors } = await run(createSmoke({ env: ENV }), [front.url]);
    assert.equal(code, 2);
    assert.match(errors, /expected the URL of an original behind --source, got nothing/);
  });
});

describe("what an answer is", () => {
  for (const [cache, kept] of [
    [{ "x-cache": "Hit from cloudfront", "x-amz-cf-id": "1" }, "hit"],
    [{ "x-cache": "RefreshHit from cloudfront" }, "hit"],
    [{ "x-cache": "Miss from cloudfront" }, "miss"],
    [{ "x-cache": "HIT, Miss from cloudfront" }, "miss"],
    [{ "x-cache": "HIT", "x-amz-cf-id": "1" }, "unknown"],
    [{ "x-cache": "Error from cloudfront" }, "unknown"],
    [{ "x-cache": "HIT" }, "hit"],
    [{ "x-cache": "MISS, HIT" }, "hit"],
    [{ "x-cache": "EXPIRED" }, "unknown"],
    [{}, "unknown"],
  ] as const)
    it(`${JSON.stringify(cache)} is ${kept}`, () => assert.equal(keptOf({ headers: cache }), kept));

  it("is told by its first bytes", () => {
    assert.equal(typeOf(Buffer.from("<html>")), undefined);
    assert.equal(typeOf(Buffer.alloc(0)), undefined);
    assert.equal(typeOf(Buffer.from("GIF89a")), "image/gif");
  });
});
