/** Format: W3C, "Scalable Vector Graphics (SVG) 2", section 8. */
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { HttpError } from "../errors.ts";
import { declaredSize } from "../svg-size.ts";
import { STILL, type Found, type Size } from "./scanned.ts";

/** Bytes in which the start tag of the root has to be complete. */
const HEAD_BYTES = 256 * 1024;
const PIECE = 2048;

/**
 * Scans the root of an SVG: the size that its attributes declare (a style sheet may say otherwise). Throws `broken_svg`
 * where there is no such root within 256 KiB of UTF-8.
 */
export function scanSvg(bytes: Uint8Array): Found {
  const root = readRoot(bytes);
  const size = rounded(declaredSize(root.attributes));
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

/** Less than half a pixel is nothing that can be drawn. */
function rounded(declared: Size | undefined): Size | undefined {
  if (!declared) return undefined;
  const size = { width: Math.round(declared.width), height: Math.round(declared.height) };
  return size.width > 0 && size.height > 0 && Number.isFinite(size.width * size.height) ? size : undefined;
}

/** Looks for the root's end tag, which has only comments and instructions behind it. */
function hasEnd(bytes: Uint8Array, name: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(`</${name}`) > 0;
}
