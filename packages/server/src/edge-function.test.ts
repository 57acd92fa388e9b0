import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pick } from "@tintype/url/capability";
import { createCapabilities } from "@tintype/url/sign";
import fc from "fast-check";
import { runEdgeFunction, VIEWER, type EdgeResult } from "../test/fixtures/edge-function.ts";
import { needs } from "../test/needs.ts";
import { openAccess } from "./access.ts";
import { loadConfig } from "./config/load.ts";
import { edgeFunction, edgeKeys, MAX_FUNCTION_BYTES } from "./edge-function.ts";
import { decide } from "./job.ts";
import { createLog } from "./observe/log.ts";
import { policiesOf } from "./policies.ts";

const PAIRS = [
  ["6b6579", "73616c74"],
  ["6b657932", "73616c7432"],
] as const;
const CAPABILITY_KEY = "00112233445566778899aabbccddeeff";
const ENV = {
  IMGPROXY_KEY: PAIRS.map(([key]) => key).join(","),
  IMGPROXY_SALT: PAIRS.map(([, salt]) => salt).join(","),
  IMGPROXY_TRUSTED_SIGNATURES: "trusted",
  TINTYPE_CAPABILITY_KEYS: `1:${CAPABILITY_KEY}`,
  TINTYPE_CAPABILITY_AUDIENCE: "img.example.com",
};
const OFF = { verify: false, resign: false, store: "keys" };
const ON = { ...OFF, verify: true };

const configOf = (env: Readonly<Record<string, string>> = {}) =>
  loadConfig({ env: { ...ENV, ...env }, cpus: 1 }).config;

function signed(path: string, pair = 0, size = 32): string {
  const [key, salt] = PAIRS[pair] ?? PAIRS[0];
  const mac = createHmac("sha256", Buffer.from(key, "hex"))
    .update(Buffer.from(salt, "hex"))
    .update(`/${path}`);
  return `/${mac.digest().subarray(0, size).toString("base64url")}/${path}`;
}

const PATH = "rs:fill:4:4/plain/https://example.com/cat.jpg";
const CAPABILITY = pick(
  createCapabilities({ endpoint: "https://img.example.com", key: CAPABILITY_KEY, kid: 1 }).sign(
    "https://a.b/c.jpg",
    {
      widths: [16, 64],
      expires: new Date("2090-01-01"),
    },
  ),
  { width: 32 },
).slice("https://img.example.com".length);

const isPassed = (result: EdgeResult): result is Extract<EdgeResult, { uri: string }> => "uri" in result;

/** The server's own verdict: whether it would go on with a target. */
function serverTakes(target: string, env: Readonly<Record<string, string>> = {}): boolean {
  const config = configOf(env);
  const log = createLog({ level: "error", format: "json", write: () => undefined });
  const access = openAccess(config, policiesOf(config, undefined).job, log);
  try {
    access.read(target, {});
    return true;
  } catch (error) {
    const { code } = error as { readonly code: string };
    return code !== "bad_signature" && code !== "bad_capability" && code !== "invalid_path";
  } finally {
    access.close();
  }
}

describe("the function for CDNs", () => {
  it("is small enough for CloudFront, whatever is on", () => {
    const text = edgeFunction(configOf({ IMGPROXY_AUTO_JXL: "true" }), { ...ON, resign: true });
    assert.ok(Buffer.byteLength(text) <= MAX_FUNCTION_BYTES, String(Buffer.byteLength(text)));
    assert.doesNotMatch(text, /\bSETTINGS\b/);
    for (const [key, salt] of PAIRS) assert.ok(!text.includes(key) && !text.includes(salt));
  });

  it("is read by the narrowest engine", { skip: needs("njs") === undefined }, () => {
    const folder = mkdtempSync(join(tmpdir(), "tintype-njs-"));
    try {
      const exported = "export default { handler };\nasync function handler";
      writeFileSync(
        join(folder, "edge.js"),
        edgeFunction(configOf(), ON).replace("async function handler", exported),
      );
      const keys = JSON.stringify(edgeKeys(configOf()));
      const store = `export default { kvs: () => ({ get: () => Promise.resolve(${keys}) }) };`;
      // That is how the module is called, without an extension.
      writeFileSync(join(folder, "cloudfront"), store);
      const uris = [
        signed(PATH),
        signed(PATH, 1),
        `/x${signed(PATH)}`,
        CAPABILITY,
        CAPABILITY.replace("/A", "/B"),
      ];
      const main = `import edge from "edge.js";
const ask = (uri) => edge.handler({
  viewer: { ip: "${VIEWER}" },
  request: { method: "GET", uri: uri, headers: { accept: { value: "image/webp,image/avif,*/*;q=0.8" } } },
});
Promise.all(${JSON.stringify(uris)}.map(ask)).then((all) => {
  console.log(JSON.stringify(all.map((one) => one.statusCode || one.headers.accept.value)));
});`;
      writeFileSync(join(folder, "main.js"), main);
      const out = execFileSync(needs("njs") ?? "", ["-q", "-p", folder, join(folder, "main.js")], {
        encoding: "utf8",
        timeout: 20_000,
      });
      const classes = "image/avif,image/webp";
      assert.deepEqual(JSON.parse(out), [classes, classes, 403, "*/*", 403]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const run = runEdgeFunction(edgeFunction(configOf(), OFF), undefined);

  for (const [accept, expected] of [
    ["", "*/*"],
    ["*/*", "*/*"],
    ["image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "image/avif,image/webp"],
    ["image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", "image/webp"],
    ["image/webp, image/avif", "image/avif,image/webp"],
    ["image/avif;q=0, image/webp", "image/webp"],
    ["image/avif;Q=0, image/webp", "image/webp"],
    ["image/webp;q=0.0", "*/*"],
    ["IMAGE/WEBP", "image/webp"],
    ["image/webpx", "*/*"],
  ] as const)
    it(`makes ${JSON.stringify(expected)} of the Accept header ${JSON.stringify(accept)}`, async () => {
      const result = await run({ uri: `/x/${PATH}`, headers: { accept } });
      assert.ok(isPassed(result));
      assert.equal(result.headers["accept"], expected);
    });

  for (const fixed of [
    "w:10/plain/https://a.b/c.jpg@png",
    `w:10/${Buffer.from("https://a.b/c").toString("base64url")}.webp`,
    "f:jpg/plain/https://a.b/c",
    "w:5/ext:avif/plain/https://a.b/c",
    "w%3A5/f%3Apng/plain/https://a.b/c",
    "w%3A5/plain/https://a.b/c.jpg@png",
  ])
    it(`has one class for all browsers at ${fixed}`, async () => {
      const result = await run({ uri: `/x/${fixed}`, headers: { accept: "image/avif,image/webp" } });
      assert.ok(isPassed(result) && result.headers["accept"] === "*/*");
      const enforcing = configOf({ IMGPROXY_ENFORCE_WEBP: "true" });
      const other = await runEdgeFunction(
        edgeFunction(enforcing, OFF),
        undefined,
      )({
        uri: `/x/${fixed}`,
        headers: { accept: "image/avif,image/webp" },
      });
      assert.ok(isPassed(other) && other.headers["accept"] !== "*/*");
    });

  it("takes no source's name for a format, whatever stands before it", async () => {
    const presets = configOf({
      IMGPROXY_ONLY_PRESETS: "true",
      IMGPROXY_PRESETS: "small=w:10,f=w:20,png=h:20",
    });
    const runPresets = runEdgeFunction(edgeFunction(presets, OFF), undefined);
    const classes = "image/avif,image/webp";
    for (const [engine, path, expected] of [
      [run, "w%3A10/plain/https://a.b/c.jpg", classes],
      [run, "/w:10/plain/https://a.b/c.jpg", classes],
      [runPresets, "small/plain/https://a.b/c.jpg", classes],
      [runPresets, "f:png/plain/https://a.b/c.jpg", classes],
      [runPresets, "small/plain/https://a.b/c.jpg@png", "*/*"],
      [runPresets, "small/aHR0cDovL2EuYi9j.png", "*/*"],
    ] as const) {
      const result = await engine({ uri: `/x/${path}`, headers: { accept: classes } });
      assert.ok(isPassed(result));
      assert.equal(result.headers["accept"], expected, path);
    }
    const slashed = await run({ uri: "//x/w:10/plain/https://a.b/c.jpg@png", headers: { accept: classes } });
    assert.ok(isPassed(slashed) && slashed.headers["accept"] === "*/*");
  });

  it("leaves the path as it is, drops the query, and says who asks", async () => {
    const uri = "/x/w:10//plain/http://a.b//c%2Fd%20e.jpg";
    const result = await run({
      uri,
      querystring: { a: { value: "1" } },
      headers: { "x-viewer-ip": "1.1.1.1" },
    });
    assert.ok(isPassed(result));
    assert.deepEqual([result.uri, result.querystring, result.headers["x-viewer-ip"]], [uri, {}, VIEWER]);
  });

  it("answers what is no picture itself", async () => {
    for (const uri of ["/", "/health", "/ready", "/gallery"])
      assert.equal(((await run({ uri })) as { status?: number }).status, 404, uri);
    const post = await run({ uri: `/x/${PATH}`, method: "POST" });
    assert.ok(!isPassed(post) && post.status === 405 && post.headers["allow"] === "GET, HEAD");
  });

  it("sorts browsers into the classes that the server knows", async () => {
    const all = configOf({ IMGPROXY_AUTO_JXL: "true" });
    const engines = [configOf(), all].map((config) => ({
      run: runEdgeFunction(edgeFunction(config, OFF), undefined),
      job: policiesOf(config, undefined).job,
    }));
    const type = fc.constantFrom("image/avif", "image/webp", "image/jxl", "image/png", "*/*", "image/*");
    await fc.assert(
      fc.asyncProperty(fc.array(type, { maxLength: 6 }), async (types) => {
        for (const { run, job } of engines) {
          const accept = types.join(",");
          const result = await run({ uri: `/x/${PATH}`, headers: { accept } });
          assert.ok(isPassed(result));
          const accepted = (given: string) => decide(PATH, { accept: given }, job).accepted;
          assert.deepEqual(accepted(result.headers["accept"] ?? ""), accepted(accept));
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe("the function for CDNs, where it verifies", () => {
  const keys = { keys: edgeKeys(configOf()) };
  const run = runEdgeFunction(edgeFunction(configOf(), ON), keys);
  const verdict = async (uri: string) => isPassed(await run({ uri }));

  it("has the server's verdict on every URL", async () => {
    const good = [signed(PATH), signed(PATH, 1), `/trusted/${PATH}`, CAPABILITY];
    for (const uri of good) assert.ok((await verdict(uri)) && serverTakes(uri), uri);
    const mutant = fc
      .tuple(fc.constantFrom(...good), fc.nat(), fc.constantFrom(..."abcAZ09-_/:%.@".split("")))
      .map(([uri, at, character]) => {
        const place = 1 + (at % (uri.length - 1));
        return uri.slice(0, place) + character + uri.slice(place + 1);
      })
      .filter(
        (uri) =>
          !uri.startsWith("/c1/") ||
          !/^\/c1\/[^/]*\/[^/]*\/[^/]*\/[^/]*$/.test(uri) ||
          uri.split("/")[5] === CAPABILITY.split("/")[5],
      );
    await fc.assert(
      fc.asyncProperty(mutant, async (uri) => {
        const [edge, server] = [await verdict(uri), serverTakes(uri)];
        // What costs nothing to leave to the server may pass, but nothing that it takes is refused.
        if (server) assert.ok(edge, `refused at the edge: ${uri}`);
        if (edge && !uri.startsWith("/c1/")) assert.ok(server, `passed at the edge: ${uri}`);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("mends what proxies break before it looks at the signature, as the server does", async () => {
    for (const broken of [
      signed(PATH).replace("https://", "https:/"),
      signed(PATH).replace("rs:fill", "rs%3Afill"),
      signed("w:1/plain/local:///a.jpg").replace("local:///", "local:/"),
    ])
      assert.ok((await verdict(broken)) && serverTakes(broken), broken);
  });

  it("takes a second slash in front where the server does, before no capability", async () => {
    for (const path of [signed(PATH), signed(PATH, 1), `/trusted/${PATH}`])
      assert.ok((await verdict(`/${path}`)) && serverTakes(`/${path}`), path);
    for (const path of [`/${CAPABILITY}`, `//${signed(PATH)}`])
      assert.ok(!(await verdict(path)) && !serverTakes(path), path);
    const resigned = runEdgeFunction(edgeFunction(configOf(), { ...ON, resign: true }), keys);
    const result = await resigned({ uri: `/${signed(PATH, 1)}` });
    assert.ok(isPassed(result) && result.uri === signed(PATH));
  });

  it("signs paths with more slashes in front as the server does", async () => {
    for (const slashes of ["/", "//", "///"]) {
      const mended = slashes.slice(2) + PATH;
      const uri = signed(mended).replace(mended, slashes + PATH);
      assert.ok((await verdict(uri)) && serverTakes(uri), uri);
    }
    const wrong = signed(`/${PATH}`).replace(PATH, `/${PATH}`);
    assert.ok(!(await verdict(wrong)) && !serverTakes(wrong), wrong);
  });

  it("cuts signatures as the server is set", async () => {
    const short = configOf({ IMGPROXY_SIGNATURE_SIZE: "13" });
    const cut = runEdgeFunction(edgeFunction(short, ON), { keys: edgeKeys(short) });
    assert.ok(isPassed(await cut({ uri: signed(PATH, 0, 13) })));
    assert.ok(!isPassed(await cut({ uri: signed(PATH) })));
  });

  it("refuses capabilities that are tampered with or over, and leaves the rest to the server", async () => {
    const over = pick(
      createCapabilities({ endpoint: "https://img.example.com", key: CAPABILITY_KEY, kid: 1 }).sign("a", {
        widths: [16, 64],
        expires: new Date("2021-01-01"),
      }),
      { width: 32 },
    ).slice("https://img.example.com".length);
    assert.equal(await verdict(over), false);
    assert.equal(await verdict(CAPABILITY.replace("w16-64", "w16-80")), false);
    assert.equal(await verdict(CAPABILITY.replace("/A", "/B")), false);
    assert.equal(await verdict(CAPABILITY.replace(/w\d+\.avif$/, "w9999.avif")), true);
  });

  it("lets everything pass where the store is empty or away: the server checks, too", async () => {
    const alone = runEdgeFunction(edgeFunction(configOf(), ON), undefined);
    assert.ok(isPassed(await alone({ uri: `/wrong/${PATH}` })));
  });

  it("sends old signatures on as the newest, where that is wished for", async () => {
    const anew = runEdgeFunction(edgeFunction(configOf(), { ...ON, resign: true }), keys);
    const result = await anew({ uri: signed(PATH, 1) });
    assert.ok(isPassed(result) && result.uri === signed(PATH, 0));
  });

  it("takes no more keys than a store does", () => {
    const many = Array.from({ length: 20 }, (_, i) => String(i).padStart(2, "0").repeat(32)).join(",");
    assert.throws(
      () => edgeKeys(configOf({ IMGPROXY_KEY: many, IMGPROXY_SALT: many })),
      /expected keys of 1024 bytes/,
    );
  });
});
