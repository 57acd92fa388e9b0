import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { chownSync, copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { assertSame, conformsAsStore, entryOf, keyOf } from "../../test/conformance/store.ts";
import { until } from "../../test/fixtures/until.ts";
import { diskStore, type DiskSettings, type DiskStore } from "./disk.ts";

const run = promisify(execFile);
const MEGABYTE = 2 ** 20;
const HOUR_SECONDS = 3600;

const isRoot = process.geteuid?.() === 0;
const parent = mkdtempSync(join(tmpdir(), "tintype-disk-"));
after(() => rmSync(parent, { recursive: true, force: true }));

let count = 0;
const newPath = (): string => join(parent, String((count += 1)));

interface Opened extends DiskSettings {
  readonly store: DiskStore;
  readonly faults: unknown[];
  pathOf(name: string): string;
}

const opened: DiskStore[] = [];
after(() => Promise.all(opened.map((store) => store.close())));

function openStore(changes: Partial<DiskSettings> = {}): Opened {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => void faults.push(fault);
  const settings = { directory: newPath(), maxBytes: 256 * MEGABYTE, maxFiles: 10_000, onFault, ...changes };
  const store = diskStore(settings);
  opened.push(store);
  const pathOf = (name: string): string => fileOf(settings.directory, keyOf(name));
  return { ...settings, store, faults, pathOf };
}

const fileOf = (directory: string, key: string): string => join(directory, "entries", key.slice(0, 2), key);

const put = (store: DiskStore, name: string, bytes = 3000): Promise<void> =>
  store.set(keyOf(name), entryOf(name, bytes));

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => !file.isDirectory())
    .map(({ name }) => name)
    .sort();

function age(path: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(path, then, then);
}

const codeIs = (code: string) => (error: unknown) =>
  error instanceof Error && "code" in error && error.code === code;

conformsAsStore("disk", async () => {
  const { directory, store } = openStore();
  return Promise.resolve({
    store,
    corrupt: async (key) => {
      const path = fileOf(directory, key);
      const bytes = readFileSync(path);
      bytes[bytes.length - 100]! ^= 4;
      writeFileSync(path, bytes);
      return Promise.resolve();
    },
    misplace: async (from, to) => {
      copyFileSync(fileOf(directory, from), fileOf(directory, to));
      return Promise.resolve();
    },
    close: () => store.close(),
  });
});

describe("diskStore", () => {
  it("lays each entry in a file that nobody else may read", async () => {
    const { store, directory, pathOf } = openStore();
    assert.equal(existsSync(directory), false, "nothing is made before it is needed");
    await put(store, "one");
    assert.deepEqual(filesIn(directory), [keyOf("one")]);
    assert.equal(statSync(pathOf("one")).mode & 0o777, 0o600);
    for (let path = dirname(pathOf("one")); path !== parent; path = dirname(path))
      assert.equal(statSync(path).mode & 0o777, 0o700, path);
  });

  it("has what another has written, at once", async () => {
    const { store, directory } = openStore();
    await put(store, "kept");
    await store.close();
    assertSame(await openStore({ directory }).store.get(keyOf("kept")), entryOf("kept"));
  });

  it("takes only keys", async () => {
    const { store, directory } = openStore();
    for (const key of ["../../evil", "", keyOf("x").toUpperCase(), `${keyOf("x")}/..`]) {
      await assert.rejects(store.set(key, entryOf("x")), /^Error: expected a key, got /);
      await assert.rejects(store.get(key), /^Error: expected a key, got /);
      await assert.rejects(store.delete(key), /^Error: expected a key, got /);
    }
    assert.equal(existsSync(directory), false);
    await put(store, "some");
    for (const prefix of ["..", "/", "zz", "../"])
      for await (const key of store.keys(prefix)) assert.fail(`expected no key, got ${key}`);
  });

  it("keeps no giant, and no older entry in its place", async () => {
    const { store, directory } = openStore({ maxBytes: MEGABYTE });
    await put(store, "grows", MEGABYTE / 16);
    assert.deepEqual(filesIn(directory), [keyOf("grows")]);
    await put(store, "grows", MEGABYTE / 16 + 1);
    assert.deepEqual(filesIn(directory), []);
    assert.deepEqual([store.bytes, store.files], [0, 0]);
  });

  it("notes in the file's time that it was used, to the hour", async () => {
    const { store, pathOf } = openStore();
    const ageOf = (): number => (Date.now() - statSync(pathOf("used")).mtimeMs) / 1000;
    await put(store, "used");
    age(pathOf("used"), HOUR_SECONDS / 2);
    await store.get(keyOf("used"));
    assert.ok(ageOf() > HOUR_SECONDS / 3);
    age(pathOf("used"), 2 * HOUR_SECONDS);
    await store.head(keyOf("used"));
    assert.ok(ageOf() > HOUR_SECONDS, "a look at the head is no use");
    await store.get(keyOf("used"));
    assert.ok(ageOf() < 60);
  });

  it("is well again when its folder comes back, and makes it anew where it is gone", async () => {
    const { store, directory, faults } = openStore();
    await put(store, "one");
    renameSync(directory, `${directory}-away`);
    assert.equal(await store.get(keyOf("one")), undefined);
    writeFileSync(directory, "in the way");
    await assert.rejects(put(store, "two"), codeIs("ENOTDIR"));
    await assert.rejects(store.get(keyOf("one")), codeIs("ENOTDIR"));
    rmSync(directory);
    renameSync(`${directory}-away`, directory);
    assertSame(await store.get(keyOf("one")), entryOf("one"));
    rmSync(directory, { recursive: true });
    await put(store, "three");
    assertSame(await store.get(keyOf("three")), entryOf("three"));
    assert.deepEqual(faults, []);
  });

  it("keeps no process alive", async () => {
    const module = new URL("disk.ts", import.meta.url).href;
    const code = `
      const { diskStore } = await import(${JSON.stringify(module)});
      const store = diskStore({ directory: ${JSON.stringify(newPath())}, maxBytes: 1e9, maxFiles: 1e6 });
      store.start();
      await store.get(${JSON.stringify(keyOf("x"))});`;
    const { stderr } = await run(process.execPath, ["--input-type=module", "-e", code], { timeout: 20_000 });
    assert.equal(stderr, "");
  });

  it("has only whole entries after its process was killed, eight times", async () => {
    const script = new URL("../../../../scripts/kills.mjs", import.meta.url).pathname;
    const seed = String(Math.floor(Math.random() * 1e6));
    const { stdout } = await run(process.execPath, [script, "--source", "--times", "8", "--seed", seed]);
    assert.match(stdout, /^8 rounds, 10 processes killed, [1-9]\d* entries checked and whole/m);
  });
});

describe("what lies in the place of an entry", () => {
  const outside = newPath();
  const elsewhere = join(outside, "elsewhere");

  /** What is laid there, with a whole entry of that key at hand. */
  const things: Readonly<Record<string, (path: string, entry: Buffer) => unknown>> = {
    "a link to the very entry": (path, entry) => {
      writeFileSync(elsewhere, entry);
      symlinkSync(elsewhere, path);
    },
    "a link to nothing": (path) => symlinkSync(join(outside, "nothing"), path),
    "a link to a folder": (path) => symlinkSync(outside, path),
    "a FIFO": (path) => run("mkfifo", [path]),
    "a folder with something in it": (path) => {
      mkdirSync(path);
      writeFileSync(join(path, "inside"), "something");
    },
    "a socket": async (path) => {
      // Bound under a short name: paths of sockets are at most 107 bytes long.
      const server = createServer().listen(join(outside, "socket"));
      await once(server, "listening");
      renameSync(join(outside, "socket"), path);
      server.close();
      await once(server, "close");
    },
    "an empty file": (path) => writeFileSync(path, ""),
    "half an entry": (path, entry) => writeFileSync(path, entry.subarray(0, entry.length / 2)),
    "an entry and more": (path, entry) => writeFileSync(path, Buffer.concat([entry, entry])),
    "a file that is far too large": (path) => {
      writeFileSync(path, "");
      truncateSync(path, 2 ** 36);
    },
    "a text": (path) => writeFileSync(path, "expected an entry"),
    ...(isRoot && {
      "another user's file": (path: string, entry: Buffer) => {
        writeFileSync(path, entry);
        chownSync(path, 12_345, 12_345);
      },
    }),
  };

  for (const [thing, lay] of Object.entries(things))
    for (const act of ["get", "head", "set", "sweep"] as const)
      it(`${thing} is neither followed nor waited for nor believed: ${act}`, async () => {
        mkdirSync(outside, { recursive: true });
        const { store, directory, faults, pathOf } = openStore();
        const [path, key] = [pathOf("one"), keyOf("one")];
        await put(store, "one");
        const entry = readFileSync(path);
        rmSync(path);
        await lay(path, entry);
        // A sweep reads no file; but this one alone is more than the store may hold.
        const isLeft = lstatSync(path).isFile() && !/another user|far too large/.test(thing);
        const before = filesIn(outside);
        // A head is whole before its body is.
        const isHeadWhole = act === "head" && (thing === "half an entry" || thing === "an entry and more");
        if (act === "set") await put(store, "one");
        else if (act === "sweep") {
          const other = openStore({ directory }).store;
          other.start();
          await until(() => other.swept);
          await until(() => (lstatSync(path, { throwIfNoEntry: false }) !== undefined) === isLeft);
        } else if (!isHeadWhole) {
          assert.equal(await store[act](key), undefined);
          assert.equal(lstatSync(path, { throwIfNoEntry: false }), undefined, "it is gone");
          assert.match(String(faults[0]), /^Error: expected .*, got /);
        }
        await put(store, "one");
        assertSame(await store.get(key), entryOf("one"));
        assert.deepEqual(filesIn(outside), before, "what is elsewhere is as it was");
      });
});

describe("a directory that is no safe place", () => {
  const target = newPath();

  const refused: Readonly<Record<string, (directory: string) => unknown>> = {
    "a link": (directory) => symlinkSync(target, directory),
    "a link, with a slash behind": (directory) => symlinkSync(target, directory),
    "a file": (directory) => writeFileSync(directory, ""),
    "a link inside": (directory) => {
      mkdirSync(directory);
      symlinkSync(target, join(directory, "entries"));
    },
    ...(isRoot && {
      "another user's": (directory: string) => {
        mkdirSync(directory);
        chownSync(directory, 12_345, 12_345);
      },
    }),
  };

  for (const [what, lay] of Object.entries(refused))
    it(`${what} is refused`, async () => {
      mkdirSync(target, { recursive: true });
      const { store, directory } = openStore();
      lay(directory);
      const given = what.endsWith("behind") ? `${directory}/` : directory;
      assert.throws(() => openStore({ directory: given }), /^Error: expected .*, got /);
      if (what !== "a file") await assert.rejects(put(store, "one"), /^Error: expected .*, got /);
      assert.deepEqual(readdirSync(target), []);
    });
});
