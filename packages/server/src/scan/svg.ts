/** Format: W3C, "Scalable Vector Graphics (SVG) 2", section 8; the size is taken as libvips takes it. */
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { HttpError } from "../errors.ts";
import { STILL, type Found, type Size } from "./scanned.ts";

/** Bytes in which the start tag of the root has to be complete. */
const HEAD_BYTES = 256 * 1024;
const PIECE = 2048;

const LENGTH = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z]*)\s*$/i;

/** CSS pixels of one unit. Font sizes are libvips' 12; all other units, percent among them, stand for no size. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["px", 1],
  ["em", 12],
  ["ex", 6],
  ["ch", 6],
  ["in", 96],
  ["cm", 96 / 2.54],
  ["mm", 96 / 25.4],
  ["pt", 96 / 72],
  ["pc", 16],
]);

/**
 * Scans the root of an SVG: the size that its attributes declare (a style sheet may say otherwise). Throws `broken_svg`
 * where there is no such root within 256 KiB of UTF-8.
 */
export function scanSvg(bytes: Uint8Array): Found {
  const root = readRoot(bytes);
  const size = sizeOf(root.attributes);
  return {
    ...STILL,
    size,
    depthBits: 8,
    channels: 4,
    alpha: true,
    complete: root.isSelfClosing || hasEnd(bytes, root.name),
  };
}

const broken = (detail: string, cause?: unknown): HttpError => new HttpError("broken_svg", detail, { cause });

function readRoot(bytes: Uint8Array): SaxesTagPlain {
  const text = decode(bytes);
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  let root: SaxesTagPlain | undefined;
  let problem: string | undefined;
  parser.on("opentag", (tag) => {
    if (!problem) root ??= tag;
  });
  parser.on("error", ({ message }) => {
    problem ??= message;
  });
  for (let at = 0; at < text.length && !root && !problem; at += PIECE)
    parser.write(text.slice(at, at + PIECE));
  if (root?.name.replace(/^.*:/, "") === "svg") return root;
  throw broken(`expected the root svg, got ${root?.name ?? problem ?? "no whole tag"}`);
}

/** A head that is cut within a character is none the worse for it. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, HEAD_BYTES), { stream: true });
  } catch (cause) {
    throw broken("expected UTF-8 text, got bytes that are not", cause);
  }
}

type Attributes = Readonly<Record<string, string>>;

/** One side is enough where the view box knows how they relate; without any of this, a decoder measures the drawing. */
function sizeOf(attributes: Attributes): Size | undefined {
  const style = declarations(attributes.style ?? "");
  const width = pixels(style.get("width") ?? attributes.width);
  const height = pixels(style.get("height") ?? attributes.height);
  const box = viewBox(attributes.viewBox);
  if (width && height) return rounded({ width, height });
  if (!box) return undefined;
  if (width) return rounded({ width, height: (width * box.height) / box.width });
  if (height) return rounded({ width: (height * box.width) / box.height, height });
  return rounded(box);
}

const declarations = (style: string): ReadonlyMap<string, string> =>
  new Map(
    style.split(";").flatMap((one) => {
      const [name = "", value] = one.split(":");
      return value === undefined ? [] : [[name.trim(), value] as const];
    }),
  );

/** CSS pixels of a length; undefined where it is none, has no fixed unit or is not positive. */
function pixels(length: string | undefined): number | undefined {
  const [, number = "", unit = ""] = LENGTH.exec(length ?? "") ?? [];
  const value = Number(number) * (UNITS.get(unit.toLowerCase()) ?? 0);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

function viewBox(text: string | undefined): Size | undefined {
  const [, , width = 0, height = 0, ...more] = (text ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  return width > 0 && height > 0 && more.length === 0 ? { width, height } : undefined;
}

/** Less than half a pixel is nothing that can be drawn. */
function rounded({ width, height }: Size): Size | undefined {
  const size = { width: Math.round(width), height: Math.round(height) };
  return size.width > 0 && size.height > 0 && Number.isFinite(size.width * size.height) ? size : undefined;
}

/** Looks for the root's end tag, which has only comments and instructions behind it. */
function hasEnd(bytes: Uint8Array, name: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(`</${name}`) > 0;
}
