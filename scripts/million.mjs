/**
 * `npm run million -- --files 1000000`: lays so many tiny entries in a folder, then measures how soon a disk cache on it
 * gives the first one, how long it takes to count all, how requests fare meanwhile, and for how long the event loop stood
 * still at most. Needs 4 KB of disk a file. Prints one line each; ends with 1 where something is missing.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { diskStore } from "../packages/server/dist/cache/disk.js";
import { encodeEntry } from "../packages/server/dist/cache/entry.js";
import { entryOf, isRight, keyOf } from "./kills/entries.mjs";

const { values } = parseArgs({ options: { files: { type: "string", default: "1000000" } } });
const files = Number(values.files);
if (!(Number.isInteger(files) && files > 0)) {
  process.stderr.write("expected --files above 0\n");
  process.exit(2);
}

const MOST_BYTES = 64;
const ASK_EVERY_MS = 20;

const say = (text) => process.stdout.write(`${text}\n`);
const since = (start) => performance.now() - start;
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
const directory = mkdtempSync(join(tmpdir(), "tintype-million-"));

/** One folder after another, which is several times as fast as all at once. */
const keys = Array.from({ length: files }, (_, number) => keyOf(number)).sort();

function lay() {
  const entries = join(directory, "entries");
  mkdirSync(entries, { mode: 0o700 });
  let last = "";
  for (const [index, key] of keys.entries()) {
    const shard = join(entries, key.slice(0, 2));
    if (shard !== last) mkdirSync(shard, { mode: 0o700 });
    last = shard;
    const bytes = Buffer.concat(encodeEntry(key, entryOf(key, index, MOST_BYTES)));
    writeFileSync(join(shard, key), bytes, { mode: 0o600 });
    if ((index + 1) % 100_000 === 0) process.stderr.write(`${index + 1} `);
  }
}

/** Milliseconds until a store gave an entry, which has to be the right one. */
async function ask(store) {
  const key = keys[Math.floor(Math.random() * files)];
  const start = performance.now();
  const entry = await store.get(key);
  const took = since(start);
  if (!entry || !isRight(key, entry)) throw new Error(`expected the entry of ${key}, got something else`);
  return took;
}

async function measure() {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  const store = diskStore({
    directory,
    maxBytes: 2 ** 50,
    maxFiles: files * 2,
    onFault: (fault) => say(`fault: ${fault}`),
  });
  store.start();
  await ask(store);
  say(`first entry: ${since(start).toFixed(1)} ms after the store was made`);

  const times = [];
  while (!store.swept) {
    times.push(await ask(store));
    await sleep(ASK_EVERY_MS);
  }
  const took = since(start);
  delay.disable();
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  say(`all counted: after ${seconds(took)}, ${store.files} files`);
  say(`${times.length} entries read meanwhile: median ${at(0.5)} ms, 99 % within ${at(0.99)} ms`);
  say(`longest stall of the event loop: ${(delay.max / 1e6).toFixed(1)} ms`);
  say(`memory: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`);
  await store.close();
  if (store.files !== files) throw new Error(`expected ${files} files to be counted, got ${store.files}`);
}

try {
  const start = performance.now();
  lay();
  say(`${files} files written in ${seconds(since(start))}`);
  await measure();
} catch (error) {
  say(String(error));
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
