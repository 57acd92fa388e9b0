import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { conformsAsBoard } from "../../test/conformance/board.ts";
import { folderBoard } from "./folder-board.ts";
import type { Purge } from "./purge.ts";

const DAY = 86_400_000;

const parent = mkdtempSync(join(tmpdir(), "tintype-board-"));
after(() => rmSync(parent, { recursive: true, force: true }));

let count = 0;
const newPath = (): string => join(parent, String((count += 1)));
const purgeOf = (id: string, at: number): Purge => ({ id, at, by: "1-a", scope: { kind: "tag", value: id } });
const nameOf = (id: string, at: number): string => `${String(at).padStart(14, "0")}-${id}.json`;

conformsAsBoard("folder", async () => {
  const directory = newPath();
  const board = folderBoard({ directory });
  return Promise.resolve({
    board,
    another: async () => Promise.resolve(folderBoard({ directory })),
    scribble: async (text, at) => {
      writeFileSync(join(directory, "purges", nameOf(`scribbled-${(count += 1)}`, at)), text);
      return Promise.resolve();
    },
    close: () => board.close(),
  });
});

describe("folderBoard", () => {
  it("lays each purge in a file that nobody else may read, and makes its folder when it is needed", async () => {
    const directory = newPath();
    const board = folderBoard({ directory });
    assert.deepEqual(await board.read(0), []);
    const now = Date.now();
    for (const id of ["one", "two"]) {
      await board.post(purgeOf(id, now));
      assert.deepEqual(await board.read(0), [purgeOf(id, now)]);
      const folder = join(directory, "purges");
      assert.deepEqual(readdirSync(folder), [nameOf(id, now)]);
      assert.deepEqual(
        [statSync(folder).mode & 0o777, statSync(join(folder, nameOf(id, now))).mode & 0o777],
        [0o700, 0o600],
      );
      rmSync(directory, { recursive: true });
    }
  });

  it("forgets what is older than any entry, and what nobody will finish", async () => {
    const directory = newPath();
    const board = folderBoard({ directory });
    const now = Date.now();
    const ages = [0, 34 * DAY, 36 * DAY, 1000 * DAY];
    for (const [index, age] of ages.entries()) await board.post(purgeOf(`p${index}`, now - age));
    const folder = join(directory, "purges");
    for (const [digit, seconds] of [
      ["1", 700],
      ["2", 5],
    ] as const) {
      const path = join(folder, `.1-${digit.repeat(16)}.tmp`);
      writeFileSync(path, "unfinished");
      utimesSync(path, now / 1000 - seconds, now / 1000 - seconds);
    }
    writeFileSync(join(folder, "notes.txt"), "");
    assert.deepEqual((await board.read(0)).map(({ id }) => id).sort(), ["p0", "p1"]);
    assert.deepEqual(
      readdirSync(folder).sort(),
      [`.1-${"2".repeat(16)}.tmp`, nameOf("p0", now), nameOf("p1", now - 34 * DAY), "notes.txt"].sort(),
    );
  });

  it("believes only files of our own that hold the purge of their name", async () => {
    const directory = newPath();
    const board = folderBoard({ directory });
    const now = Date.now();
    await board.post(purgeOf("real", now));
    const folder = join(directory, "purges");
    const text = JSON.stringify(purgeOf("lured", now));
    writeFileSync(join(parent, "lure"), text);
    symlinkSync(join(parent, "lure"), join(folder, nameOf("lured", now)));
    execFileSync("mkfifo", [join(folder, nameOf("fifo", now))]);
    mkdirSync(join(folder, nameOf("folder", now)));
    writeFileSync(join(folder, nameOf("renamed", now)), text);
    writeFileSync(join(folder, nameOf("lured", now + 1)), text);
    writeFileSync(
      join(folder, nameOf("long", now)),
      `${JSON.stringify(purgeOf("long", now))}${" ".repeat(70_000)}`,
    );
    assert.deepEqual(await board.read(0), [purgeOf("real", now)]);
  });

  it("takes no purge that could not be read again", async () => {
    const directory = newPath();
    const board = folderBoard({ directory });
    const wrong = [
      purgeOf("../../evil", Date.now()),
      purgeOf("x", -1),
      purgeOf("x", 1.5),
      purgeOf("x", 10 ** 14),
      { ...purgeOf("x", 1), scope: { kind: "prefix", value: "x".repeat(70_000) } } as const,
    ];
    for (const purge of wrong)
      await assert.rejects(board.post(purge), /^Error: expected a purge of at most 65536 bytes, got /);
    assert.deepEqual(await board.read(0), []);
  });

  it("refuses a directory that is a link", () => {
    const directory = newPath();
    symlinkSync(parent, directory);
    assert.throws(() => folderBoard({ directory }), /^Error: expected a folder at .*, got a link/);
  });

  it("rejects where nothing can be written, and is well again", async () => {
    const directory = newPath();
    const board = folderBoard({ directory });
    writeFileSync(directory, "in the way");
    const purge = purgeOf("one", Date.now());
    await assert.rejects(board.post(purge), { code: "ENOTDIR" });
    await assert.rejects(board.read(0), { code: "ENOTDIR" });
    rmSync(directory);
    await board.post(purge);
    assert.deepEqual(await board.read(0), [purge]);
  });
});
