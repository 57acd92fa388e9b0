import {
  formatSegments,
  listOptions,
  OPTIONS,
  parsePresets,
  parseSegments,
  CodecError,
  UrlError,
  type AnyOption,
  type Grammar,
  type OptionName,
  type Options,
} from "@tintype/url";

/** Options of one URL. */
export interface Use {
  readonly options: Options;
  readonly path: string;
}

export interface PresetSettings {
  /** Definitions that the server has already. */
  readonly existing: readonly string[];
  readonly grammar: Grammar;
}

/** Fewer URLs than this make no preset. */
const LEAST_USES = 2;

/** What presets are written in; anything else would mean something to a shell, or in a file of variables. */
const WRITABLE = /^[\w.:/=~+-]+$/;

/** Definitions for lists of options that two URLs have or more, those used most first, where no preset says it yet. */
export function presetsFor(uses: Iterable<Use>, settings: PresetSettings): readonly string[] {
  // What a URL may not say, a preset may.
  const grammar: Grammar = { ...settings.grammar, bypass: true, onlyPresets: false, allowed: new Set() };
  const existing = parsePresets(settings.existing, grammar);
  const known = { ...grammar, presets: existing };
  const taken = new Set([
    spell(parseSegments([], known), grammar),
    ...[...existing.values()].map((segments) => spell(parseSegments(segments, known), grammar)),
  ]);
  const names = new Set(existing.keys());
  return [...groupBySpelling(uses, grammar)]
    .filter(([spelling, { paths }]) => paths.size >= LEAST_USES && spelling !== "" && !taken.has(spelling))
    .toSorted(([, one], [, other]) => other.paths.size - one.paths.size)
    .map(([spelling, { options }]) => `${unused(nameFor(options), names)}=${spelling}`)
    .filter((definition) => isPreset(definition, grammar));
}

interface Group {
  readonly options: Options;
  readonly paths: Set<string>;
}

function groupBySpelling(uses: Iterable<Use>, grammar: Grammar): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const { options, path } of uses) {
    const spelling = spell(options, grammar);
    const group = groups.get(spelling) ?? { options: lastingOf(options), paths: new Set() };
    group.paths.add(path);
    groups.set(spelling, group);
  }
  return groups;
}

/** What belongs to a look rather than to one picture and its reply; the format stays where extensions say it. */
const lastingOf = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).filter(
      ([name]) => name !== "format" && !["admit", "reply"].includes(rowOf(name).stage),
    ),
  );

const rowOf = (name: string): AnyOption => OPTIONS[name as OptionName] as AnyOption;

/** Empty where there is nothing to say, or no way to say it. */
function spell(options: Options, { separator }: Grammar): string {
  try {
    return formatSegments(lastingOf(options), separator).join("/");
  } catch (error) {
    if (error instanceof CodecError) return "";
    throw error;
  }
}

function isPreset(definition: string, grammar: Grammar): boolean {
  if (!WRITABLE.test(definition.replaceAll(grammar.separator ?? ":", ":"))) return false;
  try {
    return parsePresets([definition], grammar).size === 1;
  } catch (error) {
    if (error instanceof UrlError) return false;
    throw error;
  }
}

const LONGEST_NAME = 48;

/** Says what is done: `fill-480x320-gravity-sm`. */
function nameFor({ resizingType, width = 0, height = 0, ...others }: Options): string {
  const size = width > 0 && height > 0 ? `${width}x${height}` : sideOf(width, height);
  const rest = listOptions(others).map(([name, ...args]) => [longNames.get(name) ?? name, ...args]);
  const words = [
    resizingType ?? "",
    size,
    ...rest.flatMap(([name = "", ...args]) => [name, ...nonTrivial(args)]),
  ]
    .map((word) => word.replaceAll(/[^\w.]+|_/g, "-"))
    .filter((word) => word !== "");
  const [first = "as-it-is", ...more] = words;
  return more.reduce(
    (name, word) => (name.length + word.length < LONGEST_NAME ? `${name}-${word}` : name),
    first,
  );
}

function sideOf(width: number, height: number): string {
  if (width > 0) return `w${width}`;
  return height > 0 ? `h${height}` : "";
}

/** That a switch is on is said by its name. */
const nonTrivial = (args: readonly string[]): readonly string[] =>
  args.length === 1 && args[0] === "1" ? [] : args;

const longNames: ReadonlyMap<string, string> = new Map(
  (Object.values(OPTIONS) as AnyOption[]).map(({ names }) => [names.at(-1) ?? "", names[0] ?? ""]),
);

function unused(name: string, names: Set<string>): string {
  let found = name;
  for (let count = 2; names.has(found); count += 1) found = `${name}-${count}`;
  names.add(found);
  return found;
}
