/** Writes, replaces and deletes entries in a folder as fast as it can, until it is killed. Run by kills.mjs. */
import { createRandom } from "../load/random.mjs";
import { entryOf, keyOf } from "./entries.mjs";

const [module, directory, seed] = process.argv.slice(2);
const { diskStore } = await import(module);

const KEYS = 60;
const HANDS = 4;
const random = createRandom(Number(seed));
const below = (limit) => Math.floor(random() * limit);

// Fewer files than keys, so that it is killed while it evicts, too.
const store = diskStore({ directory, maxBytes: 64 * 2 ** 20, maxFiles: 45 });
store.start();

async function work() {
  while (true) {
    const key = keyOf(below(KEYS));
    if (random() < 0.15) await store.delete(key);
    else await store.set(key, entryOf(key, below(1_000_000)));
  }
}

process.stdout.write("writing\n");
await Promise.all(Array.from({ length: HANDS }, work));
