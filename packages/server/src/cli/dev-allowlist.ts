import { createAllowlist } from "../guard/allowlist.ts";

/** What IMGPROXY_ALLOWED_SOURCES has to be. */
export interface Needed {
  readonly patterns: readonly string[];
  /** Sources that no pattern can admit. */
  readonly unlisted: readonly string[];
}

/** A site with more directories than this at its top is allowed whole. */
const MOST_DIRECTORIES = 8;

const PARTS = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)(?=[/?#]|$)([^?#]*)/i;

/**
 * What a part of a pattern may be made of. The list is cut at commas, and a star stands for anything; the rest of what is
 * missing would mean something to a shell or in a file of variables, where sources of strangers are to mean nothing.
 */
const WRITABLE = /^[\p{L}\p{N}\p{M}._:@%+=~[\]-]+$/u;

interface Place {
  readonly origin: string;
  /** Between slashes; the last is the picture's own name. */
  readonly path: readonly string[];
  readonly source: string;
}

/**
 * The shortest list that admits all of the sources: for each origin the longest directory that they have in common or,
 * where that is its root, the directories at its top. What is proposed was tried on the allow-list itself.
 */
export function allowlistFor(sources: Iterable<string>): Needed {
  const places = new Map<string, Place[]>();
  const unlisted: string[] = [];
  for (const source of new Set(sources)) {
    const place = readPlace(source);
    if (place) places.set(place.origin, [...(places.get(place.origin) ?? []), place]);
    else unlisted.push(source);
  }
  const patterns: string[] = [];
  for (const [origin, among] of places) {
    const found = proposals(origin, among).find((proposal) => admitsAll(proposal, among));
    if (found) patterns.push(...found);
    else unlisted.push(...among.map(({ source }) => source));
  }
  return { patterns: patterns.toSorted(), unlisted };
}

function readPlace(source: string): Place | undefined {
  const [, origin = "", path = ""] = PARTS.exec(source) ?? [];
  if (origin === "") return undefined;
  const isWeb = /^https?:/i.test(origin);
  if (isWeb && !URL.canParse(source)) return undefined;
  return { origin: isWeb ? new URL(source).origin : origin, path: path.split("/").slice(1), source };
}

/** Narrow ones first. */
function proposals(origin: string, places: readonly Place[]): (readonly string[])[] {
  const paths = places.map(({ path }) => path);
  const whole = [`${origin}/`];
  const common = commonDirectory(paths);
  if (common.length > 0) return [[patternOf(origin, common)], whole];
  const groups = Map.groupBy(paths, ([first = "", ...rest]) => (rest.length > 0 ? `${first}/` : first));
  const isNarrow =
    groups.size <= MOST_DIRECTORIES && [...groups.keys()].every((key) => isWritable(key.replace(/\/$/, "")));
  if (!isNarrow) return [whole];
  const narrow = [...groups].map(([key, among]) =>
    key.endsWith("/") ? patternOf(origin, commonDirectory(among)) : `${origin}/${key}`,
  );
  return [narrow, whole];
}

const isWritable = (part: string): boolean => WRITABLE.test(part);

/** The directories that all paths begin with, as far as a pattern can say them. */
function commonDirectory(paths: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = paths.map((path) => path.slice(0, -1));
  const end = first.findIndex(
    (segment, index) => !isWritable(segment) || others.some((path) => path[index] !== segment),
  );
  return end === -1 ? first : first.slice(0, end);
}

const patternOf = (origin: string, directory: readonly string[]): string =>
  [origin, ...directory, ""].join("/");

function admitsAll(patterns: readonly string[], places: readonly Place[]): boolean {
  if (!patterns.every((pattern) => pattern.split("/").every((part) => part === "" || isWritable(part))))
    return false;
  try {
    const { allows } = createAllowlist(patterns, { unlisted: "refused" });
    return places.every(({ source }) => allows(source));
  } catch {
    // A host that patterns cannot name.
    return false;
  }
}
