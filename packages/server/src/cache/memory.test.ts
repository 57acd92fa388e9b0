import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { assertSame, bodyOf, conformsAsStore, entryOf, headOf, keyOf } from "../../test/conformance/store.ts";
import { memoryStore, type MemoryStore } from "./memory.ts";

const MEGABYTE = 2 ** 20;

conformsAsStore(
  "memory",
  async () => {
    const store = memoryStore({ maxBytes: 64 * MEGABYTE });
    return Promise.resolve({ store, close: () => store.close() });
  },
  { cannot: ["corrupt", "misplace"] },
);

const names = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${kind} ${index}`);
const put = (store: MemoryStore, name: string, bytes = 2000): Promise<void> =>
  store.set(keyOf(name), entryOf(name, bytes));
const has = (store: MemoryStore, name: string): boolean => store.find(keyOf(name)) !== undefined;

/** Reads as a front does: what is not there is made and kept. Gives how many were there. */
async function ask(store: MemoryStore, asked: readonly string[]): Promise<number> {
  let hits = 0;
  for (const name of asked)
    if (has(store, name)) hits += 1;
    else await put(store, name);
  return hits;
}

describe("memoryStore", () => {
  it("keeps what is asked for again while a crawler asks for a hundred times as much once", async () => {
    const store = memoryStore({ maxBytes: MEGABYTE });
    const hot = names("hot", 100);
    for (let round = 0; round < 3; round += 1) await ask(store, hot);
    await ask(store, names("first crawl", 2000));
    assert.equal(hot.filter((name) => store.find(keyOf(name))).length, 100);
    for (const page of names("page", 100)) {
      await ask(store, names(page, 80));
      assert.equal(await ask(store, hot.slice(0, 50)), 50, `${page}: half of them are asked for`);
    }
  });

  it("lets a new hot set in where the old one cools down", async () => {
    const store = memoryStore({ maxBytes: MEGABYTE });
    for (const era of ["old", "new"]) {
      for (let round = 0; round < 10; round += 1) await ask(store, names(era, 200));
      assert.equal(await ask(store, names(era, 200)), 200, era);
    }
  });

  it("knows again who left the small queue a moment ago", async () => {
    const store = memoryStore({ maxBytes: MEGABYTE });
    for (let round = 0; round < 4; round += 1) await ask(store, names("filling", 300));
    await put(store, "comes back");
    await ask(store, names("passing", 100));
    assert.equal(has(store, "comes back"), false);
    await put(store, "comes back");
    await ask(store, names("passing too", 300));
    assert.equal(has(store, "comes back"), true);
  });

  it("never holds more than its bytes, and counts what it holds", async () => {
    const act = fc.record({
      name: fc.nat(30),
      kind: fc.constantFrom("set", "set", "find", "delete"),
      bytes: fc.oneof(fc.nat(500), fc.nat(40_000)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 150 }), async (acts) => {
        const store = memoryStore({ maxBytes: 200_000 });
        const written = new Map<string, number>();
        for (const { name, kind, bytes } of acts) {
          const key = keyOf(`${name}`);
          if (kind === "find") store.find(key);
          else if (kind === "delete") await store.delete(key);
          else await store.set(key, { head: headOf(`${name}`), body: new Uint8Array(bytes) });
          if (kind !== "find") written.set(key, kind === "set" ? bytes : -1);
          assert.ok(store.bytes >= 0 && store.bytes <= 200_000, `${store.bytes} bytes`);
        }
        let [held, size] = [0, 0];
        for await (const key of store.keys("")) {
          const length = store.find(key)?.body.length ?? -1;
          assert.equal(length, written.get(key), "never an older entry");
          held += length;
          size += 1;
        }
        assert.equal(store.size, size);
        assert.ok(store.bytes >= held);
        for (const key of written.keys()) await store.delete(key);
        assert.deepEqual([store.bytes, store.size], [0, 0]);
      }),
      { seed: 2023, numRuns: 60 },
    );
  });

  it("keeps no giant, and no older entry in its place", async () => {
    const store = memoryStore({ maxBytes: MEGABYTE });
    await put(store, "grows", 1000);
    await put(store, "grows", 100_000);
    assertSame(store.find(keyOf("grows")), entryOf("grows", 100_000));
    assert.equal(store.size, 1);
    await put(store, "grows", MEGABYTE / 8);
    assert.equal(has(store, "grows"), false);
    assert.deepEqual([store.bytes, store.size], [0, 0]);
  });

  it("makes room for a larger entry in the place of a smaller one", async () => {
    const store = memoryStore({ maxBytes: MEGABYTE });
    await ask(store, names("filling", 600));
    await put(store, "filling 590", 100_000);
    assertSame(store.find(keyOf("filling 590")), entryOf("filling 590", 100_000));
    assert.ok(store.bytes <= MEGABYTE);
  });

  it("copies a body out of a much larger buffer, and no other", async () => {
    const store = memoryStore({ maxBytes: 10 * MEGABYTE });
    const buffer = bodyOf(100_000).buffer;
    await store.set(keyOf("cut"), { head: headOf("cut"), body: new Uint8Array(buffer, 10, 50_000) });
    await store.set(keyOf("full"), { head: headOf("full"), body: new Uint8Array(buffer, 10, 90_000) });
    const [cut, full] = ["cut", "full"].map((name) => store.find(keyOf(name))?.body);
    assert.equal(cut?.buffer.byteLength, 50_000);
    assert.ok(Buffer.from(cut).equals(bodyOf(100_000).subarray(10, 50_010)));
    assert.equal(full?.buffer, buffer);
  });

  it("lets go of everything when it is closed", async () => {
    const store = memoryStore({ maxBytes: MEGABYTE });
    await ask(store, names("some", 20));
    assert.equal(store.size, 20);
    await store.close();
    assert.deepEqual([store.bytes, store.size, has(store, "some 1")], [0, 0, false]);
  });
});
