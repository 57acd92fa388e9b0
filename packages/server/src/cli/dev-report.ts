import type { Config } from "../config/settings.ts";
import { allowlistFor } from "./dev-allowlist.ts";
import { presetsFor } from "./dev-presets.ts";
import { isServed, type Sighting } from "./dev-record.ts";
import { isOnThisMachine } from "./dev-settings.ts";
import { printable } from "./operator.ts";

export interface ReportSettings {
  /** Settings of the environment. */
  readonly url: Config["url"];
  readonly pathPrefix: string;
  /** Requests that were not recorded for want of a place. */
  readonly missed: number;
}

/** What production needs, in the words of its settings and as the files that they come from. */
export interface Report {
  readonly text: string;
  /** Contents by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** Makes the report of what was seen. */
export function reportOn(sightings: readonly Sighting[], settings: ReportSettings): Report {
  const served = sightings.filter(isServed);
  const allowlist = allowlistLines(served, settings);
  const presets = presetLines(served, settings);
  const warm = warmLines(served, settings);
  const found = [
    ["Sources that may be asked for (allow-list.env):", "", ...allowlist],
    ["Presets (presets.txt, a file for IMGPROXY_PRESETS_PATH):", "", ...presetSetting(presets, settings)],
    ["Pictures to make before anybody asks for them (warm.txt, a list for tintype warm):", "", ...warm],
  ];
  const sections = [
    summary(served, settings.missed),
    ...(served.length > 0 ? found : []),
    ...failures(sightings),
  ];
  return {
    text: linesOf(sections.flatMap((section, index) => (index === 0 ? section : ["", ...section]))),
    files: new Map([
      ["allow-list.env", linesOf(allowlist)],
      ["presets.txt", linesOf(presets)],
      ["warm.txt", linesOf(warm)],
    ]),
  };
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function summary(served: readonly Sighting[], missed: number): readonly string[] {
  const full = `The record is full: ${missed} requests more are not in it, and the lists may lack something.`;
  return [describeServed(served), ...(missed > 0 ? [full] : [])];
}

function describeServed(served: readonly Sighting[]): string {
  if (served.length === 0) return "No picture was served yet, so there is nothing to say of production.";
  const paths = new Set(served.map(({ path }) => path)).size;
  const sources = new Set(served.map(({ source }) => source)).size;
  const formats = tally(served.map(({ format }) => format));
  const accepts = tally(served.map(({ accept }) => accept));
  return `Served: URLs ${paths}, sources ${sources}; formats ${formats}; best that clients took ${accepts}.`;
}

function tally(words: readonly string[]): string {
  const counts = [...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length] as const);
  return counts
    .toSorted(([, one], [, other]) => other - one)
    .map(([word, count]) => `${word} ${count}`)
    .join(", ");
}

function allowlistLines(served: readonly Sighting[], { url }: ReportSettings): readonly string[] {
  const { patterns, unlisted } = allowlistFor(served.map(({ source }) => source));
  const isLocal = patterns.some((pattern) => /^local:/i.test(pattern));
  const near = patterns.filter((pattern) => URL.canParse(pattern) && isOnThisMachine(new URL(pattern)));
  return [
    ...(isLocal ? ["# local:// is the folder that IMGPROXY_LOCAL_FILESYSTEM_ROOT names."] : []),
    ...near.map((pattern) => `# ${pattern} lies on this machine: production has it elsewhere.`),
    ...unlisted.map((source) => `# No pattern admits ${printable(source)}`),
    ...(patterns.length > 0 ? [`IMGPROXY_ALLOWED_SOURCES=${patterns.join(",")}`] : []),
    ...baseLines(served, url),
  ];
}

/** What production has to put in front of relative sources, which it does as it stands, and with all others, too. */
function baseLines(served: readonly Sighting[], { baseUrl }: Config["url"]): readonly string[] {
  const relative = served.filter(isRelative);
  const [first] = relative;
  if (baseUrl !== "" || first === undefined) return [];
  const base = baseOf(first);
  const lost = new Set(
    served.filter((each) => (isRelative(each) ? baseOf(each) : each.source.slice(0, base.length)) !== base),
  );
  return [
    "# What relative sources begin with. Production puts it in front of every source that does not begin so already.",
    ...(lost.size > 0 ? [`# That breaks sources that are written otherwise: ${lost.size} here.`] : []),
    `IMGPROXY_BASE_URL=${base}`,
  ];
}

type Relative = Sighting & { readonly relative: string };

const isRelative = (sighting: Sighting): sighting is Relative => sighting.relative !== undefined;

/** With the slash at its end where the source has none at its beginning. */
function baseOf({ source, relative }: Relative): string {
  const bare = relative.replace(/^\/+/, "");
  return source.slice(0, source.length - bare.length - (bare === relative ? 0 : 1));
}

/** Those of the environment stay: the new value is to replace the old one. */
function presetLines(served: readonly Sighting[], { url }: ReportSettings): readonly string[] {
  const existing = url.presets
    .map((definition) => definition.trim())
    .filter((definition) => definition !== "" && !definition.startsWith("#"));
  const grammar = { separator: url.argumentsSeparator, security: url.allowSecurityOptions };
  const spelled = url.onlyPresets ? [] : served.filter(({ isSpelled }) => isSpelled);
  return [...existing, ...presetsFor(spelled, { existing, grammar })];
}

/** As a variable, in which what stands between presets cannot stand inside of one. */
function presetSetting(presets: readonly string[], { url }: ReportSettings): readonly string[] {
  const { presetsSeparator } = url;
  const listed = presets.filter((preset) => !preset.includes(presetsSeparator));
  const rest = presets.length - listed.length;
  return [
    ...(presets.length === 0 ? ["# No list of options is in two URLs or more."] : []),
    ...(rest > 0 ? [`# ${rest} more have a ${presetsSeparator} inside, and are in presets.txt only.`] : []),
    ...(listed.length > 0 ? [`IMGPROXY_PRESETS=${listed.join(presetsSeparator)}`] : []),
  ];
}

/** The class of clients in the words of `tintype warm`. */
const WARMED: readonly string[] = ["avif", "webp", "none"];

/** 11 characters are 8 bytes, the least that a signature may have. */
const SIGNATURE = /^\/[\w-]{11,43}\//;

function warmLines(served: readonly Sighting[], { pathPrefix }: ReportSettings): readonly string[] {
  const writable = served.filter(({ path }) => /^\/[!-~]+$/.test(path));
  const paths = new Set(writable.map(({ path }) => path));
  const accepts = WARMED.filter((name) => served.some(({ accept }) => accept === name));
  const unsigned = new Set(
    writable
      .filter(({ isSpelled, path }) => isSpelled && !SIGNATURE.test(path.slice(pathPrefix.length)))
      .map(({ path }) => path),
  );
  const flags = accepts.length > 0 ? ` --accept ${accepts.join(",")}` : "";
  return [
    `# tintype warm warm.txt --server https://img.example.com${flags}`,
    ...(unsigned.size > 0
      ? [`# ${unsigned.size} of these are not signed: a server with a key refuses them.`]
      : []),
    ...paths,
  ];
}

const MOST_FAILURES = 20;

function failures(sightings: readonly Sighting[]): (readonly string[])[] {
  const failed = sightings.filter((sighting) => !isServed(sighting));
  if (failed.length === 0) return [];
  const lines = new Set(
    failed.map(({ status, code = "", source }) => `# ${status} ${code} ${printable(source)}`),
  );
  const more = lines.size - MOST_FAILURES;
  return [
    [
      "Not served, and in none of the lists:",
      "",
      ...[...lines].slice(0, MOST_FAILURES),
      ...(more > 0 ? [`# and ${more} more`] : []),
      ...(failed.some(({ code }) => code === "source_address_forbidden")
        ? ["# An address of this machine is asked where --upstream names it, and no other."]
        : []),
    ],
  ];
}
