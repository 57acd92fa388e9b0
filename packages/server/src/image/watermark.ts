import type { Options, Watermark } from "@tintype/url";
import type { Format } from "../formats.ts";
import { openPicture } from "./facts.ts";
import { place, type Rect, type Size } from "../plan/gravity.ts";
import { checkResolution, guardVector, planLimits } from "../plan/limits.ts";
import { begin, inSrgb, pixels, settle, step, type Picture, type Raw } from "./picture.ts";
import type { RenderSettings } from "./settings.ts";
import { roundEven, scaleEven } from "../plan/rounding.ts";
import { planOf, transform } from "./transform.ts";

/** A rectangle of RGBA pixels to lie on the picture, all of it inside. */
export interface Overlay extends Rect {
  readonly data: Buffer;
  /** Has no colour, so a grey picture stays grey under it. */
  readonly grey: boolean;
}

/** The watermark's file, and what is known of its format. */
export interface WatermarkSource {
  readonly bytes: Uint8Array;
  readonly format: Format;
}

interface Ground {
  /** Size of the finished picture. */
  readonly size: Size;
  readonly dpr: number;
  readonly options: Options;
}

/** Scales, places or tiles the watermark (contract processing.md, section 14). Undefined where nothing of it shows. */
export async function makeOverlay(
  { bytes, format }: WatermarkSource,
  { size, dpr, options }: Ground,
  settings: RenderSettings,
): Promise<Overlay | undefined> {
  const wanted = options.watermark;
  const opacity = (wanted?.opacity ?? 0) * settings.watermark.opacity;
  if (!wanted || opacity === 0) return undefined;
  const mark = faded(await drawMark({ bytes, format }, wanted.scale, { size, settings }), opacity);
  return wanted.position === "re"
    ? tile(mark, size, offsets(wanted, size, dpr))
    : single(mark, size, { wanted, dpr });
}

interface Drawing {
  readonly size: Size;
  readonly settings: RenderSettings;
}

async function drawMark(
  source: WatermarkSource,
  scale: number | undefined,
  { size, settings }: Drawing,
): Promise<Raw> {
  const opened = await openPicture(source.bytes, source.format, settings);
  const facts = guardVector(opened.facts, settings.limits);
  checkResolution(facts, 1, { options: {}, settings: settings.limits });
  const box = (side: number): number => (scale ? Math.max(scaleEven(side, scale), 1) : 0);
  const fitted: Options = {
    width: box(size.width),
    height: box(size.height),
    enlarge: true,
    resizingType: "fit",
  };
  const traits = {
    size: facts.decoded,
    alpha: facts.alpha,
    grey: false,
    deep: false,
    convert: false,
  };
  const linear = settings.image.useLinearColorspace && !facts.vector;
  const start = begin(opened.open({ convert: true }), traits);
  // As with sources: out of the profile's space first, then into linear light.
  const drawn = await transform(
    linear && (facts.profile || facts.foreignColours) ? await settle(start) : start,
    planOf(facts, fitted, planLimits({}, settings.limits)),
    { linear },
  );
  const settled = await pixels({ ...drawn, pipeline: drawn.pipeline.ensureAlpha() });
  return settled;
}

function faded(raw: Raw, opacity: number): Raw {
  if (opacity === 1) return raw;
  const data = Buffer.from(raw.data);
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round(data[at]! * opacity);
  return { ...raw, data };
}

interface Spacing {
  readonly x: number;
  readonly y: number;
}

function offsets({ x = 0, y = 0 }: Watermark, { width, height }: Size, dpr: number): Spacing {
  const along = (value: number, side: number): number =>
    Math.abs(value) >= 1 ? roundEven(value * dpr) : scaleEven(side, value);
  return { x: along(x, width), y: along(y, height) };
}

function single(
  mark: Raw,
  size: Size,
  { wanted, dpr }: { wanted: Watermark; dpr: number },
): Overlay | undefined {
  const { position = "ce", x = 0, y = 0 } = wanted;
  const type = position === "re" ? "ce" : position;
  const at = place(size, mark, { type, x, y }, { dpr, overflow: true });
  const left = Math.max(0, at.left);
  const top = Math.max(0, at.top);
  const width = Math.min(size.width, at.left + mark.width) - left;
  const height = Math.min(size.height, at.top + mark.height) - top;
  if (width <= 0 || height <= 0) return undefined;
  const area = { left, top, width, height };
  return overlay(area, (x, y) => (y + top - at.top) * mark.width + (x + left - at.left), mark);
}

/** Copies of the mark over the whole picture, one of them in the middle, `spacing` apart. */
function tile(mark: Raw, size: Size, spacing: Spacing): Overlay {
  const [width, height] = [Math.max(1, mark.width + spacing.x), Math.max(1, mark.height + spacing.y)];
  const odd = (count: number): number => (count % 2 === 0 ? count + 1 : count);
  const start = (side: number, step: number): number =>
    Math.trunc((odd(Math.ceil(side / step)) * step - side) / 2);
  const [startX, startY] = [start(size.width, width), start(size.height, height)];
  const [left, top] = [Math.trunc(spacing.x / 2), Math.trunc(spacing.y / 2)];
  const source = (x: number, y: number): number => {
    const column = ((x + startX) % width) - left;
    const row = ((y + startY) % height) - top;
    return column < 0 || row < 0 || column >= mark.width || row >= mark.height
      ? -1
      : row * mark.width + column;
  };
  return overlay({ left: 0, top: 0, ...size }, source, mark);
}

/** Gathers pixels of the mark; `source` tells which pixel lies at a place of the area, -1 for none. */
function overlay(area: Rect, source: (x: number, y: number) => number, { data }: Raw): Overlay {
  const from = new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  const to = new Uint32Array(area.width * area.height);
  for (let y = 0; y < area.height; y++) {
    for (let x = 0; x < area.width; x++) {
      const at = source(x, y);
      if (at >= 0) to[y * area.width + x] = from[at] ?? 0;
    }
  }
  const { left, top, width, height } = area;
  return { left, top, width, height, data: Buffer.from(to.buffer), grey: isGrey(data) };
}

function isGrey(data: Buffer): boolean {
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] !== 0 && (data[at] !== data[at + 1] || data[at + 1] !== data[at + 2])) return false;
  }
  return true;
}

/** Lays the overlay on the picture, which keeps its channels but may gain colour. */
export async function draw(
  picture: Picture,
  { data, left, top, width, height, grey }: Overlay,
): Promise<Picture> {
  const layer = { input: data, raw: { width, height, channels: 4 as const }, left, top };
  return step(
    await inSrgb(picture),
    "composite",
    (pipeline) => {
      // Left to itself, sharp composes with 8 bits a channel.
      const drawn = (picture.deep ? pipeline.pipelineColourspace("rgb16") : pipeline).composite([layer]);
      return picture.alpha ? drawn : drawn.removeAlpha();
    },
    { grey: picture.grey && grey },
  );
}
