import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { bareExif, COLOUR_TAGS, ORIENTATION_TAGS, readTexts, withoutTags, writeTexts } from "./exif.ts";

interface Row {
  readonly tag: number;
  readonly type?: number;
  readonly value: string | Buffer;
}

type Order = "II" | "MM";

/** A block with these entries in IFD0, built with no help from the code under test. */
function block(order: Order, rows: readonly Row[]): Buffer {
  const size = 10 + rows.length * 12 + 4;
  const bytes = Buffer.alloc(size);
  const put16 = (value: number, at: number) =>
    order === "II" ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const put32 = (value: number, at: number) =>
    order === "II" ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(order, "latin1");
  put16(42, 2);
  put32(8, 4);
  put16(rows.length, 8);
  const values: Buffer[] = [];
  let end = size;
  for (const [index, { tag, type = 2, value }] of rows.entries()) {
    const data = typeof value === "string" ? Buffer.from(value) : value;
    const at = 10 + index * 12;
    put16(tag, at);
    put16(type, at + 2);
    put32(data.length, at + 4);
    if (data.length <= 4) data.copy(bytes, at + 8);
    else {
      put32(end, at + 8);
      values.push(data);
      end += data.length;
    }
  }
  return Buffer.concat([bytes, ...values]);
}

/** The tags of IFD0 and of its Exif directory, for little-endian blocks such as libvips writes. */
function tagsOf(exif: Uint8Array): readonly number[] {
  const bytes = bareExif(exif);
  const list = (at: number): number[] =>
    Array.from({ length: bytes.readUInt16LE(at) }, (_, index) => at + 2 + index * 12).flatMap((entry) => {
      const tag = bytes.readUInt16LE(entry);
      return tag === 0x8769 ? [tag, ...list(bytes.readUInt32LE(entry + 8))] : [tag];
    });
  return list(bytes.readUInt32LE(4));
}

/** A block as libvips writes it, of a picture turned by orientation 6. */
async function realBlock(): Promise<Buffer> {
  const picture = sharp({ create: { width: 8, height: 4, channels: 3, background: "#c84" } });
  const jpeg = await picture
    .withMetadata({ orientation: 6 })
    .withExif({ IFD0: { Copyright: "Somebody", Artist: "Someone", Make: "Maker" } })
    .withExif({ IFD2: { ColorSpace: "1", DateTimeOriginal: "2020:01:01 00:00:00" } })
    .jpeg()
    .toBuffer();
  const { exif } = await sharp(jpeg).metadata();
  assert(exif);
  return exif;
}

const COPYRIGHT = 0x8298;
const ARTIST = 0x013b;

describe("readTexts", () => {
  const cases: readonly (readonly [name: string, rows: readonly Row[], expected: object])[] = [
    [
      "both",
      [
        { tag: ARTIST, value: "Someone\0" },
        { tag: COPYRIGHT, value: "Somebody\0" },
      ],
      { Artist: "Someone", Copyright: "Somebody" },
    ],
    ["only one", [{ tag: COPYRIGHT, value: "Somebody\0" }], { Copyright: "Somebody" }],
    ["neither", [{ tag: 0x010f, value: "Maker\0" }], {}],
    ["no entry", [], {}],
    ["four bytes, which stand in the entry", [{ tag: ARTIST, value: "Bob\0" }], { Artist: "Bob" }],
    ["no terminator", [{ tag: ARTIST, value: "Someone" }], { Artist: "Someone" }],
    ["UTF-8", [{ tag: COPYRIGHT, value: "© 2024 日本\0" }], { Copyright: "© 2024 日本" }],
    ["Latin-1", [{ tag: COPYRIGHT, value: Buffer.from("© Müller\0", "latin1") }], { Copyright: "© Müller" }],
    ["type UTF-8 of EXIF 3.0", [{ tag: ARTIST, type: 129, value: "Ünal\0" }], { Artist: "Ünal" }],
    [
      "photographer and editor",
      [{ tag: COPYRIGHT, value: "Photographer\0Editor\0" }],
      { Copyright: "Photographer\0Editor" },
    ],
    ["editor alone, behind a blank", [{ tag: COPYRIGHT, value: " \0Editor\0" }], { Copyright: " \0Editor" }],
    [
      "photographer, blank editor",
      [{ tag: COPYRIGHT, value: "Photographer\0  \0" }],
      { Copyright: "Photographer" },
    ],
    [
      "padding behind both",
      [{ tag: COPYRIGHT, value: "Photographer\0Editor\0\0\0junk" }],
      { Copyright: "Photographer\0Editor" },
    ],
    [
      "only the first string of an artist",
      [{ tag: ARTIST, value: "Someone\0junk\0" }],
      { Artist: "Someone" },
    ],
    [
      "blanks",
      [
        { tag: ARTIST, value: "        \0" },
        { tag: COPYRIGHT, value: "\0\0\0\0\0\0" },
      ],
      {},
    ],
    ["numbers", [{ tag: ARTIST, type: 3, value: "12345678" }], {}],
  ];
  for (const [name, rows, expected] of cases) {
    it(`reads ${name}`, () => {
      for (const order of ["II", "MM"] as const) {
        const bare = block(order, rows);
        assert.deepEqual(readTexts(bare), expected);
        assert.deepEqual(readTexts(Buffer.concat([Buffer.from("Exif\0\0"), bare])), expected);
      }
    });
  }

  it("reads nothing of a block whose offsets lead out of it", () => {
    const good = block("II", [{ tag: ARTIST, value: "Someone\0" }]);
    const patched = (at: number, value: number): Buffer => {
      const bytes = Buffer.from(good);
      bytes.writeUInt32LE(value, at);
      return bytes;
    };
    for (const value of [0, 7, good.length - 1, good.length, 0x7fffffff, 0xffffffff]) {
      assert.deepEqual(readTexts(patched(4, value)), {}, `directory at ${value}`);
    }
    for (const value of [good.length, 0x7fffffff, 0xffffffff]) {
      assert.deepEqual(readTexts(patched(14, value)), {}, `${value} characters`);
      assert.deepEqual(readTexts(patched(18, value)), {}, `text at ${value}`);
    }
  });

  it("reads what libvips wrote", async () => {
    assert.deepEqual(readTexts(await realBlock()), { Copyright: "Somebody", Artist: "Someone" });
  });

  it("takes every truncation, mutation and random block", async () => {
    const real = await realBlock();
    for (let length = 0; length < real.length; length += 1) {
      assert.equal(typeof readTexts(real.subarray(0, length)), "object");
    }
    const mutation = fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(mutation, (changes) => {
        const bytes = Buffer.from(real);
        for (const [at, value] of changes) bytes[at] = value;
        const texts = readTexts(bytes);
        return Object.values(texts).every((text) => typeof text === "string");
      }),
      { seed: 1, numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.constantFrom("II*\0", "MM\0*", ""), fc.uint8Array({ maxLength: 200 }), (mark, rest) => {
        return typeof readTexts(Buffer.concat([Buffer.from(mark, "latin1"), rest])) === "object";
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("writeTexts", () => {
  it("writes entries in ascending order, short values within them", () => {
    const bytes = writeTexts({ Copyright: "ACME", Artist: "Bob" });
    const expected = [
      "49492a0008000000", // II, 42, directory at 8
      "0200", // two entries
      "3b010200 04000000 426f6200", // Artist, four characters in place
      "98820200 05000000 26000000", // Copyright, five characters at 38
      "00000000", // no further directory
      "41434d45 0000", // the text, padded to even
    ];
    assert.equal(bytes.toString("hex"), expected.join("").replaceAll(" ", ""));
  });

  it("is read back as it was", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
      .filter((value) => value.trim() !== "" && !value.includes("\0"));
    fc.assert(
      fc.property(fc.record({ Copyright: text, Artist: text }, { requiredKeys: [] }), (texts) => {
        assert.deepEqual({ ...readTexts(writeTexts(texts)) }, { ...texts });
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("withoutTags", () => {
  it("removes the orientation and nothing else", async () => {
    const real = await realBlock();
    const before = Buffer.from(real);
    const after = withoutTags(real, ORIENTATION_TAGS);
    assert.deepEqual(
      tagsOf(after),
      tagsOf(real).filter((tag) => tag !== 0x0112),
    );
    assert(tagsOf(real).includes(0x0112));
    assert.equal(after.length, real.length);
    assert.deepEqual(readTexts(after), readTexts(real));
    assert.deepEqual(real, before, "the block given is not changed");
  });

  it("removes what speaks of colour, in both directories", async () => {
    const real = await realBlock();
    assert(tagsOf(real).includes(0xa001));
    assert.deepEqual(
      tagsOf(withoutTags(real, COLOUR_TAGS)),
      tagsOf(real).filter((tag) => tag !== 0xa001),
    );
    const white = block("MM", [
      { tag: ARTIST, value: "Someone\0" },
      { tag: 0x013e, type: 5, value: "12345678" },
      { tag: 0x013f, type: 5, value: "12345678" },
      { tag: COPYRIGHT, value: "Somebody\0" },
    ]);
    const after = withoutTags(white, COLOUR_TAGS);
    assert.equal(after.readUInt16BE(8), 2);
    assert.deepEqual(readTexts(after), { Artist: "Someone", Copyright: "Somebody" });
  });

  it("keeps the pointer to the next directory", () => {
    const bytes = block("II", [
      { tag: ARTIST, value: "Bob\0" },
      { tag: 0x0112, type: 3, value: "\x06\0" },
    ]);
    bytes.writeUInt32LE(0xdeadbeef, 10 + 24);
    const after = withoutTags(bytes, ORIENTATION_TAGS);
    assert.equal(after.readUInt16LE(8), 1);
    assert.equal(after.readUInt32LE(10 + 12), 0xdeadbeef);
  });

  it("edits IFD0 alone where the Exif directory lies across it", () => {
    const pointer = Buffer.alloc(4);
    pointer.writeUInt32LE(8);
    const bytes = block("II", [
      { tag: 0x0112, type: 3, value: "\x06\0" },
      { tag: 0x8769, type: 4, value: pointer },
    ]);
    const after = withoutTags(bytes, ORIENTATION_TAGS);
    assert.equal(after.readUInt16LE(8), 1);
    assert.equal(after.readUInt16LE(10), 0x8769);
  });

  it("gives malformed blocks back, and takes any bytes", async () => {
    const real = await realBlock();
    for (const bytes of [Buffer.alloc(0), Buffer.from("Exif\0\0II"), Buffer.from("no block at all")]) {
      assert.deepEqual(withoutTags(bytes, ORIENTATION_TAGS), bytes);
    }
    const mutation = fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(mutation, fc.nat(real.length), (changes, length) => {
        const bytes = Buffer.from(real);
        for (const [at, value] of changes) bytes[at] = value;
        const tags = new Set([...ORIENTATION_TAGS, ...COLOUR_TAGS]);
        return withoutTags(bytes.subarray(0, length), tags).length === length;
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
