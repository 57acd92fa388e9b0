/**
 * `npm run kills -- --times 1000`: processes write to a disk cache and are killed at some moment; then every entry that is
 * found under its name must be whole, and what its key says it must be. Every fourth time, two processes share the folder.
 * Now and then what they have left unfinished is made old, and must be swept away. Prints counts; ends with 1 at the first
 * bad byte, whose folder is kept then. `--seed` for other chances, `--source` to run the sources instead of the build.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { isRight } from "./kills/entries.mjs";
import { createRandom } from "./load/random.mjs";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    source: { type: "boolean", default: false },
  },
});
const [times, seed] = [values.times, values.seed].map(Number);
if (!(times > 0 && Number.isInteger(seed))) {
  process.stderr.write("expected --times above 0 and a whole --seed\n");
  process.exit(2);
}

const LONGEST_LIFE_MS = 120;
const SWEEP_EVERY = 50;
/** Older than what a sweep leaves to a process that is gone. */
const OLD_SECONDS = 120;

const built = new URL(`../packages/server/${values.source ? "src" : "dist"}/cache/`, import.meta.url);
const extension = values.source ? "ts" : "js";
const diskModule = new URL(`disk.${extension}`, built).href;
const { decodeEntry } = await import(new URL(`entry.${extension}`, built).href);
const { diskStore } = await import(diskModule);

const writer = new URL("kills/writer.mjs", import.meta.url).pathname;
const random = createRandom(seed);
const counts = { rounds: 0, writers: 0, checked: 0, unfinished: 0, swept: 0 };
const directory = await mkdtemp(join(tmpdir(), "tintype-kills-"));

/** Lets a process write for a while and kills it. */
async function live(number, milliseconds) {
  const args = [...process.execArgv, writer, diskModule, directory, String(seed * 10_000 + number)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const started = await Promise.race([once(child.stdout, "data"), gone.then(() => undefined)]);
  if (started) await sleep(milliseconds);
  child.kill("SIGKILL");
  const [code, signal] = await gone;
  if (signal !== "SIGKILL")
    throw new Error(`expected a writer that goes on until it is killed, got its end with ${code}`);
  counts.writers += 1;
}

const filesNow = () =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => ({ name, path: join(parentPath, name) }));

/** Throws at the first file that is not what it should be. */
function check() {
  let unfinished = 0;
  for (const { name, path } of filesNow()) {
    if (/^\.\d+-[\da-f]+\.tmp$/.test(name)) {
      unfinished += 1;
      continue;
    }
    const entry = decodeEntry(name, readFileSync(path));
    if (!entry || !isRight(name, entry)) throw new Error(`expected the whole entry of its name, got ${path}`);
    counts.checked += 1;
  }
  return unfinished;
}

/** Makes what is unfinished old, and has a store sweep it away, and nothing else. */
async function sweep() {
  const before = filesNow();
  const unfinished = before.filter(({ name }) => name.endsWith(".tmp"));
  const then = Date.now() / 1000 - OLD_SECONDS;
  for (const { path } of unfinished) utimesSync(path, then, then);
  const store = diskStore({ directory, maxBytes: 2 ** 30, maxFiles: 1000 });
  store.start();
  for (let tries = 0; !store.swept && tries < 3000; tries += 1) await sleep(10);
  const { files } = store;
  await store.close();
  const after = filesNow();
  const left = after.filter(({ name }) => name.endsWith(".tmp")).length;
  const [entries, kept] = [before.length - unfinished.length, after.length - left];
  if (left > 0) throw new Error(`expected a sweep to leave nothing unfinished, got ${left} files`);
  if (kept !== entries || files !== entries)
    throw new Error(`expected a sweep to keep and count ${entries} entries, got ${kept} and ${files}`);
  counts.swept += unfinished.length;
}

const startedAt = performance.now();
try {
  let known = 0;
  for (let round = 0; round < times; round += 1) {
    const writers = round % 4 === 3 ? 2 : 1;
    const lives = Array.from({ length: writers }, (_, index) =>
      live(round * 2 + index, random() * LONGEST_LIFE_MS),
    );
    await Promise.all(lives);
    const unfinished = check();
    counts.unfinished += Math.max(0, unfinished - known);
    known = unfinished;
    counts.rounds += 1;
    if ((round + 1) % SWEEP_EVERY !== 0 && round + 1 < times) continue;
    await sweep();
    known = 0;
    process.stderr.write(`${round + 1} `);
  }
} catch (error) {
  process.stdout.write(
    `\nround ${counts.rounds + 1} with seed ${seed}: ${error.message}\n${JSON.stringify(counts)}\n`,
  );
  process.exit(1);
}
rmSync(directory, { recursive: true, force: true });
const took = Math.round((performance.now() - startedAt) / 1000);
process.stdout.write(
  `\n${counts.rounds} rounds, ${counts.writers} processes killed, ${counts.checked} entries checked and whole, ` +
    `${counts.unfinished} left unfinished, ${counts.swept} swept away; ${took} s\n`,
);
