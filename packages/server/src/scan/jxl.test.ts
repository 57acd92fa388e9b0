import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { box, join, text, zeros } from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";

const scanJxl = (bytes: Uint8Array) => scan(bytes, "jxl");
const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, "hex"));

/** Heads as libjxl writes them. */
const HEADS: readonly (readonly [string, readonly [number, number], object])[] = [
  ["ff0a084010090800010018004b188b158201", [3, 2], { depthBits: 8, alpha: false, frames: 1 }],
  ["ff0a10007f38012b01080810001c000000000000", [40000, 3], { alpha: true }],
  ["ff0a60896e178804080201001c00000000003a17", [3000, 301], { alpha: false }],
  ["ff0a60896ed700138802006c60770790a7da5310", [3000, 301], { alpha: false }],
  ["ff0a09412408000100ad652b59899191c2ad3883", [60, 40], { alpha: false }],
  ["ff0a090700258802005122b59f200000152aa38c", [60, 40], { alpha: false }],
  ["ff0a4f06002d880200dd38b59f200000152aa38c", [64, 64], { alpha: false }],
  ["ff0a500178804571230800100061482b59899191", [61, 43], { alpha: true }],
];

/** Bits of a codestream, least significant first, from numbers and how many bits each takes. */
function bits(...fields: readonly (readonly [value: number, count: number])[]): Uint8Array {
  const all = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
  const bytes = new Uint8Array(Math.ceil(all.length / 8) + 16);
  all.forEach((bit, i) => (bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (bit << (i & 7))));
  return join([0xff, 0x0a], bytes);
}

const SIZE = [
  [1, 1],
  [4, 5],
  [6, 3],
] as const; // 40 high, and 5 to 4.
const PLAIN_DEPTH = [
  [0, 1],
  [0, 2],
  [1, 1],
  [0, 2],
] as const;

describe("JPEG XL headers", () => {
  for (const [head, [width, height], expected] of HEADS) {
    it(`${width} x ${height}: ${head}`, () => {
      const scanned = scanJxl(hex(head));
      assert.deepEqual(scanned.size, { width, height });
      assert.deepEqual({ ...scanned, ...expected }, scanned);
    });
  }

  it("takes everything for usual where it says so", () => {
    const { size, depthBits, alpha, orientation } = scanJxl(bits(...SIZE, [1, 1]));
    assert.deepEqual(
      { size, depthBits, alpha },
      { size: { width: 50, height: 40 }, depthBits: 8, alpha: false },
    );
    assert.equal(orientation, undefined);
  });

  it("tells orientation and animation, behind the sizes to show it at", () => {
    const shown = [[1, 1], ...SIZE] as const;
    const preview = [
      [1, 1],
      [0, 1],
      [1, 2],
      [5, 8],
      [0, 3],
      [3, 2],
      [7, 12],
    ] as const;
    const ticks = [
      [2, 2],
      [9, 10],
      [0, 2],
      [1, 2],
      [5, 3],
      [0, 1],
    ] as const;
    const file = bits(
      ...SIZE,
      [0, 1],
      [1, 1],
      [5, 3],
      ...shown,
      ...preview,
      [1, 1],
      ...ticks,
      ...PLAIN_DEPTH,
    );
    const { orientation, animated, frames, framesAtLeast, depthBits } = scanJxl(file);
    assert.deepEqual(
      { orientation, animated, frames, framesAtLeast },
      { orientation: 6, animated: true, frames: 1, framesAtLeast: true },
    );
    assert.equal(depthBits, 8);
  });

  it("tells depth and transparency", () => {
    const cases: readonly (readonly [readonly (readonly [number, number])[], object])[] = [
      [
        [
          [0, 1],
          [2, 2],
          [0, 1],
          [0, 2],
        ],
        { depthBits: 12, alpha: false },
      ],
      [
        [
          [0, 1],
          [3, 2],
          [15, 6],
          [0, 1],
          [0, 2],
        ],
        { depthBits: 16, alpha: false },
      ],
      [
        [
          [1, 1],
          [0, 2],
          [7, 4],
          [0, 1],
          [0, 2],
        ],
        { depthBits: 32, alpha: false },
      ],
      [
        [
          [0, 1],
          [0, 2],
          [0, 1],
          [1, 2],
          [1, 1],
        ],
        { alpha: true },
      ],
      [
        [
          [0, 1],
          [0, 2],
          [0, 1],
          [1, 2],
          [0, 1],
          [1, 2],
        ],
        { alpha: false },
      ],
      [
        [
          [0, 1],
          [0, 2],
          [0, 1],
          [2, 2],
          [0, 4],
          [0, 1],
          [2, 2],
          [3, 4],
        ],
        { alpha: undefined },
      ],
    ];
    for (const [fields, expected] of cases) {
      const scanned = scanJxl(bits(...SIZE, [0, 1], [0, 1], ...fields));
      assert.deepEqual({ ...scanned, ...expected }, scanned);
    }
  });

  it("refuses another start", () => {
    assert.throws(() => scanJxl(Uint8Array.of(0xff, 0x0b, ...zeros(20))), { code: "broken_image" });
  });
});

describe("JPEG XL containers", () => {
  const stream = hex("ff0a084010090800010018004b188b158201");
  const start = join(
    box("JXL ", [0x0d, 0x0a, 0x87, 0x0a]),
    box("ftyp", text("jxl "), zeros(4), text("jxl ")),
  );
  const part = (number: number, ...data: readonly Iterable<number>[]) =>
    box("jxlp", [number >>> 24, 0, 0, number & 255], ...data);

  it("reads the codestream wherever it lies", () => {
    const whole = join(start, box("Exif", zeros(20)), box("jxlc", stream));
    const parts = join(
      start,
      part(0, stream.subarray(0, 12)),
      box("xml ", zeros(30)),
      part(2 ** 31 + 1, stream.subarray(12)),
    );
    for (const [file, metadataBytes] of [
      [whole, 20],
      [parts, 30],
    ] as const) {
      const { size, complete, ...rest } = scanJxl(file);
      assert.deepEqual({ size, complete }, { size: { width: 3, height: 2 }, complete: true });
      assert.equal(rest.metadataBytes, metadataBytes);
    }
  });

  it("notices what is missing", () => {
    const whole = join(start, box("jxlc", stream));
    assert.equal(scanJxl(whole.subarray(0, -1)).complete, false);
    assert.equal(scanJxl(join(start, part(0, stream))).complete, false);
    assert.throws(() => scanJxl(start.subarray(0, 20)), { code: "source_incomplete" });
    assert.throws(() => scanJxl(start), { code: "broken_image" });
    assert.throws(() => scanJxl(stream.subarray(0, 3)), { code: "source_incomplete" });
  });
});
