/**
 * Writes packages/cdk/templates, which are deployed with CloudFormation alone: `node --conditions=tintype-source scripts/templates.mjs`. With
 * `--check` it writes nothing and ends with 1 where a template is not what the constructs make, and makes them without a network where the
 * machine can take it away.
 */
import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../packages/cdk/templates/", import.meta.url);
const WITHOUT_NETWORK = ["--user", "--map-root-user", "--net"];

const isChecking = process.argv.includes("--check");
const isAlone = process.argv.includes("--alone");
const say = (line) => process.stdout.write(`${line}\n`);

if (isChecking && !isAlone && spawnSync("unshare", [...WITHOUT_NETWORK, "true"]).status === 0) {
  const again = [
    process.execPath,
    "--conditions=tintype-source",
    fileURLToPath(import.meta.url),
    "--check",
    "--alone",
  ];
  process.exitCode = spawnSync("unshare", [...WITHOUT_NETWORK, ...again], { stdio: "inherit" }).status ?? 1;
} else {
  if (isChecking)
    say(isAlone ? "made without a network" : "made with the network: unshare cannot take it away here");
  await go();
}

async function go() {
  const { MAX_TEMPLATE_BYTES, templates } = await import("@tintype/cdk");
  await mkdir(FOLDER, { recursive: true });
  for (const [name, wanted] of templates()) {
    const file = new URL(name, FOLDER);
    const held = await readFile(file, "utf8").catch(() => "");
    const bytes = Buffer.byteLength(wanted);
    if (bytes > MAX_TEMPLATE_BYTES)
      fail(`${name}: expected ${MAX_TEMPLATE_BYTES} bytes at most, got ${bytes}`);
    if (held === wanted) continue;
    if (isChecking) fail(`stale: packages/cdk/templates/${name}, ${difference(held, wanted)}`);
    else {
      await writeFile(file, wanted);
      say(`written: packages/cdk/templates/${name}, ${bytes} bytes`);
    }
  }
  if (process.exitCode === 1 && isChecking)
    say("Run: node --conditions=tintype-source scripts/templates.mjs");
}

function fail(line) {
  say(line);
  process.exitCode = 1;
}

/** Names of what is new, gone or otherwise: a name that goes is a thing that is deleted. */
function difference(held, wanted) {
  const [have, want] = [held, wanted].map(
    (text) => new Set(text.split("\n").map((line) => line.replace(/,$/, ""))),
  );
  const names = (from, to) =>
    [...from].filter((line) => !to.has(line)).map((line) => line.split('"')[1] ?? line);
  return `held ${names(have, want).join(" ") || "nothing else"}; made ${names(want, have).join(" ") || "nothing else"}`;
}
