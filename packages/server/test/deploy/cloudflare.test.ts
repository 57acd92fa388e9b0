/**
 * deploy/cloudflare as it ships, bundled as wrangler bundles it. The network around it is a stub: `fetch` keeps answers by
 * URL alone, which is what Cloudflare does, and asks a real server.
 */
import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { ACCEPTS } from "../fixtures/accepts.ts";
import { ask, type Answer } from "../fixtures/ask.ts";
import { runEdgeFunction } from "../fixtures/edge-function.ts";
import { copyShipped, shipped } from "../fixtures/program.ts";
import {
  PAIRS,
  pairsEnv,
  printEdge,
  printEdgeModule,
  sign,
  startBehind,
  startTurnstile,
} from "../fixtures/twin.ts";

const ENV = { ...pairsEnv(PAIRS), IMGPROXY_AUTO_WEBP: "true", IMGPROXY_AUTO_AVIF: "true" };
const FLAGS = ["--verify", "--resign"];
const SITE = "https://img.example.com";
const PATH = "w:40/plain/local:///photo.jpg";

type Environment = Readonly<Record<string, string>>;
interface Init {
  readonly method: string;
  readonly headers: Headers;
  readonly cf: Readonly<Record<string, unknown>>;
}
type Fetch = (target: string, init: Init) => Promise<Response>;
interface Worker {
  fetch(request: Request, env: Environment): Promise<Response>;
}

/** The Worker in a realm of its own that has what Workers have. */
async function load(edge: string, fetch: Fetch): Promise<Worker> {
  const folder = copyShipped("cloudflare");
  writeFileSync(join(folder, "edge.js"), edge);
  const toml = shipped("cloudflare/wrangler.toml");
  const [, main = ""] = /^main = "(.+)"$/m.exec(toml) ?? [];
  const [, from = "", to = ""] = /^\[alias\]\n"(.+)" = "(.+)"$/m.exec(toml) ?? [];
  assert.match(toml, /^compatibility_flags = \["nodejs_compat"\]$/m);
  const { outputFiles } = await build({
    entryPoints: [join(folder, main)],
    alias: { [from]: join(folder, to) },
    external: ["crypto"],
    bundle: true,
    format: "cjs",
    write: false,
  });
  const module = { exports: { default: undefined as unknown as Worker } };
  const require = (name: string) =>
    name === "crypto" ? crypto : assert.fail(`expected crypto, got ${name}`);
  const scope = { module, require, fetch, Buffer, Headers, Request, Response };
  runInContext(
    outputFiles[0]?.text ?? "",
    createContext(scope, { codeGeneration: { strings: false, wasm: false } }),
  );
  return module.exports.default;
}

describe("the Worker for Cloudflare", async () => {
  const server = await startBehind(ENV);
  const turnstile = await startTurnstile(Number(new URL(server.url).port));
  const kept = new Map<string, Answer>();
  const fetched: { readonly target: string; readonly init: Init }[] = [];
  const fetch: Fetch = async (target, init) => {
    fetched.push({ target, init });
    assert.equal(init.cf["cacheEverything"], true);
    const path = target.slice(target.indexOf("/", 8));
    const headers = Object.fromEntries(init.headers.entries());
    const answer = kept.get(target) ?? (await ask(turnstile.port, path, { headers }));
    kept.set(target, answer);
    const pairs = Object.entries(answer.headers).map(([name, value = ""]): [string, string] => [name, value]);
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: pairs });
  };
  const worker = await load(await printEdgeModule(FLAGS, ENV), fetch);
  const keys = { TINTYPE_KEYS: await printEdge(["--keys"], ENV) };
  const get = (path: string, headers: Record<string, string> = {}, env: Environment = keys, method = "GET") =>
    worker.fetch(new Request(`${SITE}${path}`, { headers, method }), env);

  it("sorts all browsers as the function does, and shows Cloudflare's cache the class", async () => {
    const run = runEdgeFunction(await printEdge([], ENV), undefined);
    const classes = new Set<string>();
    for (const accept of ACCEPTS) {
      const wanted = await run({ uri: sign(PATH), headers: { accept } });
      assert.ok("uri" in wanted);
      await get(sign(PATH), { accept });
      const { target, init } = fetched.at(-1) ?? assert.fail("expected a question, got none");
      assert.equal(init.headers.get("accept"), wanted.headers["accept"], accept);
      assert.equal(
        target,
        `${SITE}${sign(PATH)}?accept=${encodeURIComponent(wanted.headers["accept"] ?? "")}`,
      );
      classes.add(target);
    }
    assert.equal(classes.size, 4);
    assert.equal(turnstile.passed.length, 4, "the server is asked once for each class");
  });

  it("gives each class what it reads, though the cache is blind to Vary", async () => {
    for (const [accept, type] of [
      ["image/avif,image/webp,*/*", "image/avif"],
      ["image/webp", "image/webp"],
      ["*/*", "image/jpeg"],
    ] as const) {
      const { status, headers } = await get(sign(PATH), { accept });
      assert.deepEqual([status, headers.get("content-type"), headers.get("vary")], [200, type, "Accept"]);
    }
  });

  it("refuses at the edge what nobody signed, sends old signatures on as new ones, and knows no query", async () => {
    const already = fetched.length;
    assert.equal((await get(`/wrong/${PATH}`)).status, 403);
    assert.equal((await get("/health")).status, 404);
    const post = await get(sign(PATH), {}, keys, "POST");
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
    assert.equal(fetched.length, already);
    assert.equal((await get(`${sign(PATH, PAIRS[1])}?utm=1`, { accept: "image/webp" })).status, 200);
    assert.equal(fetched.at(-1)?.target, `${SITE}${sign(PATH)}?accept=image%2Fwebp`);
  });

  it("leaves signatures to the server where it has no keys", async () => {
    const already = fetched.length;
    assert.equal((await get(`/wrong/${PATH}`, {}, {})).status, 403);
    assert.equal(fetched.length, already + 1);
  });

  it("passes the path on as Cloudflare gave it, and of headers only what the answer may hang on", async () => {
    const path = sign("w:9//plain/local:///a//b%2Fc%20d.jpg");
    await get(path, {
      range: "bytes=0-1",
      cookie: "a=b",
      authorization: "c",
      "cf-connecting-ip": "192.0.2.9",
    });
    const { target, init } = fetched.at(-1) ?? assert.fail("expected a question, got none");
    assert.ok(target.startsWith(`${SITE}${path}?`), target);
    assert.deepEqual(Object.fromEntries(init.headers.entries()), {
      accept: "*/*",
      range: "bytes=0-1",
      "x-viewer-ip": "192.0.2.9",
    });
  });

  it("asks another origin where it is told to", async () => {
    await get(sign(PATH), {}, { ...keys, TINTYPE_ORIGIN: "https://origin.example.com" });
    assert.ok(fetched.at(-1)?.target.startsWith(`https://origin.example.com${sign(PATH)}?`));
  });
});
