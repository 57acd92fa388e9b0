import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TestContext } from "node:test";
import { HttpError } from "./errors.ts";
import type { Job } from "./job.ts";
import { Quarantine } from "./quarantine.ts";
import { createPool } from "./render/pool.ts";
import { hashOf } from "./rendition.ts";
import { createRender, doubtOf } from "./rendering.ts";

const ENTRY = new URL("../test/fixtures/poison.ts", import.meta.url);

const JOB: Job = { source: "https://example.com/a.gif", options: {}, accepted: [], enforced: [] } as never; // All that is read.

interface Options {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** A pool of one renderer and a spare, and pictures that are orders to it. */
async function start(t: TestContext) {
  const ends: string[] = [];
  const pool = createPool({
    entry: ENTRY,
    setup: {},
    size: 1,
    graceMs: 50,
    onLog: (line) => {
      if (line.includes(" ended: ")) ends.push(line);
    },
  });
  t.after(() => pool.close());
  await pool.started;
  const quarantine = new Quarantine({ ttlSeconds: 600 });
  const render = createRender({ pool, quarantine, watermark: undefined, fairMs: 300 });
  const draw = (order: string, { deadlineMs = 5000, signal = new AbortController().signal }: Options = {}) =>
    render(
      JOB,
      {
        bytes: Buffer.from(order),
        format: "gif",
        headers: { etag: '"x"', "last-modified": "yesterday" },
        known: { digest: "d" },
        askedAt: 0,
        answeredAt: 1,
      },
      { deadlineMs, signal },
    );
  return { draw, ends, pool, quarantine };
}

const refusal = (code: string) => (error: unknown) => error instanceof HttpError && error.code === code;

describe("rendering", () => {
  it("gives a picture, and what its source was", async (t) => {
    const { draw, quarantine } = await start(t);
    const { bytes, ...rendition } = await draw("live");
    assert.equal(Buffer.from(bytes).toString("latin1", 0, 6), "GIF89a");
    assert.deepEqual(rendition, {
      format: "gif",
      width: 1,
      height: 1,
      frames: 1,
      sourceFrames: 1,
      origin: { width: 3, height: 2, bytes: 4 },
      hash: hashOf(bytes),
      headers: { "last-modified": "yesterday" },
      original: { digest: "d" },
    });
    assert.equal(quarantine.size, 0);
  });

  it("tries once more where a renderer is lost, in another", async (t) => {
    const { draw, ends, pool, quarantine } = await start(t);
    const { result: pid } = await pool.run({}, [Buffer.from("who")]);
    assert.equal((await draw(`die in:${pid as number}`)).format, "gif");
    assert.deepEqual([ends.length, quarantine.size], [1, 0]);
  });

  it("costs two renderers at most, and then refuses the file and no other", async (t) => {
    const { draw, ends } = await start(t);
    await assert.rejects(draw("die"), refusal("renderer_lost"));
    for (let time = 0; time < 3; time += 1) await assert.rejects(draw("die"), refusal("broken_image"));
    assert.equal((await draw("live")).format, "gif");
    assert.equal(ends.length, 2);
  });

  it("believes no answer that contradicts itself, and ends who gave it", async (t) => {
    const { draw, ends } = await start(t);
    await assert.rejects(draw("lie"), (error) => {
      assert.ok(refusal("renderer_lost")(error) && error instanceof Error);
      return error.message === "expected the bytes of png, got gif";
    });
    assert.equal(ends.filter((line) => line.includes("gave an unbelievable answer")).length, 2);
    await assert.rejects(draw("lie"), refusal("broken_image"));
  });

  it("does not try again what would be cut off", async (t) => {
    const { draw, ends } = await start(t);
    await assert.rejects(draw("die after:400", { deadlineMs: 700 }), refusal("renderer_lost"));
    assert.equal(ends.length, 1);
  });

  it("blames a file for its deadline only where it had a fair share of the time", async (t) => {
    const { draw, ends, quarantine } = await start(t);
    await assert.rejects(draw("hang", { deadlineMs: 150 }), refusal("timeout"));
    assert.equal(quarantine.size, 0);
    for (let time = 0; time < 2; time += 1)
      await assert.rejects(draw("hang", { deadlineMs: 1500 }), refusal("timeout"));
    await assert.rejects(draw("hang", { deadlineMs: 1500 }), refusal("broken_image"));
    assert.equal(ends.length, 3);
  });

  it("does not blame a file for a client that has left", async (t) => {
    const { draw, quarantine } = await start(t);
    const signal = AbortSignal.abort();
    await assert.rejects(draw("hang", { signal }), refusal("client_gone"));
    assert.equal(quarantine.size, 0);
  });
});

describe("an answer of a renderer", () => {
  const bytes = Buffer.from("GIF89a\x01\0\x01\0\0\0\0;", "latin1");
  const size = { width: 1, height: 1 };
  const good = { ...size, format: "gif", frames: 1, sourceFrames: 3, origin: size };

  it("is believed where all of it fits", () =>
    assert.equal(doubtOf({ result: good, blobs: [bytes] }), undefined));

  const cases: readonly (readonly [
    name: string,
    result: unknown,
    blobs: readonly Uint8Array[],
    doubt: RegExp,
  ])[] = [
    ["nothing", null, [bytes], /expected a known format/],
    ["text", "gif", [bytes], /expected a known format/],
    ["an unknown format", { ...good, format: "toString" }, [bytes], /expected a known format/],
    ["no width", { ...good, width: undefined }, [bytes], /expected a whole width .* got undefined/],
    ["no pixel", { ...good, height: 0 }, [bytes], /expected a whole height .* got 0/],
    ["half a pixel", { ...good, width: 1.5 }, [bytes], /expected a whole width .* got 1.5/],
    ["a word for a size", { ...good, width: "1" }, [bytes], /expected a whole width/],
    ["an endless side", { ...good, height: 2 ** 31 }, [bytes], /expected a whole height/],
    ["no frame", { ...good, frames: 0 }, [bytes], /expected a whole frames/],
    ["an origin without size", { ...good, origin: null }, [bytes], /expected a whole originWidth/],
    ["no picture", good, [], /expected one picture, got 0/],
    ["two pictures", good, [bytes, bytes], /expected one picture, got 2/],
    ["an empty picture", good, [Buffer.alloc(0)], /expected the bytes of gif, got others/],
    ["a page", good, [Buffer.from("<script>alert(1)</script>")], /expected the bytes of gif, got others/],
    ["another format", { ...good, format: "avif" }, [bytes], /expected the bytes of avif, got gif/],
  ];
  for (const [name, result, blobs, doubt] of cases)
    it(`is not where it holds ${name}`, () => assert.match(doubtOf({ result, blobs }) ?? "", doubt));
});
