import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { buildPath } from "./builder.ts";
import { LEXICON } from "./lexicon.ts";
import type { Options } from "./options.ts";
import { parsePath } from "./target.ts";

const SOURCE = "http://x/y";
const grammar = { security: true, bypass: true, presets: new Map([["a", ["raw:0"]]]) };
/** As from JavaScript, where no compiler has looked. */
const build = (options: object): string => buildPath(SOURCE, options);

describe("options that are none", () => {
  const cases: readonly (readonly [options: object, message: string | RegExp])[] = [
    [{ widht: 300 }, 'expected an option, got "widht"'],
    [{ w: 300 }, 'expected an option, got "w"'],
    [{ constructor: 1 }, 'expected an option, got "constructor"'],
    [{ width: "300" }, 'width: expected an integer of 0 or more, got "300"'],
    [{ width: 1.5 }, "width: expected an integer of 0 or more, got 1.5"],
    [{ width: -1 }, "width: expected an integer of 0 or more, got -1"],
    [{ width: NaN }, "width: expected an integer of 0 or more, got NaN"],
    [{ width: null }, "width: expected an integer of 0 or more, got null"],
    [{ width: 2 ** 53 }, "width: expected an integer of 0 or more, got 9007199254740992"],
    [{ width: { value: 3 } }, "width: expected an integer of 0 or more, got an object"],
    [{ quality: 101 }, "quality: expected an integer from 0 to 100, got 101"],
    [{ blur: Infinity }, "blur: expected a number of 0 or more, got Infinity"],
    [{ dpr: 0 }, "dpr: expected a number above 0, got 0"],
    [{ rotate: 45 }, "rotate: expected an integer that is a multiple of 90, got 45"],
    [{ enlarge: "false" }, 'enlarge: expected true or false, got "false"'],
    [{ enlarge: 1 }, "enlarge: expected true or false, got 1"],
    [
      { resizingType: "cover" },
      'resizingType: expected one of fit, fill, fill-down, force, auto, got "cover"',
    ],
    [{ background: "#ff8800" }, 'background: expected a colour of 3 or 6 hex digits, got "#ff8800"'],
    [{ gravity: "no" }, 'gravity: expected an object with type, x, y, got "no"'],
    [{ gravity: { type: "fp", x: 0.5 } }, "gravity.y: expected a number from 0 to 1, got undefined"],
    [{ gravity: { type: "fp", x: 2, y: 0 } }, "gravity.x: expected a number from 0 to 1, got 2"],
    [{ gravity: { type: "sm", y: 5 } }, "gravity: expected no offsets beside sm, got 5"],
    [{ gravity: { x: 5 } }, /^gravity\.type: expected one of ce, no, .*, got undefined$/],
    [{ extend: true }, "extend: expected an object with enabled, gravity, got true"],
    [
      { extend: { enabled: true, gravity: { type: "sm" } } },
      /^extend\.gravity\.type: expected one of .*, fp, got "sm"$/,
    ],
    [{ crop: { width: 5, heigth: 5 } }, 'crop: expected an object with width, height, gravity, got "heigth"'],
    [{ crop: { height: 5 } }, "crop.width: expected a number of 0 or more, got undefined"],
    [{ crop: "5x5" }, 'crop: expected an object with width, height, gravity, got "5x5"'],
    [{ padding: 10 }, "padding: expected an object with top, right, bottom, left, got 10"],
    [{ padding: { top: 10 } }, "padding.right: expected an integer of 0 or more, got undefined"],
    [{ zoom: 2 }, "zoom: expected an object with x, y, got 2"],
    [{ trim: {} }, "trim.threshold: expected a number, got undefined"],
    [{ watermark: { opacity: 2 } }, "watermark.opacity: expected a number from 0 to 1, got 2"],
    [{ format: "jpg" }, /^format: expected one of jpeg, png, .*, got "jpg"$/],
    [{ formatQuality: { jpg: 80 } }, /^formatQuality\[0\]\.format: expected one of jpeg, .*, got "jpg"$/],
    [
      { formatQuality: { webp: 900 } },
      "formatQuality[0].quality: expected an integer from 0 to 100, got 900",
    ],
    [{ formatQuality: 80 }, /^formatQuality: expected a list, .*, got 80$/],
    [{ skipProcessing: "png" }, /^skipProcessing: expected a list, each item one of jpeg, .*, got "png"$/],
    [{ skipProcessing: ["pdf"] }, /^skipProcessing\[0\]: expected one of jpeg, .*, got "pdf"$/],
    [{ preset: [""] }, 'preset[0]: expected text, got ""'],
    [{ preset: ["a:b"] }, 'pr: expected text that fits into a URL, got "a"'],
    [
      { cacheTags: ["a", "b c"] },
      'cacheTags: expected tags of up to 256 printable characters without commas, got "b c"',
    ],
    [
      { cacheTags: Array.from({ length: 51 }, (_, index) => `t${index}`) },
      "cacheTags: expected at most 50 tags, got 51",
    ],
    [{ cacheTags: [5] }, "cacheTags[0]: expected text, got 5"],
    [{ filename: 5 }, "filename.name: expected text, got 5"],
    [{ cachebuster: "a/b" }, 'cb: expected text that fits into a URL, got "a/b"'],
    [{ expires: new Date(0) }, "expires: expected an integer, got an object"],
  ];
  for (const [options, message] of cases) {
    it(`are refused: ${String(message)}`, () => {
      assert.throws(() => build(options), { name: "CodecError", message });
    });
  }
});

/** Fields that options have, with values that some of them may have. */
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    0.5,
    90,
    300,
    NaN,
    Infinity,
    1e21,
    2 ** 60,
    -0,
    true,
    false,
    null,
    undefined,
  ),
  fc.constantFrom(
    "",
    "0",
    "1",
    "fit",
    "no",
    "fp",
    "sm",
    "re",
    "webp",
    "jpg",
    "ff8800",
    "F80",
    "a b",
    "é",
    "a:b",
  ),
  fc.string({ maxLength: 3 }),
);
const names = fc.constantFrom(
  ...[
    "type",
    "x",
    "y",
    "enabled",
    "gravity",
    "width",
    "height",
    "threshold",
    "color",
    "top",
    "right",
    "bottom",
  ],
  ...[
    "left",
    "opacity",
    "position",
    "scale",
    "horizontal",
    "vertical",
    "webp",
    "avif",
    "equalVertical",
    "huh",
  ],
);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(names, fc.oneof(scalar, fc.dictionary(names, scalar, { maxKeys: 3 })), { maxKeys: 4 }),
  fc.anything({ maxDepth: 2 }),
);
const key = fc.constantFrom(...(Object.keys(LEXICON) as (keyof Options)[]));

/** What says the same in other words: the words that reading gives back. */
function canonical(options: Options): Options {
  const { crop, zoom, trim, watermark, background, cachebuster, filename, rotate, cacheTags, ...others } =
    options;
  const six = (color: string): string =>
    (color.length === 3 ? color.replace(/./g, "$&$&") : color).toLowerCase();
  const { scale, ...mark } = watermark ?? { opacity: 0 };
  return {
    ...others,
    ...(crop && { crop: { ...crop, ...(crop.gravity && { height: crop.height ?? 0 }) } }),
    ...(zoom && { zoom: { ...zoom, y: (zoom as Partial<typeof zoom>).y ?? zoom.x } }),
    ...(trim && { trim: { ...trim, ...(trim.color !== undefined && { color: six(trim.color) }) } }),
    ...(watermark && { watermark: { ...mark, ...(scale && { scale }) } }),
    ...(background !== undefined && { background: six(background) }),
    ...(cachebuster && { cachebuster }),
    ...(filename && { filename }),
    ...(rotate !== undefined && { rotate: ((rotate % 360) + 360) % 360 }),
    ...(cacheTags && { cacheTags: [...new Set(cacheTags)] }),
  };
}

/** Without what is undefined, without -0 and without lists of nothing, none of which a URL can say. */
const plain = (given: unknown): unknown => {
  if (given === 0) return 0;
  if (Array.isArray(given)) return given.map(plain);
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, plain(each)]),
  );
};

describe("an option of any kind whatever", () => {
  it("is refused by name, or read back as what it was", () => {
    const written = new Set<string>();
    const refused = new Set<string>();
    fc.assert(
      fc.property(key, value, (name, given) => {
        const options = { [name]: given } as Options;
        let path: string;
        try {
          path = buildPath(SOURCE, options);
        } catch (error) {
          const [short] = LEXICON[name];
          assert.match(
            String(error),
            new RegExp(`^CodecError: (?:${name}|${short})\\b.*: expected .*, got `, "s"),
          );
          refused.add(name);
          return;
        }
        if (name === "preset") return;
        const read = parsePath(path, grammar).options;
        const meant = plain(canonical(options)) as Record<string, unknown>;
        const nothing = meant[name] === undefined || (Array.isArray(given) && given.length === 0);
        const empty = name === "formatQuality" && Object.keys(meant[name] ?? {}).length === 0;
        assert.deepEqual(read, nothing || empty ? {} : meant, path);
        written.add(name);
      }),
      { seed: 1, numRuns: 10_000 },
    );
    const all = Object.keys(LEXICON);
    assert.deepEqual([...refused].sort(), [...all].sort());
    assert.deepEqual(
      all.filter((name) => !written.has(name)),
      ["preset"],
    );
  });
});
