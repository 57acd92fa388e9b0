import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertSame, entryOf, keyOf } from "../../test/conformance/store.ts";
import { until } from "../../test/fixtures/until.ts";
import { diskStore, type DiskSettings, type DiskStore } from "./disk.ts";

const MEGABYTE = 2 ** 20;
const BLOCK = 4096;
const MINUTE_SECONDS = 60;

const parent = mkdtempSync(join(tmpdir(), "tintype-keeper-"));
const opened: DiskStore[] = [];
after(async () => {
  await Promise.all(opened.map((store) => store.close()));
  rmSync(parent, { recursive: true, force: true });
});

let count = 0;
const newPath = (): string => join(parent, String((count += 1)));

const faults: unknown[] = [];
const WIDE = { maxBytes: 512 * MEGABYTE, maxFiles: 100_000, onFault: (fault: unknown) => faults.push(fault) };

function openStore(directory: string, changes: Partial<DiskSettings> = {}): DiskStore {
  const store = diskStore({ directory, ...WIDE, ...changes });
  opened.push(store);
  return store;
}

const names = (kind: string, number: number): string[] =>
  Array.from({ length: number }, (_, index) => `${kind} ${index}`);

async function putAll(store: DiskStore, all: readonly string[], bytes = 2000): Promise<void> {
  for (const name of all) await store.set(keyOf(name), entryOf(name, bytes));
}

const pathOf = (directory: string, name: string): string =>
  join(directory, "entries", keyOf(name).slice(0, 2), keyOf(name));

function age(path: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(path, then, then);
}

const keysIn = (directory: string): Set<string> =>
  new Set(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ name }) => name),
  );

const kept = (directory: string, all: readonly string[]): number => {
  const keys = keysIn(directory);
  return all.filter((name) => keys.has(keyOf(name))).length;
};

describe("a sweep", () => {
  it("counts what others have written, and what came and went since", async () => {
    const directory = newPath();
    await putAll(openStore(directory), names("some", 40), 5000);
    const store = openStore(directory);
    assert.deepEqual([store.bytes, store.files, store.swept], [0, 0, false]);
    store.start();
    await until(() => store.swept);
    assert.deepEqual([store.bytes, store.files], [40 * 2 * BLOCK, 40]);
    await putAll(store, ["more"], 10_000);
    await putAll(store, ["some 1"], 100);
    assert.deepEqual([store.bytes, store.files], [(39 * 2 + 3 + 1) * BLOCK, 41]);
    await store.delete(keyOf("some 2"));
    await store.delete(keyOf("some 2"));
    assert.equal(store.files, 40);
  });

  it("removes what nobody will finish, and nothing else", async () => {
    const directory = newPath();
    await putAll(openStore(directory), ["one"]);
    const folder = join(directory, "entries", keyOf("one").slice(0, 2));
    const { pid: dead } = spawnSync(process.execPath, ["--version"]);
    const temporary = (pid: number, digit: string): string => `.${pid}-${digit.repeat(16)}.tmp`;
    const lay = (name: string, minutes: number): string => {
      writeFileSync(join(folder, name), "unfinished");
      age(join(folder, name), minutes * MINUTE_SECONDS);
      return name;
    };
    const gone = [
      lay(temporary(process.ppid, "1"), 11),
      lay(temporary(dead, "2"), 2),
      lay(temporary(dead, "3"), 11),
      lay(temporary(process.pid, "4"), 2),
    ];
    const left = [
      lay(temporary(process.ppid, "5"), 9),
      lay(temporary(dead, "6"), 0),
      lay(temporary(process.pid, "7"), 0),
      lay("notes.txt", 10_000),
      lay(`.${dead}-tmp`, 10_000),
    ];
    const store = openStore(directory);
    store.start();
    await until(() => store.swept);
    const found = readdirSync(folder);
    assert.deepEqual(
      gone.filter((name) => found.includes(name)),
      [],
    );
    assert.deepEqual(
      left.filter((name) => !found.includes(name)),
      [],
    );
    assert.equal(store.files, 1);
    assertSame(await store.get(keyOf("one")), entryOf("one", 2000));
  });

  it("lets requests be served meanwhile", async () => {
    const directory = newPath();
    await putAll(openStore(directory), names("many", 300));
    const store = openStore(directory);
    store.start();
    for (const name of names("many", 300).slice(0, 20))
      assertSame(await store.get(keyOf(name)), entryOf(name, 2000));
    assert.equal(store.swept, false);
    await until(() => store.swept);
    assert.equal(store.files, 300);
  });

  it("ends with its store", async () => {
    const directory = newPath();
    await putAll(openStore(directory), names("some", 30));
    const store = openStore(directory);
    store.start();
    await store.close();
    const { files } = store;
    await sleep(100);
    assert.deepEqual([store.files, store.swept], [files, false]);
  });
});

describe("eviction", () => {
  it("removes what was not used for longest when there are too many files", async () => {
    const directory = newPath();
    // So many that each sample has old ones enough: with a third of it, one run in ten lost too many fresh ones by chance.
    const [old, used, fresh] = [names("old", 450), names("used", 150), names("fresh", 300)];
    const before = openStore(directory);
    await putAll(before, [...old, ...used, ...fresh]);
    for (const name of [...old, ...used]) age(pathOf(directory, name), 100 * MINUTE_SECONDS);
    for (const name of used) await before.get(keyOf(name));
    const store = openStore(directory, { maxFiles: 600 });
    store.start();
    await until(() => store.swept && store.files <= 600);
    await until(() => kept(directory, [...old, ...used, ...fresh]) === store.files);
    assert.ok(store.files >= 540, `${store.files} files: not many more than have to go`);
    const [ofUsed, ofFresh] = [used, fresh].map((all) => kept(directory, all));
    // The oldest of a sample are not the oldest of all.
    assert.ok(
      ofUsed! >= 138 && ofFresh! >= 276,
      `${ofUsed} of 150 used and ${ofFresh} of 300 fresh ones are left`,
    );
  });

  it("keeps within its bytes while entries are written", async () => {
    const directory = newPath();
    const store = openStore(directory, { maxBytes: 4 * MEGABYTE });
    for (const name of names("large", 400)) await putAll(store, [name], 40_000);
    await until(() => store.bytes <= 4 * MEGABYTE);
    const left = kept(directory, names("large", 400));
    assert.ok(left * 10 * BLOCK <= 4 * MEGABYTE && left > 50, `${left} are left`);
    assert.ok(kept(directory, names("large", 400).slice(-20)) >= 15, "the last ones are there");
  });

  it("makes two stores of one folder keep to its bounds together", async () => {
    const directory = newPath();
    const stores = [1, 2].map(() => openStore(directory, { maxFiles: 100 }));
    for (const store of stores) store.start();
    await Promise.all(stores.map((store, index) => putAll(store, names(`of ${index}`, 300))));
    await Promise.all(stores.map((store) => until(() => store.swept)));
    // Each counts all but what the other wrote since it has looked: twice the bound at most.
    await until(() => keysIn(directory).size <= 200);
    const third = openStore(directory, { maxFiles: 100 });
    third.start();
    await until(() => third.swept && keysIn(directory).size <= 100);
    // Whoever still makes room would take away what is about to be read.
    await Promise.all([...stores, third].map((store) => store.close()));
    const reader = openStore(directory);
    for (const key of keysIn(directory)) assert.ok(await reader.get(key), "what is left is whole");
  });

  it("has nothing to do with a folder that went away", async () => {
    const directory = newPath();
    const store = openStore(directory, { maxFiles: 20 });
    await putAll(store, names("some", 19));
    rmSync(directory, { recursive: true });
    await putAll(store, names("others", 30));
    store.start();
    await until(() => store.swept && store.files <= 20 && store.files === keysIn(directory).size);
    assert.ok(keysIn(directory).size >= 10);
  });
});

/** A filesystem of its own for a test; undefined where this user may make none. */
function mountSmall(megabytes: number): string | undefined {
  const path = newPath();
  mkdirSync(path);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  return status === 0 ? path : undefined;
}

describe("a filesystem of its own", { skip: process.platform !== "linux" && "only Linux has tmpfs" }, () => {
  const withSmall = (name: string, megabytes: number, test: (mounted: string) => Promise<void>): unknown =>
    it(name, async (t) => {
      const mounted = mountSmall(megabytes);
      if (mounted === undefined) {
        t.skip("this user may not mount a filesystem");
        return;
      }
      try {
        await test(mounted);
      } finally {
        await Promise.all(opened.map((store) => store.close()));
        execFileSync("umount", ["-l", mounted]);
      }
    });

  withSmall("that is full: the write fails and leaves nothing, and room is made", 4, async (mounted) => {
    const directory = join(mounted, "cache");
    const store = openStore(directory);
    await putAll(store, names("small", 20), 50_000);
    const before = keysIn(directory).size;
    await assert.rejects(putAll(store, ["too large"], 4 * MEGABYTE), { code: "ENOSPC" });
    assert.deepEqual(
      [...keysIn(directory)].filter((key) => key.endsWith(".tmp")),
      [],
    );
    await until(() => store.files < before && store.files === keysIn(directory).size);
    for (const key of keysIn(directory))
      assert.ok((await store.get(key)) ?? !keysIn(directory).has(key), "what is left is whole");
    await putAll(store, ["small enough"], 50_000);
    assertSame(await store.get(keyOf("small enough")), entryOf("small enough", 50_000));
  });

  withSmall("that fills up: a part of it is left to others", 8, async (mounted) => {
    const directory = join(mounted, "cache");
    await putAll(openStore(directory), names("some", 70), 60_000);
    writeFileSync(join(mounted, "another's"), Buffer.alloc(3.6 * MEGABYTE));
    const free = (): number => {
      const { bavail, blocks } = statfsSync(mounted);
      return bavail / blocks;
    };
    assert.ok(free() < 0.05, `${free()} are free`);
    const store = openStore(directory);
    store.start();
    await until(() => free() > 0.05);
    assert.ok(keysIn(directory).size > 55, "no more goes than has to");
  });

  withSmall("that takes no writes: it is read, and written to again later", 4, async (mounted) => {
    const directory = join(mounted, "cache");
    const store = openStore(directory);
    await putAll(store, ["one"]);
    age(pathOf(directory, "one"), 1000 * MINUTE_SECONDS);
    execFileSync("mount", ["-o", "remount,ro", mounted]);
    await assert.rejects(putAll(store, ["two"]), { code: "EROFS" });
    await assert.rejects(store.delete(keyOf("one")), { code: "EROFS" });
    assertSame(await store.get(keyOf("one")), entryOf("one", 2000));
    execFileSync("mount", ["-o", "remount,rw", mounted]);
    await putAll(store, ["two"]);
    assertSame(await store.get(keyOf("two")), entryOf("two", 2000));
  });
});

describe("looking after folders", () => {
  it("has run into nothing in all these tests", () => assert.deepEqual(faults, []));
});
