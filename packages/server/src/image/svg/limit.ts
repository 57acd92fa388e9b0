import { HttpError } from "../../errors.ts";

/** THE TABLE of limits on an SVG: the most that is drawn, and how the refusal names it. */
const LIMITS = {
  // What stands in the document.
  bytes: { most: 2 ** 20, words: "bytes" },
  elements: { most: 10_000, words: "elements" },
  depth: { most: 64, words: "levels of elements" },
  textCharacters: { most: 20_000, words: "characters of text" },
  // librsvg takes the square of a run's length: 20 000 characters in one run are several seconds.
  textRun: { most: 4_000, words: "characters in one run of text" },
  pathBytes: { most: 256 * 2 ** 10, words: "bytes of path data" },
  cssRules: { most: 1_000, words: "CSS rules" },
  // Without what stands in an url(), where fonts may be: they cost nothing.
  cssBytes: { most: 256 * 2 ** 10, words: "bytes of CSS" },
  dashNumbers: { most: 1_000, words: "numbers in dash arrays" },
  // librsvg tries every selector of every list on every element: this many take it two seconds.
  comparisons: { most: 20_000_000, words: "comparisons of elements with selectors" },
  filterPrimitives: { most: 64, words: "primitives in one filter" },
  imageBytes: { most: 256 * 2 ** 10, words: "bytes in one embedded picture" },
  // What references make of it. An element that is drawn ten times counts ten times.
  references: { most: 10_000, words: "references" },
  drawnElements: { most: 100_000, words: "drawn elements" },
  drawnDepth: { most: 256, words: "levels of drawn elements" },
  drawnCharacters: { most: 20_000, words: "characters of drawn text" },
  drawnPathBytes: { most: 2_560 * 2 ** 10, words: "bytes of drawn path data" },
  drawnPrimitives: { most: 640, words: "applied filter primitives" },
  dashes: { most: 1_000_000, words: "dashes" },
  candidates: { most: 64, words: "values for one property of one element" },
} as const satisfies Record<string, { readonly most: number; readonly words: string }>;

const LIFTED: ReadonlySet<string> = new Set<Limited>(["bytes", "elements", "comparisons", "drawnElements"]);
const LIFT = 10;

export type Limited = keyof typeof LIMITS;

/** The most that is allowed of each thing. */
export type SvgLimits = Readonly<Record<Limited, number>>;

/** How much there is of what stands in a document. */
export type StandingCounts = Readonly<
  Record<
    | "elements"
    | "depth"
    | "textCharacters"
    | "textRun"
    | "pathBytes"
    | "cssBytes"
    | "cssRules"
    | "filterPrimitives"
    | "imageBytes",
    number
  >
>;

/** How much drawing it comes to. */
export type DrawnCounts = Readonly<
  Record<
    | "references"
    | "drawnElements"
    | "drawnDepth"
    | "drawnCharacters"
    | "drawnPathBytes"
    | "drawnPrimitives"
    | "dashes",
    number
  >
>;

export interface SvgCounts extends StandingCounts, DrawnCounts {
  readonly bytes: number;
  readonly comparisons: number;
  readonly dashNumbers: number;
}

/** The limits in force; `unlimited` lifts those on bytes, elements and comparisons tenfold. */
export function limitsFor({ unlimited }: { readonly unlimited: boolean }): SvgLimits {
  const most = Object.entries(LIMITS).map(([name, limit]) => [
    name,
    limit.most * (unlimited && LIFTED.has(name) ? LIFT : 1),
  ]);
  // The keys are those of LIMITS.
  return Object.fromEntries(most) as SvgLimits;
}

/** Throws `broken_svg` at the first count that passes its limit. */
export function checkCounts(counts: Readonly<Partial<Record<Limited, number>>>, limits: SvgLimits): void {
  for (const [name, count] of Object.entries(counts)) checkCount(name as Limited, count, limits);
}

/** Throws `broken_svg` where there is more of a thing than its limit. */
export function checkCount(name: Limited, count: number, limits: SvgLimits): void {
  if (count <= limits[name]) return;
  throw new HttpError("broken_svg", `expected at most ${limits[name]} ${LIMITS[name].words}, got ${count}`);
}
