/**
 * `npm run test:next -- [--next 16.4.6] [--screenshots folder]`: a Next app in a fresh folder, with the package as it is
 * published, built, started, and read in Chromium. Needs the network for `npm install`, and some minutes; so it is no part
 * of `npm test`. Ends with 1 where anything is not as it should be.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { pack } from "../packages/url/test/installed.ts";
import { freePort } from "./free-port.mjs";
import { root } from "./node.mjs";
import { read } from "./next-fixture/reading.mjs";

const { values } = parseArgs({
  options: { next: { type: "string", default: "16.4.6" }, screenshots: { type: "string" } },
});
const folder = mkdtempSync(join(tmpdir(), "tintype-next-"));
const children = [];
const keys = { capability: secret(16), url: secret(32), salt: secret(32) };

function secret(bytes) {
  return randomBytes(bytes).toString("hex");
}

const say = (sentence) => process.stdout.write(`${sentence}\n`);

/** Starts a program that serves at a URL, and waits until it does. */
async function serve(args, { url, env, cwd }) {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
  children.push(child);
  for (let tries = 0; tries < 120; tries += 1) {
    if (child.exitCode !== null) throw new Error(`expected ${args[0]} to serve, got its end`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(500);
  }
  throw new Error(`expected an answer at ${url} within a minute, got none`);
}

async function startTintype() {
  const port = await freePort();
  const cli = join(root, "packages/server/src/cli.ts");
  const env = {
    IMGPROXY_BIND: `127.0.0.1:${port}`,
    IMGPROXY_KEY: keys.url,
    IMGPROXY_SALT: keys.salt,
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: join(root, "samples"),
    IMGPROXY_REQUESTS_QUEUE_SIZE: "0",
    IMGPROXY_TIMEOUT: "60",
    IMGPROXY_LOG_LEVEL: "error",
    TINTYPE_CAPABILITY_KEYS: `1:${keys.capability}`,
    TINTYPE_CAPABILITY_AUDIENCE: `127.0.0.1:${port}`,
    TINTYPE_RENDER_QUEUE_TIMEOUT: "60",
    TINTYPE_RENDER_SANDBOX: "0",
  };
  await serve(["--conditions=tintype-source", cli, "serve"], { url: `http://127.0.0.1:${port}/health`, env });
  return `http://127.0.0.1:${port}`;
}

function installApp() {
  cpSync(join(root, "scripts/next-fixture"), folder, { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const versions = (...names) => Object.fromEntries(names.map((name) => [name, devDependencies[name]]));
  const wanted = {
    private: true,
    type: "module",
    dependencies: {
      "@tintype/url": `file:./${basename(pack(folder))}`,
      next: values.next,
      ...versions("react", "react-dom"),
    },
    devDependencies: versions("typescript", "@types/node", "@types/react", "@types/react-dom"),
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(wanted, undefined, 2));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: "inherit",
    timeout: 300_000,
  });
}

const NEXT = "node_modules/next/dist/bin/next";

function buildApp(env) {
  const built = spawnSync(process.execPath, [NEXT, "build"], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 300_000,
  });
  return { ok: built.status === 0, output: `${built.stdout}\n${built.stderr}` };
}

const filesBelow = (place) =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

/** Nothing that a browser gets may hold a key, or what signs with one. */
function checkSecrets() {
  const files = filesBelow(join(folder, ".next/static"));
  assert.ok(files.length > 0, "expected files for browsers, got none");
  for (const words of [keys.capability, keys.url, keys.salt, "img-cap-v1"])
    assert.ok(!files.some((text) => text.includes(words)), `expected ${words} in no file for browsers`);
  say(`No key in ${files.length} files for browsers.`);
}

/** A key in a component for browsers must stop the build. */
function checkRefusal(env) {
  writeFileSync(
    join(folder, "app/chooser.tsx"),
    `"use client";\nimport { sign } from "@tintype/url/sign";\nexport const Chooser = () => <p>{sign("a", { key: "00", salt: "00" })}</p>;\n`,
  );
  const { ok, output } = buildApp(env);
  assert.ok(!ok, "expected a build that fails where a component for browsers signs, got one that passes");
  assert.match(output, /sign/, "and the failure names it");
  say("A build with signing in a component for browsers fails.");
}

try {
  const endpoint = await startTintype();
  say(`Tintype at ${endpoint}.`);
  installApp();
  const env = {
    NEXT_TELEMETRY_DISABLED: "1",
    IMAGE_ENDPOINT: endpoint,
    IMAGE_KEY: keys.capability,
    IMGPROXY_KEY: keys.url,
    IMGPROXY_SALT: keys.salt,
  };
  const { ok, output } = buildApp(env);
  assert.ok(ok, output);
  say(`Built with Next ${values.next}.`);
  checkSecrets();
  const port = await freePort();
  const site = `http://127.0.0.1:${port}`;
  await serve([NEXT, "start", "--hostname", "127.0.0.1", "--port", `${port}`], {
    url: site,
    env,
    cwd: folder,
  });
  for (const sentence of await read({ site, endpoint, keys: Object.values(keys), ...values })) say(sentence);
  checkRefusal(env);
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
