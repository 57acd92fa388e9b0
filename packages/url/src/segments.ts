import { atMost, CodecError } from "./codec.ts";
import { UrlError } from "./error.ts";
import { OPTIONS, SHORTHANDS, type AnyOption, type OptionName, type Options } from "./options.ts";

export { formatSegments, listOptions } from "./spelling.ts";

/** Named lists of segments that a server keeps. */
export type Presets = ReadonlyMap<string, readonly string[]>;

/** What a server lets a URL say. Everything left out is as in a server without settings. */
export interface Grammar {
  /** Between an option's name and its arguments; `:` where left out. */
  readonly separator?: string;
  readonly presets?: Presets;
  /** The first segment is a list of presets, and nothing else may be said. */
  readonly onlyPresets?: boolean;
  /** Literal option names that a URL may use; empty or left out permits all. Presets are exempt. */
  readonly allowed?: ReadonlySet<string>;
  /** Permits options that change a limit of the server. */
  readonly security?: boolean;
  /** Permits URLs that pass by the cache. */
  readonly bypass?: boolean;
  /** The last segment of a base64 source is a file name and means nothing. */
  readonly base64IncludesFilename?: boolean;
  /** What holds before the default preset and the URL speak, as client hints do. */
  readonly defaults?: Options;
}

type Assign = (options: Options, args: readonly string[]) => Options;

/** One spelling: its row and what it does to the options. */
interface Spelling {
  readonly row: Partial<Pick<AnyOption, "gated" | "preset">>;
  readonly assign: Assign;
}

const rows = Object.entries(OPTIONS) as [OptionName, AnyOption][];

function set(options: Options, key: OptionName, args: readonly string[]): Options {
  const { [key]: before, ...others } = options;
  const value: unknown = (OPTIONS[key] as AnyOption).arg.parse(args, before);
  return value === undefined ? others : { ...others, [key]: value };
}

const assignShorthand =
  ({ expands, max }: (typeof SHORTHANDS)[number]): Assign =>
  (options, args) => {
    atMost(max, args);
    return expands.reduce((sofar, key, i) => {
      const taken = i === expands.length - 1 ? args.slice(i) : args.slice(i, i + 1);
      return taken[0] ? set(sofar, key, taken) : sofar;
    }, options);
  };

const SPELLINGS: ReadonlyMap<string, Spelling> = new Map([
  ...rows.flatMap(([key, row]) =>
    row.names.map((name): [string, Spelling] => [
      name,
      { row, assign: (options, args) => set(options, key, args) },
    ]),
  ),
  ...SHORTHANDS.flatMap((shorthand) =>
    shorthand.names.map((name): [string, Spelling] => [
      name,
      { row: {}, assign: assignShorthand(shorthand) },
    ]),
  ),
]);

const separatorOf = ({ separator = ":" }: Grammar): string => separator;

/** What was read so far. */
interface Sofar {
  readonly options: Options;
  /** How many segments came out of presets. */
  readonly unfolded: number;
}

/** A path of a few thousand names of presets would otherwise hold the server up for as long as it takes to read them all. */
const MOST_UNFOLDED = 1000;

/** The options that a list of segments asks for, left to right; a later one wins. Throws UrlError. */
export function parseSegments(segments: readonly string[], grammar: Grammar = {}): Options {
  const start = applyPresets(
    { options: grammar.defaults ?? {}, unfolded: 0 },
    grammar.presets?.has("default") ? ["default"] : [],
    grammar,
  );
  if (!grammar.onlyPresets) return applyAll(start, segments, { grammar, expanding: [] }).options;
  const names = segments.flatMap((segment) => segment.split(separatorOf(grammar)));
  return applyPresets(start, names, grammar).options;
}

const applyPresets = (start: Sofar, names: readonly string[], grammar: Grammar): Sofar =>
  names.reduce((sofar, name) => expand(sofar, name, { grammar, expanding: [] }), start);

interface Reading {
  readonly grammar: Grammar;
  /** Names of the presets that are being expanded, outermost first. */
  readonly expanding: readonly string[];
}

const applyAll = (start: Sofar, segments: readonly string[], reading: Reading): Sofar =>
  segments.reduce((sofar, segment) => apply(sofar, segment, reading), start);

function apply(before: Sofar, segment: string, reading: Reading): Sofar {
  const { grammar, expanding } = reading;
  const unfolded = before.unfolded + (expanding.length > 0 ? 1 : 0);
  if (unfolded > MOST_UNFOLDED)
    throw new UrlError(
      "invalid_option",
      `expected at most ${MOST_UNFOLDED} options out of presets, got more`,
    );
  const [name = "", ...args] = segment.split(separatorOf(grammar));
  const spelling = SPELLINGS.get(name);
  if (!spelling)
    throw new UrlError("invalid_option", `expected a processing option, got ${JSON.stringify(name)}`);
  if (expanding.length === 0 && grammar.allowed?.size && !grammar.allowed.has(name))
    throw new UrlError("option_not_allowed", `option ${name} is not among the allowed processing options`);
  if (spelling.row.gated === "security" && !grammar.security)
    throw new UrlError("security_option", `option ${name} changes a limit, which is not permitted here`);
  if (spelling.row.gated === "bypass" && !grammar.bypass && expanding.length === 0)
    throw new UrlError(
      "security_option",
      `option ${name} costs a new picture each time, which is not permitted here`,
    );
  const start = { ...before, unfolded };
  if (spelling.row.preset) return args.reduce((sofar, preset) => expand(sofar, preset, reading), start);
  try {
    return { options: spelling.assign(before.options, args), unfolded };
  } catch (error) {
    if (error instanceof CodecError) throw new UrlError("invalid_option", `${name}: ${error.message}`);
    throw error;
  }
}

/** A preset that is already being expanded says nothing new, so a preset that names itself ends. */
function expand(sofar: Sofar, name: string, { grammar, expanding }: Reading): Sofar {
  if (expanding.includes(name)) return sofar;
  const segments = grammar.presets?.get(name);
  if (!segments)
    throw new UrlError("unknown_preset", `expected the name of a preset, got ${JSON.stringify(name)}`);
  try {
    return applyAll(sofar, segments, { grammar, expanding: [...expanding, name] });
  } catch (error) {
    throw error instanceof UrlError ? new UrlError(error.code, `preset ${name}: ${error.message}`) : error;
  }
}

/** What a preset says by itself, the default preset left aside. Throws UrlError with its name. */
export const expandPreset = (name: string, grammar: Grammar): Options =>
  expand({ options: {}, unfolded: 0 }, name, { grammar, expanding: [] }).options;
