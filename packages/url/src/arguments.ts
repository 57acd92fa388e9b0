import { decodeBase64, encodeBase64 } from "./base64.ts";
import {
  atMost,
  choice,
  CodecError,
  color,
  fields,
  flag,
  integer,
  list,
  number,
  text,
  type Codec,
} from "./codec.ts";
import { ANCHORS, gravity, type Gravity } from "./gravity.ts";

/** The codecs of options whose arguments have rules of their own. */

/** Formats that can be asked for. `jpg` is read as `jpeg`. */
export const FORMAT_NAMES = [
  "jpeg",
  "png",
  "webp",
  "avif",
  "gif",
  "tiff",
  "bmp",
  "ico",
  "svg",
  "heic",
  "jxl",
] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];
export const formatName = choice(FORMAT_NAMES, { jpg: "jpeg" });

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

export const extend: Codec<Extend> = {
  shape: { kind: "fields", of: { enabled: flag.shape, gravity: inside.shape } },
  parse: (args, before) => {
    atMost(4, args);
    const [enabled = "", ...rest] = args;
    const where =
      rest.length === 0 || (rest.length === 1 && rest[0] === "")
        ? before?.gravity
        : inside.parse(rest, before?.gravity);
    return { enabled: flag.read(enabled), ...(where && { gravity: where }) };
  },
  format: ({ enabled, gravity: where }) => [flag.write(enabled), ...(where ? inside.format(where) : [])],
};

export interface Crop {
  /** Pixels from 1 up, a fraction of the source below 1, the whole side at 0. */
  readonly width: number;
  readonly height?: number;
  readonly gravity?: Gravity;
}

export const crop: Codec<Crop> = {
  shape: { kind: "fields", of: { width: sigma.shape, height: sigma.shape, gravity: anywhere.shape } },
  parse: (args, before) => {
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
  // A gravity cannot be written without a height before it, and a height of 0 is the whole side, as none is.
  format: ({ width, height, gravity: where }) => {
    if (where) return [String(width), String(height ?? 0), ...anywhere.format(where)];
    return height === undefined ? [String(width)] : [String(width), String(height)];
  },
};

export interface Trim {
  /** Colour distance, 0 to 255, that still counts as border. */
  readonly threshold: number;
  /** Border colour; the top left pixel's where left out. */
  readonly color?: string;
  readonly equalHorizontal?: boolean;
  readonly equalVertical?: boolean;
}

const trimFields = fields({ threshold: number(), color, equalHorizontal: flag, equalVertical: flag });

export const trim: Codec<Trim> = {
  shape: trimFields.shape,
  parse: (args, before) => {
    const { threshold: _threshold, color: _color, ...sticky } = before ?? {};
    const read = trimFields.parse(args, sticky);
    // An empty threshold switches trimming off.
    return read?.threshold === undefined ? undefined : { ...read, threshold: read.threshold };
  },
  format: trimFields.format,
};

export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const padding: Codec<Padding> = {
  shape: { kind: "fields", of: { top: side.shape, right: side.shape, bottom: side.shape, left: side.shape } },
  parse: (args, before) => {
    atMost(4, args);
    const given = args.map((arg) => (arg === "" ? undefined : side.read(arg)));
    // A side left out follows the others, whatever an earlier segment said of it; only the top is kept.
    const [top = before?.top ?? 0, right = top, bottom = top, left = right] = given;
    return { top, right, bottom, left };
  },
  format: ({ top, right, bottom, left }) => [top, right, bottom, left].map(String),
};

export interface Zoom {
  readonly x: number;
  readonly y: number;
}

export const factor = number({ above: 0 });

export const zoom: Codec<Zoom> = {
  shape: { kind: "fields", of: { x: factor.shape, y: factor.shape } },
  parse: (args) => {
    atMost(2, args);
    const x = factor.read(args[0] ?? "");
    return { x, y: args[1] === undefined ? x : factor.read(args[1]) };
  },
  format: ({ x, y }) => (x === y ? [String(x)] : [String(x), String(y)]),
};

const channel = integer({ min: 0, max: 255 });

export const background: Codec<string> = {
  shape: color.shape,
  parse: (args) => {
    if (args.length === 1) return args[0] === "" ? undefined : color.read(args[0]!);
    if (args.length !== 3)
      throw new CodecError(`expected one hex colour or three numbers, got ${args.length} arguments`);
    return args.map((arg) => channel.read(arg).toString(16).padStart(2, "0")).join("");
  },
  format: (value) => [value],
};

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
  { max: 7 },
);

export const watermark: Codec<Watermark> = {
  shape: watermarkFields.shape,
  parse: (args, before) => {
    const required = opacity.read(args[0] ?? "");
    const { scale, ...read } = watermarkFields.parse(args, before) ?? {};
    return { ...read, opacity: required, ...(scale && { scale }) };
  },
  format: watermarkFields.format,
};

export type FormatQuality = Readonly<Partial<Record<FormatName, number>>>;

export const formatQuality: Codec<FormatQuality> = {
  shape: { kind: "list", of: { kind: "fields", of: { format: formatName.shape, quality: percent.shape } } },
  parse: (args, before) => {
    if (args.length % 2 !== 0)
      throw new CodecError(`expected pairs of a format and a quality, got ${args.length} arguments`);
    const pairs = args.flatMap((arg, i) =>
      i % 2 === 0 ? [[formatName.read(arg), percent.read(args[i + 1]!)] as const] : [],
    );
    return { ...before, ...Object.fromEntries(pairs) };
  },
  // By the table of formats rather than by who came first: equal values are spelled alike.
  format: (value) =>
    FORMAT_NAMES.flatMap((name) => (value[name] === undefined ? [] : [name, String(value[name])])),
};

export const formats: Codec<readonly FormatName[]> = {
  ...list(formatName),
  parse: (args, before = []) => [...before, ...args.map(formatName.read)],
};

export const filename: Codec<string> = {
  shape: { kind: "fields", of: { name: text.shape, encoded: flag.shape } },
  parse: (args) => {
    atMost(2, args);
    const [name = "", encoded = ""] = args;
    // An empty name unsets it, as with the cachebuster: the official client writes one.
    return (flag.read(encoded) ? decodeBase64(name) : name) || undefined;
  },
  format: (name) => (/^[\w.-]+$/.test(name) ? [name] : [encodeBase64(name), "1"]),
};

/** Cloudflare, CloudFront and Fastly between them take these, at most so many, in headers of which a comma or a space parts them. */
const TAG = /^[!-+\--~]{1,256}$/;
const MOST_TAGS = 50;

/** Tags in the order in which they were said, each once; a further option adds to them. */
export const tags: Codec<readonly string[]> = {
  ...list(text),
  parse: (args, before = []) => {
    const wrong = args.find((tag) => !TAG.test(tag));
    if (wrong !== undefined)
      throw new CodecError(
        `expected tags of up to 256 printable characters without commas, got ${JSON.stringify(wrong)}`,
      );
    const all = [...new Set([...before, ...args])];
    if (all.length <= MOST_TAGS) return all;
    throw new CodecError(`expected at most ${MOST_TAGS} tags, got ${all.length}`);
  },
};

export const cachebuster: Codec<string> = {
  shape: text.shape,
  parse: (args) => {
    atMost(1, args);
    return args[0] === "" ? undefined : args[0];
  },
  format: (value) => [value],
};

const quarterTurn = integer({ multipleOf: 90 });

export const rotate: Codec<number> = {
  ...quarterTurn,
  parse: (args) => {
    atMost(1, args);
    return ((quarterTurn.read(args[0] ?? "") % 360) + 360) % 360;
  },
};
