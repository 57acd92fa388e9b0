import { decodeBase64, encodeBase64 } from "../base64.ts";
import { CodecError } from "../codec.ts";
import { PICK_FORMATS, type PickFormat } from "./formats.ts";
import { NARROWEST, rungs, WIDEST, type Ladder } from "./ladder.ts";

/** Quality classes, by the digit that a policy names them with. `standard` is what the server is set to. */
export const QUALITIES = ["low", "standard", "high", "best"] as const;
export type Quality = (typeof QUALITIES)[number];

/** Width to height, or the picture's own. */
export type Aspect = { readonly width: number; readonly height: number } | "natural";

/** What a signed policy permits. */
export interface Terms {
  /** Pixels, both ends included. */
  readonly widths: readonly [low: number, high: number];
  /** Where heights are picked as freely as widths; then there are no aspects. */
  readonly heights?: readonly [low: number, high: number];
  readonly ladder: Ladder;
  /** What the index in a pick counts; none where every picture keeps its own. */
  readonly aspects: readonly Aspect[];
  readonly formats: readonly PickFormat[];
  readonly quality: Quality;
  /** Options that hold for every pick, as a URL writes them; empty for none. */
  readonly options: string;
  /** Hours since 2020 began (UTC); 0 is never. */
  readonly expires: number;
  readonly namespace: number;
  /** Counts how often everything of the namespace was revoked. */
  readonly generation: number;
}

/** Different pictures that one capability for one source may lead to. */
export const MAX_VARIANTS = 128;
/** So many aspects have an index of at most two digits. */
const MAX_SIDE = 9999;

const NUMBER = "(0|[1-9]\\d{0,8})";
const ASPECT = "(?:n|[1-9]\\d{0,3}x[1-9]\\d{0,3})";
const SPELLING = new RegExp(
  `^w${NUMBER}-${NUMBER}(?:,h${NUMBER}-${NUMBER})?,l([123])(?:,a(${ASPECT}(?:\\.${ASPECT})*))?` +
    `,f(a?x?w?j?p?u?),q([0-3])(?:,o([\\w-]+))?,t${NUMBER},n${NUMBER}\\.${NUMBER}$`,
);

/** Reads a policy; there is one spelling for each, and CodecError is thrown for any other. */
export function parsePolicy(text: string): Terms {
  const [, w0, w1, h0, h1, ladder, aspects, letters, quality, options, expires, namespace, generation] =
    SPELLING.exec(text) ?? [];
  if (ladder === undefined) throw new CodecError("expected a policy in its one spelling");
  const terms: Terms = {
    widths: [Number(w0), Number(w1)],
    ...(h0 !== undefined && { heights: [Number(h0), Number(h1)] as const }),
    ladder: Number(ladder) as Ladder,
    aspects: aspects?.split(".").map(parseAspect) ?? [],
    formats: Array.from(letters ?? "", (letter) => PICK_FORMATS[letter as keyof typeof PICK_FORMATS]),
    quality: QUALITIES[Number(quality)]!,
    options: options === undefined ? "" : decodeBase64(options),
    expires: Number(expires),
    namespace: Number(namespace),
    generation: Number(generation),
  };
  if (formatTerms(terms) !== text) throw new CodecError("expected a policy in its one spelling");
  return terms;
}

/** Writes a policy in its one spelling. Throws CodecError where the terms cannot hold. */
export function formatTerms(terms: Terms): string {
  checkTerms(terms);
  const { widths, heights, ladder, aspects, formats, quality, options } = terms;
  const letters = Object.entries(PICK_FORMATS).filter(([, name]) => formats.includes(name));
  return [
    `w${widths.join("-")}`,
    ...(heights ? [`h${heights.join("-")}`] : []),
    `l${ladder}`,
    ...(aspects.length > 0 ? [`a${aspects.map(formatAspect).join(".")}`] : []),
    `f${letters.map(([letter]) => letter).join("")}`,
    `q${QUALITIES.indexOf(quality)}`,
    ...(options === "" ? [] : [`o${encodeBase64(options)}`]),
    `t${terms.expires}`,
    `n${terms.namespace}.${terms.generation}`,
  ].join(",");
}

/** How many different pictures a policy allows of one source. */
export function countVariants({ widths, heights, ladder, aspects, formats }: Terms): number {
  const shapes = heights ? rungs(ladder, ...heights).length : Math.max(1, aspects.length);
  return rungs(ladder, ...widths).length * shapes * formats.length;
}

function checkTerms(terms: Terms): void {
  const { widths, heights, aspects, formats } = terms;
  for (const [name, range] of Object.entries({ widths, heights })) if (range) checkRange(name, range);
  if (heights && aspects.length > 0) throw new CodecError("expected heights or aspects, got both");
  if (formats.length === 0) throw new CodecError("expected at least one format, got none");
  if (new Set(aspects.map(formatAspect)).size < aspects.length)
    throw new CodecError("expected every aspect once, got one twice");
  for (const [name, value] of Object.entries({
    expires: terms.expires,
    namespace: terms.namespace,
    generation: terms.generation,
  }))
    if (!Number.isInteger(value) || value < 0 || value > 999_999_999)
      throw new CodecError(`${name}: expected a whole number from 0 to 999999999, got ${value}`);
  const variants = countVariants(terms);
  if (variants === 0)
    throw new CodecError(`expected a range with at least one rung in it, got ${widths.join(" to ")}`);
  if (variants > MAX_VARIANTS)
    throw new CodecError(
      `expected at most ${MAX_VARIANTS} variants, got ${variants}: narrow the range, or take a ladder of wider steps, fewer aspects or fewer formats`,
    );
}

function checkRange(name: string, [low, high]: readonly [number, number]): void {
  if (Number.isInteger(low) && Number.isInteger(high) && NARROWEST <= low && low <= high && high <= WIDEST)
    return;
  throw new CodecError(
    `${name}: expected whole pixels from ${NARROWEST} to ${WIDEST}, the lower first, got ${low} to ${high}`,
  );
}

/** Reads `3x2` or `n`. */
function parseAspect(text: string): Aspect {
  const [width, height] = text.split("x").map(Number);
  return height === undefined ? "natural" : { width: width!, height };
}

function formatAspect(aspect: Aspect): string {
  if (aspect === "natural") return "n";
  const { width, height } = aspect;
  const isSide = (side: number) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE;
  if (!isSide(width) || !isSide(height) || commonDivisor(width, height) > 1)
    throw new CodecError(
      `expected an aspect of two whole numbers from 1 to ${MAX_SIDE} without a common divisor, got ${width}x${height}`,
    );
  return `${width}x${height}`;
}

export const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));
