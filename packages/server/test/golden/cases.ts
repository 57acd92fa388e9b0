/** Which goldens there are: one for every option, made of its row's example, and some for what options do together. */
import { OPTIONS, SHORTHANDS, type AnyOption, type OptionName } from "@tintype/url";
import type { SourceName } from "./sources.ts";

export interface Golden {
  readonly source: SourceName;
  /** Options as a URL spells them. */
  readonly url: string;
  /** The same without the option that this golden is for. */
  readonly without?: string;
}

interface Setting {
  readonly source?: SourceName;
  /** What stands in front of the option, so that there is something to see and no more than 200 pixels of it. */
  readonly around?: string;
}

/** Where an option shows itself; all others do so on a photograph of 160 pixels. */
const SETTINGS: Readonly<Partial<Record<OptionName, Setting>>> = {
  trim: { source: "bordered.png", around: "q:80" },
  width: { around: "dpr:0.5" },
  height: { around: "dpr:0.5" },
  minWidth: { around: "w:300/dpr:0.4" },
  minHeight: { around: "h:150/dpr:0.35" },
  zoom: { around: "w:100" },
  dpr: { around: "w:80" },
  enlarge: { source: "small.png", around: "w:160" },
  resizingType: { around: "w:160/h:160" },
  gravity: { around: "rs:fill:110:150" },
  autoRotate: { source: "lying.jpg", around: "h:160" },
  rotate: { around: "w:90" },
  extend: { around: "rs:fit:160:160" },
  extendAspectRatio: { around: "rs:fit:160:160" },
  padding: { around: "w:120" },
  background: { source: "ring.png", around: "w:120" },
  stripColorProfile: { source: "p3.jpg" },
  quality: { around: "w:160/f:jpg" },
  formatQuality: { around: "w:160/f:jpg" },
  maxBytes: { around: "w:190/f:jpg/q:100" },
  skipProcessing: { source: "small.png", around: "w:30" },
  maxResultDimension: { around: "w:400" },
};

/** Options that change no pixel; `golden.test.ts` says for each what it does change. */
export const PIXELLESS = [
  "preset",
  "maxSrcResolution",
  "maxSrcFileSize",
  "cachebuster",
  "raw",
  "enforceThumbnail",
  "stripMetadata",
  "keepCopyright",
  "preserveHdr",
  "format",
  "maxAnimationFrames",
  "maxAnimationFrameResolution",
  "bypassCache",
  "cacheTtl",
  "cacheTags",
  "expires",
  "filename",
  "returnAttachment",
] as const satisfies readonly OptionName[];

export type Pixelless = (typeof PIXELLESS)[number];

const isPixelless = (name: OptionName): name is Pixelless => PIXELLESS.some((each) => each === name);

function ofOption(name: OptionName): Golden {
  const { names, example }: AnyOption = OPTIONS[name];
  const { source = "dandelion.jpg", around = "w:160" } = SETTINGS[name] ?? {};
  return { source, url: `${around}/${names.at(-1) ?? name}:${example}`, without: around };
}

const ofShorthands: readonly Golden[] = SHORTHANDS.map(({ names, example }) => ({
  source: "dandelion.jpg",
  url: `dpr:0.5/${names[1]}:${example}`,
  without: "dpr:0.5",
}));

const extra = (source: SourceName, ...urls: readonly string[]): readonly Golden[] =>
  urls.map((url) => ({ source, url }));

const TOGETHER: readonly Golden[] = [
  ...extra(
    "dandelion.jpg",
    "rs:fill:90:150/g:sm",
    "rs:fill:90:150/g:fp:0.85:0.6",
    "rs:fill:150:60/g:so:0:10",
    "c:180:100/rs:fill-down:900:900",
    "rs:auto:90:150",
    "rs:force:120:150",
    "c:100:100:sm",
    "c:200:120:fp:0.3:0.45/w:160",
    "c:160:160:nowe:80:20/rot:270/fl:0:1",
    "w:120/rot:90/fl:1/g:no/rs:fill:120:80",
    "rs:fit:150:150:0:1/pd:10/bg:336699",
    "rs:fit:150:150:0:1:no/exar:1/pd:5:10:15:20/bg:ffffff",
    "rs:fit:150:90/exar:1:we/bg:c0c0c0",
    "w:140/bl:4/pd:10/bg:ff8800",
    "w:160/sh:2/pix:6",
    "w:160/wm:1:nowe:-8:-8:0.4",
    "w:160/wm:0.6:re:10:10:0.15",
    "w:140/pd:10/wm:0.8:soea:4:4:0.25/bg:ffffff",
    "w:160/f:jpg/q:5",
    "w:160/f:avif",
    "w:160/f:gif",
  ),
  ...extra("lying.jpg", "w:160", "c:0.5:0.5:nowe/w:120", "rot:90/h:160", "rs:fill:90:150/g:ea"),
  ...extra("bordered.png", "t:10::1:1", "t:10/rs:fill:120:120/g:we"),
  ...extra("ring.png", "w:100/pd:10", "t:10", "bl:3/pd:10", "pix:12", "f:jpg", "wm:1:ce:0:0:0.3"),
  ...extra("p3.jpg", "w:160", "w:120/pd:10/bg:ff8800"),
  ...extra("cmyk.jpg", "w:160"),
  ...extra("grey.png", "w:160", "w:120/pd:10/bg:ff8800", "w:160/wm:1:soea:4:4:0.3"),
  ...extra("deep.png", "q:80", "ph:1/pd:8/bg:ffffff"),
  ...extra("slope.png", "w:150"),
  ...extra("noise.png", "w:60", "w:60/sh:1"),
  ...extra("engraving.svg", "h:180/f:png", "c:0.5:0.5:no/h:120/f:png", "h:160/bg:ffffff/f:jpg"),
  ...extra("shutter.gif", "w:120/f:png", "rs:fill:100:60/f:webp", "w:100/f:gif"),
];

/** Every option and shorthand that can be seen, and every combination. */
export const GOLDENS: readonly Golden[] = [
  ...(Object.keys(OPTIONS) as OptionName[]).filter((name) => !isPixelless(name)).map(ofOption),
  ...ofShorthands,
  ...TOGETHER,
];

/** A golden is named by its URL; slashes and colons have no place in the name of a file. */
export const fileOf = ({ url, source }: Golden): string =>
  `${`${url}/${source}`.replaceAll("/", "+").replaceAll(":", "=")}.png`;
