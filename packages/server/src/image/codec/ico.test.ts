import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { u16, u32 } from "../../../test/fixtures/bitmap.ts";
import { HttpError } from "../../errors.ts";
import { decodeIcoBitmap, encodeIco, pickIcoEntry } from "./ico.ts";

const png = (width: number, height: number): Promise<Uint8Array> =>
  sharp({ create: { width, height, channels: 4, background: "#0a0b0c80" } })
    .png()
    .toBuffer();

/** A bitmap without file header, as icons hold it: rows bottom-up, twice the height, the mask last. */
const bitmap = (width: number, height: number, bits: 24 | 32): number[] => {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const rows = Array.from({ length: stride * height }, (_, i) => i & 255);
  const mask = new Array<number>(Math.ceil(width / 32) * 4 * height).fill(255);
  const header = [
    ...u32(40),
    ...u32(width),
    ...u32(height * 2),
    ...u16(1),
    ...u16(bits),
    ...[0, 0, 0, 0, 0, 0].flatMap(u32),
  ];
  return [...header, ...rows, ...mask];
};

interface Icon {
  readonly width: number;
  readonly height: number;
  readonly payload: Iterable<number>;
}

function ico(icons: readonly Icon[]): Uint8Array {
  const payloads = icons.map(({ payload }) => [...payload]);
  let at = 6 + icons.length * 16;
  const entries = icons.flatMap(({ width, height }, i) => {
    const length = payloads[i]?.length ?? 0;
    const entry = [width % 256, height % 256, 0, 0, ...u16(1), ...u16(32), ...u32(length), ...u32(at)];
    at += length;
    return entry;
  });
  return Uint8Array.from([0, 0, 1, 0, ...u16(icons.length), ...entries, ...payloads.flat()]);
}

const refuses = (bytes: Uint8Array): void => {
  assert.throws(
    () => {
      const entry = pickIcoEntry(bytes);
      if (entry.kind === "bmp") decodeIcoBitmap(entry);
    },
    (error) => error instanceof HttpError && error.code === "broken_image",
  );
};

describe("pickIcoEntry", () => {
  // A side of 256 is stored as 0, which the rule takes for the smallest and for a reason to replace.
  const cases: readonly (readonly [string, number])[] = [
    ["16x16", 0],
    ["16x16 32x32 24x24", 1],
    ["32x32 32x32", 0],
    ["16x32 32x16", 1],
    ["16x16 256x256", 1],
    ["256x256 16x16", 1],
    ["256x256 16x16 8x8", 1],
    ["256x256 256x256", 1],
    ["48x48 8x256 4x9", 2],
    ["48x48 8x256 8x48 9x4", 3],
    ["48x48 8x256 8x48 8x4", 2],
  ];
  for (const [names, picked] of cases) {
    it(`takes number ${picked} of ${names}`, () => {
      const icons = names.split(" ").map((name) => {
        const [width = 0, height = 0] = name.split("x").map(Number);
        return { width, height, payload: bitmap(width, height, 24) };
      });
      const file = ico(icons);
      const { width, height, kind, payload } = pickIcoEntry(file);
      assert.deepEqual([`${width}x${height}`, kind], [names.split(" ")[picked], "bmp"]);
      assert.equal(payload.byteOffset, new DataView(file.buffer).getUint32(6 + picked * 16 + 12, true));
    });
  }

  it("hands out a PNG as it is", async () => {
    const payload = await png(20, 10);
    const entry = pickIcoEntry(ico([{ width: 20, height: 10, payload }]));
    assert.deepEqual(
      { ...entry, payload: [...entry.payload] },
      { width: 20, height: 10, kind: "png", payload: [...payload] },
    );
  });
});

describe("decodeIcoBitmap", () => {
  it("reads the picture above the mask, and ignores the mask", () => {
    const entry = pickIcoEntry(ico([{ width: 2, height: 2, payload: bitmap(2, 2, 24) }]));
    const data = Uint8Array.of(10, 9, 8, 13, 12, 11, 2, 1, 0, 5, 4, 3);
    assert.deepEqual(decodeIcoBitmap(entry), { data, width: 2, height: 2, channels: 3 });
  });

  it("reads alpha at 32 bits", () => {
    const entry = pickIcoEntry(ico([{ width: 1, height: 2, payload: bitmap(1, 2, 32) }]));
    assert.deepEqual([...decodeIcoBitmap(entry).data], [6, 5, 4, 7, 2, 1, 0, 3]);
  });

  it("does without a mask, not without pixels", () => {
    const pixels = bitmap(1, 2, 32).slice(0, 48);
    assert.equal(
      decodeIcoBitmap(pickIcoEntry(ico([{ width: 1, height: 2, payload: pixels }]))).data.length,
      8,
    );
    refuses(ico([{ width: 1, height: 2, payload: pixels.slice(0, 47) }]));
  });
});

describe("pickIcoEntry refuses", () => {
  const sound = ico([{ width: 2, height: 2, payload: bitmap(2, 2, 24) }]);
  const changed = (at: number, ...bytes: readonly number[]): Uint8Array => {
    const file = sound.slice();
    file.set(bytes, at);
    return file;
  };
  const cases: Readonly<Record<string, Uint8Array>> = {
    nothing: new Uint8Array(),
    "a cursor": changed(2, 2),
    "no entries": changed(4, 0),
    "more entries than bytes": changed(4, 255, 255),
    "another width": changed(6, 3),
    "another height": changed(7, 3),
    "a payload behind the file": changed(18, ...u32(0xfffffff0)),
    "a payload longer than the file": changed(14, ...u32(0xffffffff)),
    "an empty payload": changed(14, ...u32(0)),
    "an odd height": changed(22 + 8, 5),
    "a height that is not doubled": changed(22 + 8, 2),
    "a huge bitmap": changed(22 + 4, ...u32(0x7fffffff), ...u32(-0x80000000)),
    "a PNG's signature alone": ico([
      { width: 1, height: 1, payload: [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10] },
    ]),
  };
  for (const [name, file] of Object.entries(cases)) {
    it(name, () => {
      refuses(file);
    });
  }

  it("a PNG of another size", async () => {
    const payload = await png(20, 10);
    refuses(ico([{ width: 20, height: 11, payload }]));
    refuses(ico([{ width: 256, height: 10, payload }]));
  });

  it("a file cut anywhere", () => {
    const mask = 2 * 4;
    for (let end = 0; end < sound.length; end++) refuses(sound.subarray(0, end));
    assert.equal(pickIcoEntry(changed(14, ...u32(40 + 16))).payload.length + mask, bitmap(2, 2, 24).length);
  });

  it("mutants, or gives as many bytes as it says", async () => {
    const seeds = [
      ico([
        { width: 2, height: 2, payload: bitmap(2, 2, 24) },
        { width: 3, height: 3, payload: bitmap(3, 3, 32) },
      ]),
      ico([{ width: 4, height: 4, payload: await png(4, 4) }]),
      sound,
    ];
    const decode = (file: Uint8Array, changes: readonly (readonly [number, number])[]): void => {
      const mutant = file.slice();
      for (const [at, value] of changes) mutant[at % mutant.length] = value;
      try {
        const entry = pickIcoEntry(mutant);
        if (entry.kind === "png") return;
        const { data, width, height, channels } = decodeIcoBitmap(entry);
        assert.deepEqual([width, height], [entry.width, entry.height]);
        assert.equal(data.length, width * height * channels);
      } catch (error) {
        assert.ok(error instanceof HttpError && error.code === "broken_image", String(error));
      }
    };
    const changes = fc.array(fc.tuple(fc.nat({ max: 150 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(fc.property(fc.constantFrom(...seeds), changes, decode), { seed: 1, numRuns: 2000 });
  });
});

describe("encodeIco", () => {
  it("writes one entry in front of the PNG", () => {
    const file = encodeIco(Uint8Array.of(1, 2, 3), { width: 256, height: 40, bitsPerPixel: 24 });
    const directory = [0, 0, 1, 0, 1, 0];
    const entry = [0, 40, 0, 0, 1, 0, 24, 0, 3, 0, 0, 0, 22, 0, 0, 0];
    assert.deepEqual([...file], [...directory, ...entry, 1, 2, 3]);
  });

  it("is undone by pickIcoEntry", async () => {
    for (const [width, height] of [
      [1, 1],
      [16, 16],
      [255, 256],
      [256, 3],
    ] as const) {
      const payload = await png(width, height);
      const entry = pickIcoEntry(encodeIco(payload, { width, height, bitsPerPixel: 32 }));
      const { info } = await sharp(entry.payload).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual(
        [entry.kind, entry.width, entry.height, info.width, info.height],
        ["png", width, height, width, height],
      );
    }
  });

  it("refuses sides that an icon cannot have", () => {
    for (const [width, height] of [
      [257, 1],
      [1, 257],
      [0, 1],
      [1, 0],
    ] as const) {
      assert.throws(
        () => encodeIco(new Uint8Array(8), { width, height, bitsPerPixel: 32 }),
        (error) => error instanceof HttpError && error.code === "result_too_big",
      );
    }
  });
});
