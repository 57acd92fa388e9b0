/** Lighthouse's opinion of both pages, where it can be had. It is no dependency of ours: it is far larger than all of Tintype. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ENTRIES } from "../../demo/measured.mjs";
import { FLAGS } from "../chromium.mjs";

const VERSION = "13.5.0";
/** Its screens, for visits that make the server ready: in CSS pixels, and how many of their own go to one of these. */
export const LIGHTHOUSE_SCREENS = [
  { width: 412, height: 823, scale: 1.75, isMobile: true },
  { width: 1350, height: 940, scale: 1, isMobile: false },
];

const INSTALL_PATIENCE = 180_000;
const AUDIT_PATIENCE = 120_000;

/** All that Lighthouse has to say about pictures, and what it makes of the whole. */
const AUDITS = [
  "image-delivery-insight",
  "total-byte-weight",
  "largest-contentful-paint",
  "speed-index",
  "cumulative-layout-shift",
  "unsized-images",
  "image-size-responsive",
  "image-aspect-ratio",
  "image-alt",
  "errors-in-console",
];

/** Runs the audits on both pages as phone and as desktop; undefined, and a line that says why, where that cannot be. */
export async function audit(url, { executablePath, folder = join(tmpdir(), `lighthouse-${VERSION}`) }) {
  const module = join(folder, "node_modules/lighthouse/core/index.js");
  try {
    if (!existsSync(module)) await install(folder);
    const { default: lighthouse, desktopConfig } = await import(pathToFileURL(module).href);
    const { version } = JSON.parse(
      readFileSync(join(folder, "node_modules/lighthouse/package.json"), "utf8"),
    );
    const runs = [];
    for (const [screen, config] of [
      ["mobile", undefined],
      ["desktop", desktopConfig],
    ])
      for (const { entry } of ENTRIES) {
        process.stderr.write(".");
        const report = await inBrowser(executablePath, (port) =>
          lighthouse(`${url}/${entry}`, flags(port), config),
        );
        runs.push({ screen, entry, audits: resultsOf(report.lhr) });
      }
    return { version, runs };
  } catch (error) {
    process.stderr.write(`\nLighthouse does not run here: ${error.message.split("\n")[0]}\n`);
    return undefined;
  }
}

const flags = (port) => ({ port, logLevel: "error", onlyCategories: ["performance"], onlyAudits: AUDITS });

async function install(folder) {
  process.stderr.write(`\nInstalling Lighthouse ${VERSION} into ${folder}\n`);
  mkdirSync(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"];
  await promisify(execFile)("npm", [...args, `lighthouse@${VERSION}`], { timeout: INSTALL_PATIENCE });
}

/** The score from 0 to 100, and each audit in words: what it found, or whether it passed. */
function resultsOf({ categories, audits }) {
  const score = { id: "performance score", result: String(Math.round(100 * categories.performance.score)) };
  return [score, ...AUDITS.map((id) => ({ id, result: wordsFor(audits[id]) }))];
}

function wordsFor(found) {
  if (found === undefined) return "not in this version";
  if (found.scoreDisplayMode === "notApplicable") return "nothing to say";
  if (found.displayValue) return found.displayValue.replaceAll("\u00a0", " ");
  return found.score === 1 ? "passed" : `failed for ${found.details?.items?.length ?? "all"}`;
}

/** A browser of its own, which ends with the run. */
async function inBrowser(executablePath, work) {
  const profile = mkdtempSync(join(tmpdir(), "tintype-lighthouse-"));
  const args = ["--headless", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
  const child = spawn(executablePath, [...args, ...FLAGS, "about:blank"], { stdio: "ignore" });
  const ended = once(child, "exit");
  const patience = AbortSignal.timeout(AUDIT_PATIENCE);
  try {
    const port = await portOf(profile);
    const late = once(patience, "abort").then(() => {
      throw new Error(`expected an audit to take ${AUDIT_PATIENCE / 1000} s at most`);
    });
    return await Promise.race([work(port), late]);
  } finally {
    child.kill("SIGKILL");
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function portOf(profile) {
  const path = join(profile, "DevToolsActivePort");
  for (let tries = 0; tries < 100; tries += 1) {
    const [port] = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    if (port) return Number(port);
    await sleep(100);
  }
  throw new Error("expected Chromium to open its port within 10 s");
}
