/** What every board for purges has to do, whichever it is: run by the test of each. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Purge, PurgeBoard } from "../../src/cache/purge.ts";

/** A board that is open, and what a test may do behind its back. */
export interface OpenBoard {
  readonly board: PurgeBoard;
  /** The same board, as another replica sees it. It is closed by the suite. */
  another(): Promise<PurgeBoard>;
  /** Leaves a text where purges lie, as a purge of that moment. */
  scribble(text: string, at: number): Promise<void>;
  close(): Promise<void>;
}

const MINUTE = 60_000;

const purgeOf = (id: string, at: number, changes: Partial<Purge> = {}): Purge => ({
  id,
  at,
  by: "4711-a",
  scope: { kind: "source", value: `https://origin.example/${id}.jpg` },
  ...changes,
});

/** In one order, whichever the board has. */
const sorted = (purges: readonly Purge[]): Purge[] =>
  purges.toSorted((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));

/** The suite. A board is opened once, empty. */
export function conformsAsBoard(name: string, open: () => Promise<OpenBoard>): void {
  describe(`${name} as a board`, () => {
    // Whole milliseconds of today: boards forget what is older than some weeks.
    const now = Date.now();
    let opened: OpenBoard;
    let another: PurgeBoard;
    before(async () => {
      opened = await open();
      another = await opened.another();
    });
    after(async () => {
      await another.close();
      await opened.close();
    });

    it("is empty at first", async () => {
      assert.deepEqual(await opened.board.read(0), []);
    });

    it("shows every kind of purge to two readers", async () => {
      const purges = [
        purgeOf("one", now - 3 * MINUTE),
        purgeOf("two", now - 2 * MINUTE, {
          scope: { kind: "prefix", value: "https://ümlaut.example/ a?b=1&c" },
        }),
        purgeOf("Three_3-x", now - 2 * MINUTE, { scope: { kind: "tag", value: 'quote " and 🙂' }, by: "b" }),
        purgeOf("four", now - MINUTE, { scope: { kind: "all" } }),
      ];
      for (const [index, purge] of purges.entries())
        await (index % 2 === 0 ? opened.board : another).post(purge);
      for (const board of [opened.board, another])
        assert.deepEqual(sorted(await board.read(0)), sorted(purges));
    });

    it("shows what was posted at or after a moment", async () => {
      const ids = async (since: number): Promise<string[]> =>
        sorted(await another.read(since)).map(({ id }) => id);
      assert.deepEqual(await ids(now - 2 * MINUTE), ["Three_3-x", "two", "four"]);
      assert.deepEqual(await ids(now - 2 * MINUTE + 1), ["four"]);
      assert.deepEqual(await ids(now - MINUTE), ["four"]);
      assert.deepEqual(await ids(now), []);
    });

    it("shows a purge once, however often it was posted", async () => {
      const purge = purgeOf("again", now + MINUTE);
      await Promise.all([opened.board.post(purge), another.post(purge), opened.board.post(purge)]);
      assert.deepEqual(await another.read(now + MINUTE), [purge]);
    });

    it("skips what cannot be read as a purge", async () => {
      const at = now + 2 * MINUTE;
      const whole = purgeOf("whole", at);
      await opened.board.post(whole);
      for (const text of [
        "",
        "{",
        "null",
        "[]",
        '{"id":"x"}',
        JSON.stringify({ ...whole, scope: { kind: "what" } }),
      ])
        await opened.scribble(text, at);
      for (const board of [opened.board, another]) assert.deepEqual(await board.read(at), [whole]);
    });

    it("takes 50 at once", async () => {
      const at = now + 3 * MINUTE;
      const purges = Array.from({ length: 50 }, (_, index) => purgeOf(`many-${index}`, at + index));
      await Promise.all(purges.map((purge, index) => (index % 2 === 0 ? opened.board : another).post(purge)));
      assert.deepEqual(sorted(await opened.board.read(at)), sorted(purges));
    });
  });
}
