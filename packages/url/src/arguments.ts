import { decodeBase64 } from "./base64.ts";
import { checkTags } from "./check.ts";
import {
  atMost,
  choice,
  codec,
  CodecError,
  color,
  fields,
  flag,
  integer,
  list,
  number,
  text,
  type Codec,
  type Scalar,
} from "./codec.ts";
import { FORMAT_ALIASES, FORMAT_NAMES, type FormatName } from "./formats.ts";
import { ANCHORS, gravity, type Gravity } from "./gravity.ts";

/** The codecs of options whose arguments have rules of their own. */

export { FORMAT_ALIASES, FORMAT_NAMES, type FormatName };

/** A format; `jpg` is read as `jpeg`. */
export const formatName: Scalar<FormatName> = choice(FORMAT_NAMES, FORMAT_ALIASES);

export const side = integer({ min: 0 });
export const sigma = number({ min: 0 });
export const megapixels = number({ min: 0 });
export const percent = integer({ min: 0, max: 100 });
export const anywhere = gravity([...ANCHORS, "fp", "sm"]);
const inside = gravity([...ANCHORS, "fp"]);

export interface Extend {
  readonly enabled: boolean;
  readonly gravity?: Gravity;
}

export const extend: Codec<Extend> = codec(
  { kind: "fields", of: { enabled: flag.shape, gravity: inside.shape }, required: 1 },
  (args, before) => {
    atMost(4, args);
    const [enabled = "", ...rest] = args;
    const where =
      rest.length === 0 || (rest.length === 1 && rest[0] === "")
        ? before?.gravity
        : inside.parse(rest, before?.gravity);
    return { enabled: flag.read(enabled), ...(where && { gravity: where }) };
  },
);

export interface Crop {
  /** Pixels from 1 up, a fraction of the source below 1, the whole side at 0. */
  readonly width: number;
  readonly height?: number;
  readonly gravity?: Gravity;
}

export const crop: Codec<Crop> = codec(
  {
    kind: "fields",
    of: { width: sigma.shape, height: sigma.shape, gravity: anywhere.shape },
    required: 1,
    rule: "crop",
  },
  (args, before) => {
    atMost(5, args);
    const [width = "", height, ...rest] = args;
    const tall = height === undefined ? before?.height : sigma.read(height);
    const where = rest.length === 0 ? before?.gravity : anywhere.parse(rest, before?.gravity);
    return {
      width: sigma.read(width),
      ...(tall !== undefined && { height: tall }),
      ...(where && { gravity: where }),
    };
  },
);

export interface Trim {
  /** Colour distance, 0 to 255, that still counts as border. */
  readonly threshold: number;
  /** Border colour; the top left pixel's where left out. */
  readonly color?: string;
  readonly equalHorizontal?: boolean;
  readonly equalVertical?: boolean;
}

const trimFields = fields(
  { threshold: number(), color, equalHorizontal: flag, equalVertical: flag },
  { required: 1 },
);

export const trim: Codec<Trim> = codec(trimFields.shape, (args, before) => {
  const { threshold: _threshold, color: _color, ...sticky } = before ?? {};
  const read = trimFields.parse(args, sticky);
  // An empty threshold switches trimming off.
  return read?.threshold === undefined ? undefined : { ...read, threshold: read.threshold };
});

export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const padding: Codec<Padding> = codec(
  {
    kind: "fields",
    of: { top: side.shape, right: side.shape, bottom: side.shape, left: side.shape },
    required: 4,
  },
  (args, before) => {
    atMost(4, args);
    const given = args.map((arg) => (arg === "" ? undefined : side.read(arg)));
    // A side left out follows the others, whatever an earlier segment said of it; only the top is kept.
    const [top = before?.top ?? 0, right = top, bottom = top, left = right] = given;
    return { top, right, bottom, left };
  },
);

export interface Zoom {
  readonly x: number;
  readonly y: number;
}

export const factor = number({ above: 0 });

export const zoom: Codec<Zoom> = codec(
  { kind: "fields", of: { x: factor.shape, y: factor.shape }, required: 1, rule: "zoom" },
  (args) => {
    atMost(2, args);
    const x = factor.read(args[0] ?? "");
    return { x, y: args[1] === undefined ? x : factor.read(args[1]) };
  },
);

const channel = integer({ min: 0, max: 255 });

export const background: Codec<string> = codec(color.shape, (args) => {
  if (args.length === 1) return args[0] === "" ? undefined : color.read(args[0]!);
  if (args.length !== 3)
    throw new CodecError(`expected one hex colour or three numbers, got ${args.length} arguments`);
  return args.map((arg) => channel.read(arg).toString(16).padStart(2, "0")).join("");
});

export interface Watermark {
  readonly opacity: number;
  readonly position?: (typeof ANCHORS)[number] | "re";
  readonly x?: number;
  readonly y?: number;
  /** Size relative to the picture; its own size where left out. */
  readonly scale?: number;
}

const opacity = number({ min: 0, max: 1 });
// imgproxy reads seven arguments and uses five.
const watermarkFields = fields(
  { opacity, position: choice([...ANCHORS, "re"]), x: number(), y: number(), scale: number({ min: 0 }) },
  { max: 7, required: 1 },
);

export const watermark: Codec<Watermark> = codec(watermarkFields.shape, (args, before) => {
  const required = opacity.read(args[0] ?? "");
  const { scale, ...read } = watermarkFields.parse(args, before) ?? {};
  return { ...read, opacity: required, ...(scale && { scale }) };
});

export type FormatQuality = Readonly<Partial<Record<FormatName, number>>>;

export const formatQuality: Codec<FormatQuality> = codec(
  {
    kind: "list",
    of: { kind: "fields", of: { format: formatName.shape, quality: percent.shape }, required: 2 },
    rule: "pairs",
  },
  (args, before) => {
    if (args.length % 2 !== 0)
      throw new CodecError(`expected pairs of a format and a quality, got ${args.length} arguments`);
    const pairs = args.flatMap((arg, i) =>
      i % 2 === 0 ? [[formatName.read(arg), percent.read(args[i + 1]!)] as const] : [],
    );
    return { ...before, ...Object.fromEntries(pairs) };
  },
);

export const formats: Codec<readonly FormatName[]> = codec(list(formatName).shape, (args, before = []) => [
  ...before,
  ...args.map(formatName.read),
]);

export const filename: Codec<string> = codec(
  { kind: "fields", of: { name: text.shape, encoded: flag.shape }, required: 1, rule: "filename" },
  (args) => {
    atMost(2, args);
    const [name = "", encoded = ""] = args;
    // An empty name unsets it, as with the cachebuster: the official client writes one.
    return (flag.read(encoded) ? decodeBase64(name) : name) || undefined;
  },
);

/** Tags in the order in which they were said, each once; a further option adds to them. */
export const tags: Codec<readonly string[]> = codec(
  { kind: "list", of: text.shape, rule: "tags" },
  (args, before = []) => {
    const all = [...new Set([...before, ...args])];
    checkTags(all);
    return all;
  },
);

export const cachebuster: Codec<string> = codec(text.shape, (args) => {
  atMost(1, args);
  return args[0] === "" ? undefined : args[0];
});

const quarterTurn = integer({ multipleOf: 90 });

export const rotate: Codec<number> = codec(quarterTurn.shape, (args) => {
  atMost(1, args);
  return ((quarterTurn.read(args[0] ?? "") % 360) + 360) % 360;
});
