/** Wishes in the words of the official client, each beside what is meant by it, for property tests. */
import type { Options as ClientOptions } from "@imgproxy/imgproxy-js-core";
import { ANCHORS, type FormatName, type Options } from "@tintype/url";
import fc from "fast-check";

/** What the client is given, and the options that a server should read. */
export interface Wish {
  readonly given: ClientOptions;
  readonly meant: Options;
}

/** The value of one option in the client's words, and its value in ours; undefined where the client leaves it out. */
type Pair = readonly [given: unknown, meant: unknown];
type Pairs = fc.Arbitrary<Pair>;

const float = (min: number, max = 5000): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: Math.ceil(min), max }),
    fc.double({ min, max, noNaN: true }).map((value) => value + 0),
  );
const side = fc.nat(5000);

/** The client leaves out what is 0. */
const number = (of: fc.Arbitrary<number>): Pairs =>
  of.map((value) => [value, value === 0 ? undefined : value]);
/** Limits are written even where they are 0. */
const limit = (of: fc.Arbitrary<number>): Pairs => of.map((value) => [value, value]);
const word = (of: fc.Arbitrary<string>): Pairs => of.map((value) => [value, value]);

const truth = fc.constantFrom<Pair>(
  [1, true],
  ["t", true],
  [true, true],
  [false, false],
  ["f", false],
  ["true", false], // The client knows three words of truth, and this is none of them.
);

/** Parts of an object, each by its name in the client and its name here. */
type Part = readonly [client: string, ours: string, values: Pairs];

/** An object of all `required` parts and some of the others. */
function object(parts: readonly Part[], required: readonly string[] = []): Pairs {
  const values = Object.fromEntries(parts.map(([client, , pairs]) => [client, pairs]));
  return fc
    .record(values, { requiredKeys: [...required] })
    .map((some) => [
      Object.fromEntries(Object.entries(some).map(([client, [given]]) => [client, given])),
      Object.fromEntries(
        parts.flatMap(([client, ours]) => (some[client]?.[1] === undefined ? [] : [[ours, some[client][1]]])),
      ),
    ]);
}

const isFilled = ([given]: Pair): boolean => Object.keys(given as object).length > 0;

const compass = object(
  [
    ["type", "type", word(fc.constantFrom(...ANCHORS))],
    ["x_offset", "x", limit(float(-500))],
    ["y_offset", "y", limit(float(-500))],
  ],
  ["type"],
);
const focus = object(
  [
    ["type", "type", word(fc.constant("fp"))],
    ["x", "x", limit(float(0, 1))],
    ["y", "y", limit(float(0, 1))],
  ],
  ["type", "x", "y"],
);
const smart: Pairs = fc.constant([{ type: "sm" }, { type: "sm" }]);
const anywhere = fc.oneof(compass, focus, smart);

const extend = object(
  [
    ["extend", "enabled", truth],
    ["gravity", "gravity", fc.oneof(compass, focus)],
  ],
  ["extend"],
);

const crop = object(
  [
    ["width", "width", limit(float(0))],
    ["height", "height", limit(float(0))],
    ["gravity", "gravity", anywhere],
  ],
  ["width", "height"],
);

const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...Array.from("0123456789abcdefABCDEF")), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""));
const color: Pairs = fc.oneof(
  hex(6).map((digits): Pair => [digits, digits.toLowerCase()]),
  hex(3).map((digits): Pair => [digits, digits.toLowerCase().replace(/./g, "$&$&")]),
);
const background: Pairs = fc.oneof(
  color,
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((channels): Pair => {
    const [r, g, b] = channels;
    return [{ r, g, b }, channels.map((value) => value.toString(16).padStart(2, "0")).join("")];
  }),
);

const trim = object(
  [
    ["threshold", "threshold", limit(float(-100))],
    ["color", "color", color],
    ["equal_hor", "equalHorizontal", truth],
    ["equal_ver", "equalVertical", truth],
  ],
  ["threshold"],
);

const sides = object(["top", "right", "bottom", "left"].map((name): Part => [name, name, limit(side)]));
const padding: Pairs = fc.oneof(
  side.map((all): Pair => [all, all === 0 ? undefined : { top: all, right: all, bottom: all, left: all }]),
  sides.filter(isFilled).map(([given, said]): Pair => {
    const { top = 0, right = top, bottom = top, left = right } = said as Record<string, number>;
    return [given, { top, right, bottom, left }];
  }),
);

const watermark = object(
  [
    ["opacity", "opacity", limit(float(0, 1))],
    ["position", "position", word(fc.constantFrom(...ANCHORS, "re"))],
    ["x_offset", "x", limit(float(-500))],
    ["y_offset", "y", limit(float(-500))],
    ["scale", "scale", number(float(0, 3))],
  ],
  ["opacity"],
);

const FORMATS = ["png", "jpg", "webp", "avif", "gif", "ico", "svg", "bmp", "tiff"] as const;
const ours = (name: FormatName | "jpg"): FormatName => (name === "jpg" ? "jpeg" : name);
const quality = fc.record({ format: fc.constantFrom(...FORMATS, "heic" as const), quality: fc.nat(100) });
const formatQuality: Pairs = fc
  .uniqueArray(quality, { minLength: 1, selector: ({ format }) => format })
  .map((list) => [list, Object.fromEntries(list.map(({ format, quality: value }) => [ours(format), value]))]);
const skipProcessing: Pairs = fc
  .array(fc.constantFrom(...FORMATS, "jxl" as const, "heic" as const), { minLength: 1, maxLength: 4 })
  .map((list) => [list, list.map(ours)]);

const plain = fc.stringMatching(/^[\w.~-]{1,12}$/);
const tags: Pairs = fc.uniqueArray(plain, { minLength: 1, maxLength: 4 }).map((list) => [list, list]);
const filename: Pairs = fc.oneof(
  plain.map((name): Pair => [{ name }, name]),
  plain.map((name): Pair => [{ name, encoded: false }, name]),
  plain.map((text): Pair => [
    { name: Buffer.from(`é${text}`).toString("base64url"), encoded: true },
    `é${text}`,
  ]),
);

const zoom: Pairs = fc.oneof(
  float(0.001).map((x): Pair => [x, { x, y: x }]),
  fc.tuple(float(0.001), float(0.001)).map(([x, y]): Pair => [
    { zoom_x: x, zoom_y: y },
    { x, y },
  ]),
);
const flip = object(
  [
    ["horizontal", "horizontal", truth],
    ["vertical", "vertical", truth],
  ],
  ["horizontal", "vertical"],
);

const type = word(fc.constantFrom("fit", "fill", "fill-down", "force", "auto"));
const box: readonly Part[] = [
  ["width", "width", limit(side)],
  ["height", "height", limit(side)],
  ["enlarge", "enlarge", truth],
  ["extend", "extend", extend],
];

/** The client's keys of an option, our name of it, and its values. */
const single = (
  keys: readonly (keyof ClientOptions)[],
  name: keyof Options,
  values: Pairs,
): fc.Arbitrary<Wish> =>
  fc.tuple(fc.constantFrom(...keys), values).map(([key, [given, meant]]) => ({
    given: { [key]: given },
    meant: meant === undefined ? {} : { [name]: meant },
  }));

/** The client's keys of a shorthand, whose values are options of ours. */
const shorthand = (keys: readonly (keyof ClientOptions)[], values: Pairs): fc.Arbitrary<Wish> =>
  fc
    .tuple(fc.constantFrom(...keys), values.filter(isFilled))
    .map(([key, [given, meant]]) => ({ given: { [key]: given }, meant: meant as Options }));

/** Everything that the client can say of the open-source options, but for presets; no two say the same. */
const WISHES: readonly fc.Arbitrary<Wish>[] = [
  single(["min_width", "mw"], "minWidth", number(side)),
  single(["min_height", "mh"], "minHeight", number(side)),
  single(["zoom", "z"], "zoom", zoom),
  single(["dpr"], "dpr", number(float(0))),
  single(["extend_aspect_ratio", "exar", "extend_ar"], "extendAspectRatio", extend),
  single(["gravity", "g"], "gravity", anywhere),
  single(["crop", "c"], "crop", crop),
  single(["trim", "t"], "trim", trim),
  single(["padding", "pd"], "padding", padding),
  single(["auto_rotate", "ar"], "autoRotate", truth),
  single(["rotate", "rot"], "rotate", number(fc.constantFrom(0, 90, 180, 270))),
  single(["flip", "fl"], "flip", flip),
  single(["background", "bg"], "background", background),
  single(["enforce_thumbnail", "eth"], "enforceThumbnail", truth),
  single(["blur", "bl"], "blur", number(float(0))),
  single(["sharpen", "sh"], "sharpen", number(float(0))),
  single(["pixelate", "pix"], "pixelate", number(side)),
  single(["watermark", "wm"], "watermark", watermark),
  single(["strip_metadata", "sm"], "stripMetadata", truth),
  single(["keep_copyright", "kcr"], "keepCopyright", truth),
  single(["strip_color_profile", "scp"], "stripColorProfile", truth),
  single(["preserve_hdr", "ph"], "preserveHdr", truth),
  single(["quality", "q"], "quality", number(fc.nat(100))),
  single(["format_quality", "fq"], "formatQuality", formatQuality),
  single(["max_bytes", "mb"], "maxBytes", number(side)),
  single(
    ["format", "f", "ext"],
    "format",
    fc.constantFrom(...FORMATS, "jxl" as const).map((given): Pair => [given, ours(given)]),
  ),
  single(["skip_processing", "sp"], "skipProcessing", skipProcessing),
  single(["raw"], "raw", truth),
  single(["cachebuster", "cb"], "cachebuster", word(plain)),
  single(["bypass_cache", "bc"], "bypassCache", truth),
  single(["cache_tags", "ct"], "cacheTags", tags),
  single(["expires", "exp"], "expires", number(fc.integer())),
  single(["filename", "fn"], "filename", filename),
  single(["return_attachment", "att"], "returnAttachment", truth),
  single(["max_src_resolution", "msr"], "maxSrcResolution", limit(float(0.001))),
  single(["max_src_file_size", "msfs"], "maxSrcFileSize", limit(fc.nat())),
  single(["max_animation_frames", "maf"], "maxAnimationFrames", limit(fc.integer({ min: 1, max: 9999 }))),
  single(["max_animation_frame_resolution", "mafr"], "maxAnimationFrameResolution", limit(float(0))),
  single(["max_result_dimension", "mrd"], "maxResultDimension", limit(side)),
];

/** Three ways to say one box. */
const BOXES: readonly (readonly fc.Arbitrary<Wish>[])[] = [
  [
    single(["resizing_type", "rt"], "resizingType", type),
    single(["width", "w"], "width", number(side)),
    single(["height", "h"], "height", number(side)),
    single(["enlarge", "el"], "enlarge", truth),
    single(["extend", "ex"], "extend", extend),
  ],
  [shorthand(["resize", "rs"], object([["resizing_type", "resizingType", type], ...box]))],
  [single(["resizing_type", "rt"], "resizingType", type), shorthand(["size", "s"], object(box))],
];

const all = fc.constantFrom(...BOXES.map((boxes) => [...boxes, ...WISHES]));

/** One wish, or several that do not touch each other, put together. */
export const wishes: fc.Arbitrary<Wish> = fc
  .tuple(all, fc.constantFrom(1, 4, 40))
  .chain(([list, most]) =>
    fc.shuffledSubarray([...list], { minLength: 1, maxLength: Math.min(most, list.length) }),
  )
  .chain((some) => fc.tuple(...some))
  .map((some) => ({
    given: Object.assign({}, ...some.map(({ given }) => given)) as ClientOptions,
    meant: Object.assign({}, ...some.map(({ meant }) => meant)) as Options,
  }));
