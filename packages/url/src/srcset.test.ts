import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createBuilder } from "./builder.ts";
import type { Options } from "./options.ts";
import {
  placeholder,
  srcset,
  WIDTHS,
  type Candidates,
  type FixedSrcset,
  type FluidSrcset,
} from "./srcset.ts";
import { parsePath, splitTarget } from "./target.ts";

const image = createBuilder({ endpoint: "https://img.example", form: "plain", defaults: { quality: 60 } });
const SOURCE = "https://x/y.jpg";
const TAIL = "plain/https://x/y.jpg";
const url = (options: string): string => `https://img.example/unsafe/${options}/${TAIL}`;

/** Entries as a browser cuts them apart. */
const entriesOf = ({ srcset: text }: Candidates): string[][] =>
  text.split(", ").map((each) => each.split(" "));
const optionsOf = (built: string): Options =>
  parsePath(splitTarget(built.replace("https://img.example", "")).path).options;

describe("a srcset of widths", () => {
  it("has an entry for each width, and what else an <img> needs", () => {
    assert.deepEqual(
      srcset(image, SOURCE, { widths: [640, 320, 960], sizes: "(max-width: 40em) 100vw, 50vw" }),
      {
        src: url("w:640/q:60"),
        srcset: `${url("w:320/q:60")} 320w, ${url("w:640/q:60")} 640w, ${url("w:960/q:60")} 960w`,
        sizes: "(max-width: 40em) 100vw, 50vw",
      },
    );
  });

  it("has the default widths and the page's width where nothing is said", () => {
    const { sizes, ...rest } = srcset(image, SOURCE);
    assert.equal(sizes, "100vw");
    assert.deepEqual(
      entriesOf(rest).map(([, descriptor]) => descriptor),
      WIDTHS.map((width) => `${width}w`),
    );
  });

  it("keeps the shape that width and height say", () => {
    const { srcset: text } = srcset(image, SOURCE, {
      widths: [400, 1000],
      options: { resizingType: "fill", width: 1600, height: 900 },
    });
    assert.equal(text, `${url("rt:fill/w:400/h:225/q:60")} 400w, ${url("rt:fill/w:1000/h:563/q:60")} 1000w`);
  });

  it("ignores what would make entries wider than they say", () => {
    const wide = createBuilder({ endpoint: "", defaults: { dpr: 2, minWidth: 900 } });
    const { srcset: text } = srcset(wide, SOURCE, { options: { zoom: { x: 2, y: 2 }, minHeight: 900 } });
    assert.doesNotMatch(text, /dpr:|z:|mw:|mh:/);
  });

  it("ends with the source's own width", () => {
    const ends = (naturalWidth: number) =>
      entriesOf(srcset(image, SOURCE, { naturalWidth })).map(([, descriptor]) => descriptor);
    assert.deepEqual(ends(700), ["320w", "480w", "640w", "700w"]);
    assert.deepEqual(ends(640), ["320w", "480w", "640w"]);
    assert.deepEqual(ends(50), ["50w"]);
  });
});

describe("a srcset of densities", () => {
  it("has an entry for each density, the first without one to say", () => {
    assert.deepEqual(
      srcset(image, SOURCE, { densities: [3, 1, 1.5], options: { width: 200, height: 100 } }),
      {
        src: url("w:200/h:100/q:60"),
        srcset: `${url("w:200/h:100/q:60")} 1x, ${url("w:200/h:100/dpr:1.5/q:60")} 1.5x, ${url("w:200/h:100/dpr:3/q:60")} 3x`,
      },
    );
  });

  it("does not ask for more than the source has", () => {
    const densities = (naturalWidth: number) =>
      entriesOf(srcset(image, SOURCE, { densities: [1, 2, 3], options: { width: 480 }, naturalWidth })).map(
        ([, descriptor]) => descriptor,
      );
    assert.deepEqual(densities(700), ["1x", "1.45x"]);
    assert.deepEqual(densities(100), ["1x"]);
    assert.deepEqual(densities(9000), ["1x", "2x", "3x"]);
  });
});

describe("any srcset", () => {
  const widths = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 });
  const densities = fc.array(fc.constantFrom(1, 1.25, 1.5, 2, 2.5, 3, 4), { minLength: 1, maxLength: 8 });
  const naturalWidth = fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined });
  const options = fc.constantFrom<Options>(
    { width: 300 },
    { width: 300, height: 200, padding: { top: 1, right: 2, bottom: 3, left: 4 } },
  );

  it("rises, names no descriptor twice, and asks for what it describes", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.record({ widths }), fc.record({ densities })),
        naturalWidth,
        options,
        (list, most, said) => {
          const settings = { ...list, options: said, ...(most && { naturalWidth: most }) } as
            FluidSrcset | FixedSrcset;
          const result = srcset(image, SOURCE, settings);
          const values = entriesOf(result).map(([built = "", descriptor = ""]) => {
            const asked = optionsOf(built);
            const value = parseFloat(descriptor);
            assert.equal("widths" in list ? asked.width : (asked.dpr ?? 1), value);
            assert.equal(descriptor, `${value}${"widths" in list ? "w" : "x"}`);
            if ("widths" in list) assert.ok(value <= (most ?? Infinity));
            else
              assert.deepEqual(
                [asked.width, asked.height, asked.padding],
                [said.width, said.height, said.padding],
              );
            return value;
          });
          assert.deepEqual(
            values,
            [...new Set(values)].sort((one, other) => one - other),
          );
          assert.ok(entriesOf(result).some(([built]) => built === result.src));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it("is promised where signatures are", async () => {
    const sign = (path: string): Promise<string> => Promise.resolve(`s${path.length}`);
    const promising = createBuilder({ endpoint: "", form: "plain", sign });
    const promised: Promise<Candidates> = srcset(promising, SOURCE, { widths: [320, 1000] });
    assert.deepEqual(await promised, {
      src: `/s28/w:1000/${TAIL}`,
      srcset: `/s27/w:320/${TAIL} 320w, /s28/w:1000/${TAIL} 1000w`,
      sizes: "100vw",
    });
  });

  const wrong: readonly (readonly [settings: object, message: string])[] = [
    [{ widths: [] }, "widths: expected at least one, got none"],
    [{ widths: [320, 0] }, "widths[1]: expected an integer of 1 or more, got 0"],
    [{ widths: [320.5] }, "widths[0]: expected an integer of 1 or more, got 320.5"],
    [{ naturalWidth: 0 }, "naturalWidth: expected an integer of 1 or more, got 0"],
    [{ widths: 320 }, "widths: expected a list, each item an integer of 1 or more, got 320"],
    [
      { options: { height: 5 } },
      "options: expected a width beside the height, which say the shape together, got none",
    ],
    [{ densities: [], options: { width: 5 } }, "densities: expected at least one, got none"],
    [{ densities: [0], options: { width: 5 } }, "densities[0]: expected a number above 0, got 0"],
    [{ densities: [1] }, "options: expected a width or a height beside densities, got neither"],
  ];
  for (const [settings, message] of wrong) {
    it(`is refused: ${message}`, () => {
      assert.throws(() => srcset(image, SOURCE, settings as FluidSrcset), { name: "CodecError", message });
    });
  }

  it("is of widths or of densities", () => {
    // @ts-expect-error -- both at once
    assert.ok(srcset(image, SOURCE, { widths: [1], densities: [1], options: { width: 1 } }));
    // @ts-expect-error -- sizes mean nothing to densities
    assert.ok(srcset(image, SOURCE, { densities: [1], sizes: "1px", options: { width: 1 } }));
  });

  it("stays whole where a source ends in a comma", () => {
    const { srcset: text } = srcset(image, "https://x/a,b,", { widths: [1, 2] });
    assert.deepEqual(
      text.split(" ").map((part) => /,$/.test(part)),
      [false, true, false, false],
    );
    assert.equal(
      parsePath(splitTarget(new URL(text.split(" ")[0] ?? "").pathname).path).source,
      "https://x/a,b,",
    );
  });
});

describe("a placeholder", () => {
  it("is small, blurred and of low quality, in the shape of what it stands for", () => {
    const options: Options = { resizingType: "fill", width: 1600, height: 900, dpr: 2 };
    assert.equal(placeholder(image, SOURCE, options), url("rt:fill/w:32/h:18/bl:1/f:webp/q:30"));
    assert.equal(placeholder(image, SOURCE), url("w:32/bl:1/f:webp/q:30"));
  });

  it("has no padding and no watermark", () => {
    const marked = createBuilder({ endpoint: "", defaults: { watermark: { opacity: 1 } } });
    const built = placeholder(marked, SOURCE, {
      padding: { top: 9, right: 9, bottom: 9, left: 9 },
      width: 90,
    });
    assert.doesNotMatch(built, /pd:|wm:/);
  });

  it("is promised where signatures are", async () => {
    const promising = createBuilder({ endpoint: "", sign: () => Promise.resolve("sig") });
    assert.match(await placeholder(promising, SOURCE), /^\/sig\/w:32\/bl:1\/f:webp\/q:30\//);
  });
});
