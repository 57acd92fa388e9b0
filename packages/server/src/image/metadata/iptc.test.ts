import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { DataSet } from "./iptc.ts";
import { formatIim, parseIim, unwrapIptc, wrapIptc } from "./iptc.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

const NOTICE: DataSet = { record: 2, number: 116, data: Buffer.from("ACME") };
const CHARSET: DataSet = { record: 1, number: 90, data: hex("1b2547") };
const SETS = [CHARSET, NOTICE];
const BLOCK = hex("1c015a0003 1b2547 1c02740004 41434d45");

/** A resource as Photoshop writes it. */
function resource(id: number, data: Buffer, name = ""): Buffer {
  const header = Buffer.from(`8BIM\0\0${String.fromCharCode(name.length)}${name}`, "latin1");
  header.writeUInt16BE(id, 4);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  return Buffer.concat([header, Buffer.alloc(header.length % 2), size, data, Buffer.alloc(data.length % 2)]);
}

const plain = (sets: readonly DataSet[] | undefined): unknown =>
  sets?.map(({ record, number, data }) => [record, number, Buffer.from(data).toString("hex")]);

describe("parseIim and formatIim", () => {
  const blocks: readonly (readonly [name: string, block: Buffer, sets: readonly DataSet[] | undefined])[] = [
    ["two data sets", BLOCK, SETS],
    ["nothing", Buffer.alloc(0), []],
    ["an empty data set", hex("1c02740000"), [{ ...NOTICE, data: Buffer.alloc(0) }]],
    ["padding behind", Buffer.concat([BLOCK, Buffer.alloc(3)]), SETS],
    ["an extended length of four bytes", hex("1c02748004 00000004 41434d45"), [NOTICE]],
    ["an extended length of one byte", hex("1c02748001 04 41434d45"), [NOTICE]],
    ["another marker", hex("1d02740004 41434d45"), undefined],
    ["rubbish behind", Buffer.concat([BLOCK, hex("00ff")]), undefined],
    ["a length beyond the end", hex("1c02740005 41434d45"), undefined],
    ["an extended length beyond the end", hex("1c02748004 ffffffff 41434d45"), undefined],
    ["an extended length of no bytes", hex("1c02748000 41434d45"), undefined],
    ["an extended length of many bytes", hex("1c02748005 0000000004 41434d45"), undefined],
    ["a header that is cut", hex("1c0274"), undefined],
    ["an extended header that is cut", hex("1c02748004 0000"), undefined],
  ];
  for (const [name, block, sets] of blocks) {
    it(`parses ${name}`, () => assert.deepEqual(plain(parseIim(block)), plain(sets)));
  }

  it("formats what it parsed", () => {
    assert.deepEqual(formatIim(SETS), BLOCK);
    assert.equal(formatIim([]).length, 0);
  });

  it("formats a long data set with an extended length", () => {
    const long = { ...NOTICE, data: Buffer.alloc(0x8000, 65) };
    const block = formatIim([long, CHARSET]);
    assert.equal(block.subarray(0, 9).toString("hex"), "1c0274800400008000");
    assert.deepEqual(plain(parseIim(block)), plain([long, CHARSET]));
  });

  it("makes the way there and back for any data sets", () => {
    const byte = fc.nat(255);
    const set = fc.record({ record: byte, number: byte, data: fc.uint8Array({ maxLength: 40 }) });
    fc.assert(
      fc.property(fc.array(set, { maxLength: 10 }), (sets) => {
        assert.deepEqual(plain(parseIim(formatIim(sets))), plain(sets));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("unwrapIptc and wrapIptc", () => {
  const other = resource(0x03ed, Buffer.from("resolution!"));
  const named = resource(0x0409, Buffer.from("x"), "thumbnail");
  const iptc = resource(0x0404, BLOCK);
  const photoshop = Buffer.from("Photoshop 3.0\0", "latin1");
  const blocks: readonly (readonly [name: string, block: Buffer, bare: Buffer | undefined])[] = [
    ["a bare block", BLOCK, BLOCK],
    ["resources behind Photoshop's mark", Buffer.concat([photoshop, iptc]), BLOCK],
    ["resources without the mark", iptc, BLOCK],
    ["a resource among others", Buffer.concat([photoshop, other, named, iptc, other]), BLOCK],
    ["no such resource", Buffer.concat([photoshop, other, named]), undefined],
    ["the mark alone", photoshop, undefined],
    ["nothing", Buffer.alloc(0), undefined],
    ["rubbish", Buffer.from("rubbish"), undefined],
    [
      "a resource of another maker",
      Buffer.concat([photoshop, hex("41424344 0404 0000 00000000")]),
      undefined,
    ],
    ["a resource that is cut", Buffer.concat([photoshop, iptc.subarray(0, -2)]), undefined],
    ["a name that leads out", Buffer.concat([photoshop, hex("3842494d 0404 ff00 00000000")]), undefined],
    ["a size that leads out", Buffer.concat([photoshop, hex("3842494d 0404 0000 ffffffff")]), undefined],
  ];
  for (const [name, block, bare] of blocks) {
    it(`unwraps ${name}`, () => assert.deepEqual(unwrapIptc(block), bare));
  }

  it("wraps as Photoshop does", () => {
    assert.deepEqual(wrapIptc(BLOCK), Buffer.concat([photoshop, iptc]));
    const odd = formatIim([CHARSET, { ...NOTICE, data: Buffer.from("odd") }]);
    assert.deepEqual(wrapIptc(odd), Buffer.concat([photoshop, resource(0x0404, odd)]));
    assert.deepEqual(unwrapIptc(wrapIptc(odd)), odd);
  });

  it("leaves alone what is wrapped", () => {
    const wrapped = Buffer.concat([photoshop, other, iptc]);
    assert.deepEqual(wrapIptc(wrapped), wrapped);
  });

  it("takes every truncation, mutation and random block", () => {
    const real = Buffer.concat([photoshop, other, named, iptc]);
    const read = (bytes: Uint8Array): boolean => {
      const bare = unwrapIptc(bytes);
      const sets = bare && parseIim(bare);
      return sets === undefined || sets.length <= bytes.length;
    };
    for (let length = 0; length < real.length - 1; length += 1) {
      assert.equal(unwrapIptc(real.subarray(0, length)), undefined, `${length} bytes`);
    }
    for (let length = 1; length < BLOCK.length; length += 1) {
      assert(length === 8 || parseIim(BLOCK.subarray(0, length)) === undefined, `${length} bytes`);
    }
    const mutation = fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(mutation, (changes) => {
        const bytes = Buffer.from(real);
        for (const [at, value] of changes) bytes[at] = value;
        return read(bytes);
      }),
      { seed: 1, numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.constantFrom("1c", "3842494d", ""), fc.uint8Array({ maxLength: 100 }), (start, rest) =>
        read(Buffer.concat([hex(start), rest])),
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});
