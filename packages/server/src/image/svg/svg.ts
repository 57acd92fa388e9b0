import { countDrawn } from "./draw.ts";
import { checkCounts, limitsFor } from "./limit.ts";
import type { SvgCounts } from "./limit.ts";
import { pruneSvg } from "./prune.ts";
import { readSvg } from "./read.ts";
import { countComparisons, countDashNumbers, countStanding, embeddedIn } from "./stand.ts";
import { writeSvg } from "./write.ts";

export interface SvgFacts extends SvgCounts {
  /** Pictures inside the document, as the bytes that a decoder will get, for whoever checks their headers. */
  readonly images: readonly Uint8Array[];
}

/**
 * A new document with only what is known to be harmless of the old one: no code, no address outside of it but links to
 * pages, no doctype, comment or foreign namespace (the tables of `svg-allow.ts`). It looks the same; rebuilding it again
 * gives the same bytes. UTF-8 without an XML declaration. Throws `broken_svg` as `readSvg` does.
 */
export const rebuildSvg = (bytes: Uint8Array): Uint8Array =>
  new TextEncoder().encode(writeSvg(pruneSvg(readSvg(bytes))));

/**
 * Measures what drawing a document would take, before any native code sees it. What counts as drawn is what a rebuild
 * leaves, so the measure holds for the rebuilt document; the original may hide more in CSS or in its doctype.
 * `unlimited` allows ten times the bytes, elements and comparisons. Throws `broken_svg` above a limit, for a reference that
 * leads back to itself, and for an embedded picture that is not a raster.
 */
export function gateSvg(
  bytes: Uint8Array,
  { unlimited = false }: { readonly unlimited?: boolean } = {},
): SvgFacts {
  const limits = limitsFor({ unlimited });
  checkCounts({ bytes: bytes.length }, limits);
  const root = readSvg(bytes);
  const images = embeddedIn(root);
  const standing = { bytes: bytes.length, ...countStanding(root, images) };
  checkCounts(standing, limits);
  const pruned = pruneSvg(root);
  const cost = { comparisons: countComparisons(pruned), dashNumbers: countDashNumbers(pruned) };
  checkCounts(cost, limits);
  return { ...standing, ...cost, ...countDrawn(pruned, limits), images };
}
