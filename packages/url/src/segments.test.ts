import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { OPTIONS, SHORTHANDS, type AnyOption, type Options } from "./options.ts";
import { formatSegments, listOptions, parseSegments, type Grammar } from "./segments.ts";

const parse = (path: string, grammar?: Grammar): Options =>
  parseSegments(path === "" ? [] : path.split("/"), grammar);

const refuses = (
  path: string,
  grammar: Grammar,
  expected: { code?: string; message?: string | RegExp },
): void => {
  assert.throws(() => parse(path, grammar), { name: "UrlError", ...expected }, path);
};

describe("segments in a row", () => {
  const cases = [
    ["", {}],
    ["w:1/w:2", { width: 2 }],
    ["w:1/rs:fill::3", { width: 1, resizingType: "fill", height: 3 }],
    [
      "rs:fill:1:2:1:1/s:5",
      { resizingType: "fill", width: 5, height: 2, enlarge: true, extend: { enabled: true } },
    ],
    ["el:1/s:1:2", { enlarge: true, width: 1, height: 2 }],
    ["ex:1:so/s:1:2:::no", { extend: { enabled: true, gravity: { type: "so" } }, width: 1, height: 2 }],
    ["ex:1:so:1:2/rs:::::0", { extend: { enabled: false, gravity: { type: "so", x: 1, y: 2 } } }],
    ["ex:1:so:1:2/ex:0", { extend: { enabled: false, gravity: { type: "so", x: 1, y: 2 } } }],
    ["ex:1:so:1:2/ex:1:", { extend: { enabled: true, gravity: { type: "so", x: 1, y: 2 } } }],
    ["c:50:60:no:1:2/c:70", { crop: { width: 70, height: 60, gravity: { type: "no", x: 1, y: 2 } } }],
    ["c:50:60/c:70:0", { crop: { width: 70, height: 0 } }],
    ["t:5:f00:1:1/t:6", { trim: { threshold: 6, equalHorizontal: true, equalVertical: true } }],
    ["t:5:f00/t:6::0", { trim: { threshold: 6, equalHorizontal: false } }],
    ["t:5:f00/t:", {}],
    ["pd:1:2:3:4/pd::5", { padding: { top: 1, right: 5, bottom: 1, left: 5 } }],
    ["pd:1:2:3:4/pd:", { padding: { top: 1, right: 1, bottom: 1, left: 1 } }],
    ["pd:1:2:3:4/pd:9", { padding: { top: 9, right: 9, bottom: 9, left: 9 } }],
    ["pd:1:2:3:4/pd::::7", { padding: { top: 1, right: 1, bottom: 1, left: 7 } }],
    ["fl:1:1/fl::0", { flip: { horizontal: true, vertical: false } }],
    ["fl:1:1/fl:0", { flip: { horizontal: false, vertical: true } }],
    ["bg:f00/bg:", {}],
    ["bg:f00/bg:0:255:0", { background: "00ff00" }],
    ["z:2:3/z:4", { zoom: { x: 4, y: 4 } }],
    ["wm:1:so:1:2:0.5/wm:0.3", { watermark: { opacity: 0.3, position: "so", x: 1, y: 2, scale: 0.5 } }],
    ["wm:1:so:1:2:0.5/wm:0.3:::9", { watermark: { opacity: 0.3, position: "so", x: 1, y: 9, scale: 0.5 } }],
    ["wm:1::::0.5/wm:1::::0", { watermark: { opacity: 1 } }],
    ["fq:jpeg:1:webp:2/fq:webp:3:png:4", { formatQuality: { jpeg: 1, webp: 3, png: 4 } }],
    ["skp:png/sp:gif:jpg/skip_processing:svg", { skipProcessing: ["png", "gif", "jpeg", "svg"] }],
    ["cb:a/cb:", {}],
    ["fn:a/fn:", {}],
    ["f:png/ext:webp/format:jpg", { format: "jpeg" }],
    ["el:1/el:", { enlarge: false }],
  ] as const;
  for (const [path, expected] of cases) {
    it(`${path || "none"} means ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(parse(path), expected);
    });
  }

  it("mean the same in any order, where they set different options", () => {
    const rows = (Object.values(OPTIONS) as AnyOption[]).filter(({ preset }) => !preset);
    const segments = rows.map(({ names, example }) => `${names[0] ?? ""}:${example}`);
    const shuffled = fc.shuffledSubarray(segments);
    fc.assert(
      fc.property(shuffled, fc.boolean(), (some, all) => {
        const given = all ? [...some, ...segments.filter((segment) => !some.includes(segment))] : some;
        const sorted = segments.filter((segment) => given.includes(segment));
        const [a, b] = [given, sorted].map((list) => parseSegments(list, { security: true, bypass: true }));
        assert.deepEqual(a, b);
        assert.deepEqual(listOptions(a ?? {}), listOptions(b ?? {}));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

/** Every name of the paid edition (url.md, section 6.5), and names that look like ours. */
const UNKNOWN =
  `resizing_algorithm ra objects_position obj_pos op crop_aspect_ratio crop_ar car crop_objects co
  c_obj background_alpha bga adjust a brightness br contrast saturation sa monochrome mc duotone dt
  unsharp_masking ush blur_areas ba progressive_blur pbl blur_detections bd draw_detections dd colorize col
  gradient gr watermark_url wmu watermark_text wmt watermark_size wms watermark_rotate wm_rot wmr
  watermark_shadow wmsh style st stl dpi color_profile cp icc autoquality aq jpeg_options jpgo png_options pngo
  webp_options webpo avif_options avifo page pg pages pgs disable_animation da video_thumbnail_second vts
  video_thumbnail_keyframes vtk video_thumbnail_tile vtt video_thumbnail_animation vta fallback_image_url fiu
  hashsum hs normalize
  Width W RS min_width min_height fill_down resizing-type constructor __proto__ toString hasOwnProperty`.split(
    /\s+/,
  );

describe("names", () => {
  for (const name of [...UNKNOWN, "", " w", "w ", "%77", "ｗ"]) {
    it(`does not know ${JSON.stringify(name)}`, () => {
      refuses(
        `${name}:1`,
        {},
        {
          code: "invalid_option",
          message: `expected a processing option, got ${JSON.stringify(name)}`,
        },
      );
    });
  }

  const every = [...(Object.values(OPTIONS) as AnyOption[]), ...SHORTHANDS];
  const presets = new Map(["sharp", "square"].map((name) => [name, ["q:1"]]));
  it("an allow-list goes by the very name", () => {
    for (const { names, example } of every) {
      for (const name of names) {
        const allowed = (list: readonly string[]): Grammar => ({
          allowed: new Set(list),
          security: true,
          bypass: true,
          presets,
        });
        assert.notDeepEqual(parse(`${name}:${example}`, allowed([name])), {});
        const others = every.flatMap((row) => [...row.names]).filter((other) => other !== name);
        refuses(`${name}:${example}`, allowed(others), {
          code: "option_not_allowed",
          message: `option ${name} is not among the allowed processing options`,
        });
      }
    }
    assert.deepEqual(parse("w:1", { allowed: new Set() }), { width: 1 });
  });

  it("passing by the cache needs permission, but not in a preset", () => {
    refuses(
      "bc:1",
      { security: true },
      {
        code: "security_option",
        message: "option bc costs a new picture each time, which is not permitted here",
      },
    );
    assert.deepEqual(parse("bc:1", { bypass: true }), { bypassCache: true });
    const presets = new Map([["live", ["bypass_cache:1"]]]);
    assert.deepEqual(parse("pr:live", { presets }), { bypassCache: true });
  });

  it("tags add up, each once, and are held to what CDNs take", () => {
    assert.deepEqual(parse("ct:a:b"), { cacheTags: ["a", "b"] });
    const added = parseSegments(["ct:a:b", "w:1", "cache_tags:b:c"], {});
    assert.deepEqual(added.cacheTags, ["a", "b", "c"]);
    for (const bad of ["ct:a,b", "ct:", "ct:a b", "ct:\u00e9", `ct:${"x".repeat(257)}`])
      assert.throws(() => parse(bad), { code: "invalid_option" }, bad);
    assert.throws(() => parse(`ct:${Array.from({ length: 51 }, (_, i) => `t${i}`).join(":")}`), {
      code: "invalid_option",
    });
  });

  it("those that change a limit need permission", () => {
    for (const { names, example, gated } of Object.values(OPTIONS) as AnyOption[]) {
      if (gated !== "security") continue;
      for (const name of names) {
        for (const grammar of [{}, { security: false }, { allowed: new Set([name]) }]) {
          refuses(`${name}:${example}`, grammar, {
            code: "security_option",
            message: `option ${name} changes a limit, which is not permitted here`,
          });
        }
      }
    }
  });
});

describe("separators", () => {
  const cases = [
    [",", "rs,fill,1,2/c,5,6,no,1,2/fl,,1"],
    ["::", "rs::fill::1::2/c::5::6::no::1::2/fl::::1"],
    ["~!", "rs~!fill~!1~!2/c~!5~!6~!no~!1~!2/fl~!~!1"],
    ["é", "rséfillé1é2/cé5é6énoé1é2/fléé1"],
  ] as const;
  for (const [separator, path] of cases) {
    it(`${separator} takes the place of the colon`, () => {
      const expected = parse("rs:fill:1:2/c:5:6:no:1:2/fl::1");
      assert.deepEqual(parse(path, { separator }), expected);
      assert.deepEqual(parseSegments(formatSegments(expected, separator), { separator }), expected);
    });
  }

  it("the colon is then a letter like others", () => {
    refuses("w:1,2", { separator: "," }, { message: 'expected a processing option, got "w:1"' });
    refuses("fq,jpeg:1", { separator: "," }, { message: /^fq: expected pairs/ });
  });
});

describe("the canonical spelling", () => {
  it("is in table order, under the shortest names", () => {
    const options = parse(
      "att:1/format_quality:webp:1:jpg:2/skip_processing:png/size:3:4/min-width:5/preset:a",
      {
        presets: new Map([["a", ["cb:x"]]]),
      },
    );
    assert.deepEqual(formatSegments(options), [
      "cb:x",
      "w:3",
      "h:4",
      "mw:5",
      "fq:jpeg:2:webp:1",
      "skp:png",
      "att:1",
    ]);
  });

  it("is one for qualities in any order", () => {
    assert.deepEqual(
      listOptions(parse("fq:webp:1:jpeg:2:png:3")),
      listOptions(parse("fq:png:3/fq:jpeg:2/fq:webp:1")),
    );
  });

  it("is one for numbers in any notation", () => {
    assert.deepEqual(formatSegments(parse("bl:0x1p-2/w:+007/dpr:2.50/sh:-0")), [
      "w:7",
      "dpr:2.5",
      "bl:0.25",
      "sh:0",
    ]);
  });

  it("leaves out lists of nothing, whose name alone would be a source", () => {
    assert.deepEqual(formatSegments({ skipProcessing: [], formatQuality: {}, preset: [], width: 1 }), [
      "w:1",
    ]);
    assert.deepEqual(formatSegments({ flip: {} }), ["fl:"]);
  });

  const unwritable = [
    [{ cachebuster: "a/b" }, ":", "a/b"],
    [{ cachebuster: "a:b" }, ":", "a"],
    [{ cachebuster: "a?b" }, ":", "a?b"],
    [{ cachebuster: "a#b" }, ":", "a#b"],
    [{ cachebuster: "a b" }, ":", "a b"],
    [{ cachebuster: "é" }, ":", "é"],
    [{ cachebuster: "a%3Ab" }, ":", "a%3Ab"],
    [{ cachebuster: "a,b" }, ",", "a"],
    [{ preset: ["x", "a,b"] }, ",", "a"],
    // Where two parts meet they make the separator once too often.
    [{ preset: ["x~", "y"] }, "~~", "x"],
    [{ cachebuster: "x" }, "b", "c"],
  ] as const;
  for (const [options, separator, got] of unwritable) {
    it(`refuses ${JSON.stringify(options)} with ${separator}`, () => {
      const name = "preset" in options ? "pr" : "cb";
      const message = `${name}: expected text that fits into a URL, got ${JSON.stringify(got)}`;
      assert.throws(() => formatSegments(options, separator), { name: "CodecError", message });
    });
  }

  it("escapes file names, which may hold anything", () => {
    for (const filename of ["a b", "é", "a/b:c?", "%3A", "-"]) {
      const segments = formatSegments({ filename });
      assert.match(segments[0] ?? "", /^fn:[\w-]+(?::1)?$/);
      assert.deepEqual(parseSegments(segments), { filename });
    }
  });
});
