import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { peer } from "./peer.ts";

/** A name that no linter looks for. */
const absent: string = "@tintype/absent";

describe("peer", () => {
  it("loads what is there", async () => {
    const { gunzipSync } = await peer("node:zlib", "unpack", () => import("node:zlib"));
    assert.equal(typeof gunzipSync, "function");
  });

  it("says what to install and what for", async () => {
    const work = peer("@tintype/absent", "be here", () => import(absent) as Promise<unknown>);
    await assert.rejects(work, { message: 'Install "@tintype/absent" to be here' });
  });

  it("does not say so of what is there and broken", async () => {
    const work = peer("broken", "work", () => Promise.reject(new TypeError("no such engine")));
    await assert.rejects(work, { message: 'expected "broken" to load, got no such engine' });
  });
});

/** Reads an object of every store where nothing of theirs is installed, and prints what came of it. */
const PROGRAM = `
  import { registerHooks } from "node:module";
  let asked = [];
  registerHooks({
    resolve(specifier, context, next) {
      if (!/^@?(aws|azure|google)/.test(specifier)) return next(specifier, context);
      asked.push(specifier);
      throw Object.assign(new Error("none"), { code: "ERR_MODULE_NOT_FOUND" });
    },
  });
  const { loadConfig } = await import("./config/load.ts");
  const { openSources } = await import("./sources.ts");
  const env = {
    IMGPROXY_USE_S3: "1", IMGPROXY_USE_GCS: "1", IMGPROXY_USE_ABS: "1", IMGPROXY_ABS_NAME: "me", IMGPROXY_ABS_KEY: "key",
    IMGPROXY_KEY: "00".repeat(16), IMGPROXY_SALT: "00",
  };
  const { asked: source } = openSources(loadConfig({ env }).config, { allows: () => true, ports: [] });
  const early = asked.splice(0);
  const wish = { signal: new AbortController().signal, maxBytes: 0, headers: {}, mode: "picture" };
  const told = [];
  for (const scheme of ["s3", "gs", "abs"]) {
    const { code, status, publicMessage, message } = await source.fetch(scheme + "://pictures/a.png", wish).catch((e) => e);
    told.push([code, status, publicMessage, message]);
  }
  console.log(JSON.stringify({ early, asked, told }));
`;

describe("stores whose packages are not installed", () => {
  it("are refused when asked, with the remedy in the log, and cost nothing before", async () => {
    const child = spawn(
      process.execPath,
      ["--conditions=tintype-source", "--input-type=module", "-e", PROGRAM],
      {
        cwd: new URL(".", import.meta.url),
        stdio: ["ignore", "pipe", "inherit"],
        timeout: 20_000,
      },
    );
    const refusal = (name: string, scheme: string) => [
      "source_unreachable",
      404,
      "Source is unreachable",
      `expected an object, got: Install "${name}" to read ${scheme}:// sources`,
    ];
    assert.deepEqual(JSON.parse(await text(child.stdout)), {
      early: [],
      asked: ["@aws-sdk/client-s3", "google-auth-library", "@azure/storage-blob"],
      told: [
        refusal("@aws-sdk/client-s3", "s3"),
        refusal("google-auth-library", "gs"),
        refusal("@azure/storage-blob", "abs"),
      ],
    });
  });
});
