/** What every place for entries has to do, whichever it is: run by the test of each. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import type { CacheStore, Entry, Head } from "../../src/cache/store.ts";

/** A store that is open, and what a test may do behind its back. */
export interface OpenStore {
  readonly store: CacheStore;
  /** Changes a bit of the body that is kept under a key. */
  corrupt?(key: string): Promise<void>;
  /** Lays what is kept under one key, byte for byte, under another as well. */
  misplace?(from: string, to: string): Promise<void>;
  /** Closes the store, and whatever it stands on. */
  close(): Promise<void>;
}

/** The key of a name's source, and of what was made of it. */
export function keyOf(source: string, rest = ""): string {
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  return `${digest(source).slice(0, 24)}-${digest(`${source} ${rest}`).slice(0, 40)}`;
}

/** A head of that source; changes apply on top. */
export const headOf = (source: string, changes: Partial<Head> = {}): Head => ({
  source,
  tags: ["summer", "çà et là 🙂"],
  askedAt: 1_750_000_000_000,
  by: "4711-a",
  freshUntil: 1_750_000_060_000,
  staleUntil: 1_750_000_120_000,
  failUntil: 1_750_000_180_000.5,
  about: { type: "image/webp", etag: '"a\\b"', size: [640, 480], none: null, nested: { yes: true } },
  ...changes,
});

/** A body of that many bytes without regularity, the same each time. */
export function bodyOf(length: number, seed = "body"): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, round = 0; at < length; at += 64, round += 1) {
    const block = createHash("sha512").update(`${seed} ${round}`).digest();
    bytes.set(block.subarray(0, Math.min(64, length - at)), at);
  }
  return bytes;
}

/** An entry of that source. */
export const entryOf = (source: string, length = 3000, changes: Partial<Head> = {}): Entry => ({
  head: headOf(source, changes),
  body: bodyOf(length, source),
});

/** Fails where what was read is not what was written, to the last byte. */
export function assertSame(read: Entry | undefined, written: Entry): void {
  assert.ok(read, "expected an entry, got nothing");
  assert.deepEqual(read.head, written.head);
  assert.equal(read.body.length, written.body.length);
  assert.ok(Buffer.from(read.body).equals(written.body), "expected the bytes that were written, got others");
}

const MEGABYTE = 2 ** 20;

async function gather(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.sort();
}

/**
 * The suite. A store is opened once, empty, and has to keep at least 16 MB in 300 entries. `cannot`: what nobody can do
 * behind the back of this store; all else has to be there.
 */
export function conformsAsStore(
  name: string,
  open: () => Promise<OpenStore>,
  { cannot = [] }: { readonly cannot?: readonly ("corrupt" | "misplace")[] } = {},
): void {
  describe(`${name} as a store`, () => {
    let opened: OpenStore;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());

    for (const length of [0, 1, 3000, MEGABYTE]) {
      it(`gives back ${length} bytes as they were`, async () => {
        const [key, entry] = [keyOf(`length ${length}`), entryOf(`length ${length}`, length)];
        await opened.store.set(key, entry);
        assertSame(await opened.store.get(key), entry);
        assert.deepEqual(await opened.store.head(key), entry.head);
      });
    }

    it("knows nothing of what was never written", async () => {
      const key = keyOf("never");
      assert.equal(await opened.store.get(key), undefined);
      assert.equal(await opened.store.head(key), undefined);
      await opened.store.delete(key);
      assert.deepEqual(await gather(opened.store.keys(key)), []);
    });

    it("replaces: shorter, longer, with another head", async () => {
      const key = keyOf("replaced");
      for (const length of [5000, 10, 70_000]) {
        const entry = entryOf("replaced", length, { tags: [], about: length, askedAt: length });
        await opened.store.set(key, entry);
        assertSame(await opened.store.get(key), entry);
        assert.deepEqual(await opened.store.head(key), entry.head);
      }
      assert.deepEqual(await gather(opened.store.keys(key)), [key]);
    });

    it("deletes, once and again, and takes the key anew", async () => {
      const [key, entry] = [keyOf("deleted"), entryOf("deleted")];
      await opened.store.set(key, entry);
      await opened.store.delete(key);
      await opened.store.delete(key);
      assert.equal(await opened.store.get(key), undefined);
      assert.equal(await opened.store.head(key), undefined);
      assert.deepEqual(await gather(opened.store.keys(key.slice(0, 24))), []);
      await opened.store.set(key, entry);
      assertSame(await opened.store.get(key), entry);
    });

    it("keeps what was made of one source apart, and lists it together", async () => {
      const keys = ["small", "large"].map((rest) => keyOf("one source", rest)).sort();
      for (const [index, key] of keys.entries()) await opened.store.set(key, entryOf(`one source ${index}`));
      await opened.store.set(keyOf("another source"), entryOf("another source"));
      const prefix = keys[0]!.slice(0, 24);
      assert.deepEqual(await gather(opened.store.keys(prefix)), keys);
      assert.deepEqual(await gather(opened.store.keys(keys[0]!)), [keys[0]]);
      for (const [index, key] of keys.entries())
        assertSame(await opened.store.get(key), entryOf(`one source ${index}`));
      await opened.store.delete(keys[0]!);
      assert.deepEqual(await gather(opened.store.keys(`${prefix}-`)), [keys[1]]);
      assertSame(await opened.store.get(keys[1]!), entryOf("one source 1"));
    });

    it("lists 200 keys, each once: all, and by any beginning", async () => {
      const keys = Array.from({ length: 200 }, (_, index) => keyOf(`many ${index}`)).sort();
      await Promise.all(keys.map((key, index) => opened.store.set(key, entryOf(`many ${index}`, 20))));
      const all = await gather(opened.store.keys(""));
      assert.equal(new Set(all).size, all.length);
      assert.deepEqual(
        all.filter((key) => keys.includes(key)),
        keys,
      );
      for (const prefix of ["7", "a", keys[0]!.slice(0, 2), keys[1]!.slice(0, 3), keys[2]!.slice(0, 30)])
        assert.deepEqual(
          await gather(opened.store.keys(prefix)),
          all.filter((key) => key.startsWith(prefix)),
        );
      const first: string[] = [];
      for await (const key of opened.store.keys("")) if (first.push(key) === 3) break;
      assert.equal(first.length, 3);
    });

    it("gives one whole entry or another to those who ask while it is replaced", async () => {
      const key = keyOf("contended");
      const entries = [1000, 40_000, 90_000].map((length) => entryOf("contended", length, { about: length }));
      await opened.store.set(key, entries[0]!);
      const check = async (): Promise<void> => {
        const [read, head] = await Promise.all([opened.store.get(key), opened.store.head(key)]);
        assertSame(
          read,
          entries.find((entry) => entry.head.about === read?.head.about)!,
        );
        assert.ok(entries.some((entry) => entry.head.about === head?.about));
      };
      await Promise.all(
        Array.from({ length: 120 }, (_, index) =>
          index % 3 === 0 ? opened.store.set(key, entries[(index / 3) % 3]!) : check(),
        ),
      );
      await check();
      assert.deepEqual(await gather(opened.store.keys(key)), [key]);
    });

    it("leaves what was handed in as it was, and does not follow when its owner reuses a copy", async () => {
      const [key, entry] = [keyOf("handed in"), entryOf("handed in")];
      const bytes = Buffer.concat([Buffer.alloc(7), entry.body, Buffer.alloc(9)]);
      const body = bytes.subarray(7, -9);
      await opened.store.set(key, { head: entry.head, body });
      assert.ok(body.equals(entry.body));
      assertSame(await opened.store.get(key), entry);
    });

    if (!cannot.includes("corrupt"))
      it("trusts no byte that changed, and drops the entry", async () => {
        assert.ok(opened.corrupt, "expected a way to corrupt an entry, or the word that there is none");
        const [key, entry] = [keyOf("corrupt"), entryOf("corrupt")];
        await opened.store.set(key, entry);
        await opened.corrupt(key);
        assert.equal(await opened.store.get(key), undefined);
        await gone(opened.store, key);
        await opened.store.set(key, entry);
        assertSame(await opened.store.get(key), entry);
      });

    if (!cannot.includes("misplace"))
      it("takes no entry for another's, and drops it", async () => {
        assert.ok(opened.misplace, "expected a way to misplace an entry, or the word that there is none");
        const [from, to] = [keyOf("rightful"), keyOf("usurped")];
        await opened.store.set(from, entryOf("rightful"));
        await opened.store.set(to, entryOf("usurped"));
        await opened.misplace(from, to);
        assert.equal(await opened.store.head(to), undefined);
        assert.equal(await opened.store.get(to), undefined);
        await gone(opened.store, to);
        assertSame(await opened.store.get(from), entryOf("rightful"));
      });
  });
}

/** Waits, ten seconds at most, until a key is listed no more: dropping may take a moment. */
async function gone(store: CacheStore, key: string): Promise<void> {
  for (let tries = 0; tries < 200 && (await gather(store.keys(key))).length > 0; tries += 1) await sleep(50);
  assert.deepEqual(await gather(store.keys(key)), []);
}
