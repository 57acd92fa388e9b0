import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { keepCopyright } from "./copyright.ts";
import { writeTexts } from "./exif.ts";
import { formatIim, parseIim, wrapIptc } from "./iptc.ts";
import { insertJpeg } from "./jpeg.ts";
import { wrapPng } from "./png.ts";

const set = (record: number, number: number, text: string) => ({ record, number, data: Buffer.from(text) });

const numbersOf = (iim: Uint8Array | undefined): unknown =>
  iim &&
  parseIim(iim)?.map(({ record, number, data }) => `${record}:${number} ${Buffer.from(data).toString()}`);

const XMP = [
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
  '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:rights="© ACME" dc:title="A title"/>',
  "</rdf:RDF></x:xmpmeta>",
].join("");

describe("keepCopyright", () => {
  const iptc: readonly (readonly [name: string, sets: Parameters<typeof formatIim>[0], kept: unknown])[] = [
    [
      "byline, credit and notice",
      [set(2, 80, "a"), set(2, 110, "b"), set(2, 116, "c")],
      ["2:80 a", "2:110 b", "2:116 c"],
    ],
    [
      "nothing else of record 2",
      [set(2, 0, "v"), set(2, 120, "caption"), set(2, 116, "c"), set(2, 25, "k")],
      ["2:116 c"],
    ],
    [
      "other records",
      [set(1, 90, "charset"), set(2, 5, "title"), set(3, 80, "x"), set(8, 10, "y")],
      ["1:90 charset", "3:80 x", "8:10 y"],
    ],
    [
      "repeated data sets in order",
      [set(2, 80, "a"), set(2, 25, "k"), set(2, 80, "b")],
      ["2:80 a", "2:80 b"],
    ],
    ["no block where nothing remains", [set(2, 0, "v"), set(2, 25, "k")], undefined],
    ["no block where there was nothing", [], undefined],
  ];
  for (const [name, sets, kept] of iptc) {
    it(`keeps ${name} of IPTC`, () => {
      const bare = formatIim(sets);
      assert.deepEqual(numbersOf(keepCopyright({ iptc: bare }).iptc), kept);
      assert.deepEqual(numbersOf(keepCopyright({ iptc: wrapIptc(bare) }).iptc), kept);
    });
  }

  it("keeps nothing of nothing", () => {
    assert.deepEqual(keepCopyright({}), {});
    const empty = new Uint8Array();
    assert.deepEqual(keepCopyright({ exif: empty, iptc: empty, xmp: empty }), {});
    assert.deepEqual(keepCopyright({ exif: writeTexts({}) }), {});
  });

  it("drops malformed blocks and keeps the others", () => {
    const bad = Buffer.from("neither of the three");
    const exif = writeTexts({ Artist: "Someone" });
    assert.deepEqual(keepCopyright({ exif, iptc: bad, xmp: bad }), { exif: { Artist: "Someone" } });
    const { xmp } = keepCopyright({ exif: bad, xmp: Buffer.from(XMP) });
    assert.match(xmp ?? "", /dc:rights="© ACME"/);
    assert.doesNotMatch(xmp ?? "", /title/i);
  });

  it("finds its way from one picture into another", async () => {
    const pixels = { data: Buffer.alloc(192, 99), width: 8, height: 8, channels: 3, depth: 8 } as const;
    const texts = { Copyright: "© 2024 ACME (c)\0Editor", Artist: "Zoë" };
    const source = await sharp(wrapPng(pixels, { exif: writeTexts(texts), xmp: XMP }))
      .keepMetadata()
      .jpeg()
      .toBuffer();
    const iim = formatIim([set(2, 25, "keyword"), set(2, 116, "© ACME")]);
    const { exif, iptc, xmp } = await sharp(insertJpeg(source, { iptc: iim })).metadata();
    assert(exif && iptc && xmp);
    const kept = keepCopyright({ exif, iptc, xmp });
    assert.deepEqual(kept.exif, texts);
    assert(kept.iptc && kept.xmp);

    const png = wrapPng(pixels, { exif: writeTexts(kept.exif), xmp: kept.xmp });
    const jpeg = await sharp(png).keepExif().keepXmp().jpeg().toBuffer();
    const result = await sharp(insertJpeg(jpeg, { iptc: kept.iptc })).metadata();
    assert(result.exif && result.iptc && result.xmp);
    assert.deepEqual(keepCopyright({ exif: result.exif, iptc: result.iptc, xmp: result.xmp }), kept);
    assert.deepEqual(numbersOf(kept.iptc), ["2:116 © ACME"]);
  });

  it("takes any bytes", () => {
    const bytes = fc.uint8Array({ maxLength: 120 });
    fc.assert(
      fc.property(fc.record({ exif: bytes, iptc: bytes, xmp: bytes }, { requiredKeys: [] }), (blocks) => {
        const kept = keepCopyright(blocks);
        return Object.values(kept).every((value) => value !== undefined);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
