import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describe as inWords } from "./codec.ts";
import { OPTIONS, SHORTHANDS, STAGES, type AnyOption, type OptionName } from "./options.ts";
import { formatSegments, parseSegments } from "./segments.ts";

/** The names of the contract (url.md, sections 6.1 to 6.4), and `sp`, which the official client writes. */
const NAMES: Readonly<Record<OptionName, string>> = {
  preset: "preset pr",
  maxSrcResolution: "max_src_resolution msr",
  maxSrcFileSize: "max_src_file_size msfs",
  cachebuster: "cachebuster cb",
  raw: "raw",
  trim: "trim t",
  crop: "crop c",
  resizingType: "resizing_type rt",
  width: "width w",
  height: "height h",
  minWidth: "min-width mw",
  minHeight: "min-height mh",
  zoom: "zoom z",
  dpr: "dpr",
  enlarge: "enlarge el",
  gravity: "gravity g",
  autoRotate: "auto_rotate ar",
  rotate: "rotate rot",
  flip: "flip fl",
  blur: "blur bl",
  sharpen: "sharpen sh",
  pixelate: "pixelate pix",
  extend: "extend ex",
  extendAspectRatio: "extend_aspect_ratio extend_ar exar",
  padding: "padding pd",
  background: "background bg",
  watermark: "watermark wm",
  enforceThumbnail: "enforce_thumbnail eth",
  stripMetadata: "strip_metadata sm",
  keepCopyright: "keep_copyright kcr",
  stripColorProfile: "strip_color_profile scp",
  preserveHdr: "preserve_hdr ph",
  format: "format f ext",
  quality: "quality q",
  formatQuality: "format_quality fq",
  maxBytes: "max_bytes mb",
  skipProcessing: "skip_processing skp sp",
  maxAnimationFrames: "max_animation_frames maf",
  maxAnimationFrameResolution: "max_animation_frame_resolution mafr",
  maxResultDimension: "max_result_dimension mrd",
  bypassCache: "bypass_cache bc",
  cacheTtl: "cache_ttl cttl",
  cacheTags: "cache_tags ct",
  expires: "expires exp",
  filename: "filename fn",
  returnAttachment: "return_attachment att",
};
const GATED = ["maxSrcResolution", "maxSrcFileSize", "maxAnimationFrames"].concat([
  "maxAnimationFrameResolution",
  "maxResultDimension",
]);

const rows = Object.entries(OPTIONS) as [OptionName, AnyOption][];
const grammar = {
  security: true,
  bypass: true,
  presets: new Map(["sharp", "square"].map((name) => [name, ["q:1"]])),
};

describe("the table", () => {
  it("has 48 options, the two shorthands among them", () => {
    assert.equal(rows.length + SHORTHANDS.length, 48);
  });

  it("has the contract's names, each once", () => {
    assert.deepEqual(
      rows.map(([key, { names }]) => [key, [...names].sort()]),
      rows.map(([key]) => [key, NAMES[key].split(" ").sort()]),
    );
    assert.deepEqual(
      SHORTHANDS.map(({ names }) => names),
      [
        ["resize", "rs"],
        ["size", "s"],
      ],
    );
    const all = [...rows.map(([, row]) => row), ...SHORTHANDS].flatMap(({ names }) => [...names]);
    assert.equal(new Set(all).size, all.length);
  });

  it("prints the longest name and writes the shortest", () => {
    for (const [key, { names }] of rows) {
      const lengths = names.map((name) => name.length);
      assert.equal(names[0]?.length, Math.max(...lengths), key);
      assert.equal(
        names.at(-1),
        NAMES[key].split(" ").find((name) => name === names.at(-1)),
        key,
      );
      assert.notEqual(names.at(-1), "sp", "servers of the reference know only skp");
    }
  });

  it("gates the options that change a limit, and no other", () => {
    assert.deepEqual(
      rows.flatMap(([key, { gated }]) => (gated === "security" ? [key] : [])).sort(),
      [...GATED].sort(),
    );
    assert.deepEqual(
      rows.flatMap(([key, { preset }]) => (preset ? [key] : [])),
      ["preset"],
    );
  });

  it("keeps its rows in the order of the stages, and none of them empty", () => {
    const stages = rows.map(([, { stage }]) => STAGES.indexOf(stage));
    assert.deepEqual(
      stages,
      [...stages].sort((a, b) => a - b),
    );
    assert.deepEqual(
      STAGES.filter((stage) => !rows.some(([, row]) => row.stage === stage)),
      [],
    );
  });

  it("expands shorthands into its own rows, the last of which takes the remaining arguments", () => {
    for (const { expands, max } of SHORTHANDS) {
      assert.deepEqual(
        expands.filter((key) => !(key in OPTIONS)),
        [],
      );
      assert.equal(max, expands.length + 3, "extend takes four arguments");
    }
  });
});

for (const [key, row] of [...rows, ...SHORTHANDS.map((row) => [row.names[0], row] as const)]) {
  describe(`the row of ${key}`, () => {
    it("has docs of one sentence", () => {
      assert.match(row.docs, /^[A-Z][^.!?]*(?:\.\d[^.!?]*)*\.$/);
      assert.doesNotMatch(row.docs, /\s\s|\n/);
    });

    it("has an example that every name takes", () => {
      const read = row.names.map((name) => parseSegments([`${name}:${row.example}`], grammar));
      for (const options of read) assert.deepEqual(options, read[0]);
      assert.notDeepEqual(read[0], {});
    });

    it("writes its example as it reads it", () => {
      const options = parseSegments([`${row.names[0]}:${row.example}`], grammar);
      assert.deepEqual(parseSegments(formatSegments(options), grammar), options);
    });

    it("says in words what it takes", () => {
      if ("arg" in row) assert.match(inWords(row.arg.shape), /^\S.*\S$/);
      assert.ok(row.names.every((name) => /^[a-z][a-z_-]*$/.test(name)));
    });
  });
}
