import {
  cutPath,
  OPTIONS,
  parsePath,
  type AnyOption,
  type Grammar,
  type OptionName,
  type Options,
} from "@tintype/url";
import type { Access } from "./access.ts";
import type { Caches } from "./caches.ts";
import type { Config } from "./config/settings.ts";
import type { Fetch } from "./download.ts";
import { HttpError } from "./errors.ts";
import { capabilityIn, wishesOf } from "./granting.ts";
import type { Grant, Moved } from "./guard/capability.ts";
import { checkFormat, decide, decideOn, readTarget, type Job, type JobSettings } from "./job.ts";
import type { Ask, Headers } from "./message.ts";
import type { Rendition } from "./rendition.ts";
import { foresee, type Foreseen } from "./weigh.ts";

/** Everyone who decides something about a request; none of them is told that this is only a question. */
export interface ExplainParts {
  readonly config: Config;
  readonly pathPrefix: string;
  readonly access: Pick<Access, "verify" | "check" | "grants">;
  readonly job: JobSettings;
  readonly admit: (source: string) => void;
  readonly fetch: Fetch;
  readonly caches: Pick<Caches, "renditions" | "originals">;
}

/** How a check ended; those behind a refusal are not reached. */
interface Check {
  readonly check: string;
  readonly verdict: "passed" | "refused" | "not reached";
  readonly code?: string;
  readonly status?: number;
  readonly reason?: string;
}

/** What would become of a request, and why. Survives JSON. */
export interface Explanation {
  readonly target: string;
  readonly checks: readonly Check[];
  readonly source?: string;
  readonly options?: readonly { readonly name: string; readonly value: unknown; readonly from: string }[];
  readonly accepted?: readonly string[];
  readonly original?: Readonly<Record<string, unknown>>;
  readonly format?: { readonly chosen: string | undefined; readonly why: string };
  readonly plan?: Foreseen["plan"];
  readonly memoryBytes?: number;
  readonly key?: string;
  /** What each tier has, fresh or otherwise. */
  readonly tiers?: Readonly<Record<string, string>>;
  /** Milliseconds by step, when it was made last. */
  readonly lastRender?: Rendition["steps"];
}

const CHECKS = ["path", "signature", "options", "source", "format", "original", "limits"] as const;
type CheckName = (typeof CHECKS)[number];

/** Makes the function that says what would become of a target. It fetches the original, and draws nothing. */
export function createExplain(
  parts: ExplainParts,
): (target: string, headers: Headers) => Promise<Explanation> {
  const { caches, config } = parts;
  return async (target, headers) => {
    const checks = new Map<CheckName, Check>();
    const found: { -readonly [K in keyof Explanation]?: Explanation[K] } = {};
    const pass = async <T>(check: CheckName, work: () => T | Promise<T>): Promise<T> => {
      try {
        const result = await work();
        checks.set(check, { check, verdict: "passed" });
        return result;
      } catch (caught) {
        checks.set(check, refusedBy(check, HttpError.from(caught)));
        throw new Stopped();
      }
    };
    try {
      const { job, originOf } = await decideWith(pass, { target, headers }, parts);
      Object.assign(found, decidedOf(job, originOf));
      found.tiers = await caches.renditions.whereabouts(job.key);
      const last = await caches.renditions.about(job.key);
      if (last) found.lastRender = (last as Rendition).steps;
      await pass("source", () => parts.admit(job.source));
      if (job.options.raw) return { target, checks: all(checks), ...found };
      await pass("format", () => checkFormat(job));
      const original = await pass("original", () =>
        parts.fetch(job, AbortSignal.timeout(config.http.timeout * 1000)),
      );
      if (original.bytes === undefined) return { target, checks: all(checks), ...found };
      const { bytes, format } = original;
      const foreseen = await pass("limits", () => foresee({ bytes, format }, job, config));
      Object.assign(found, foreseenOf(foreseen, job, { format, bytes: bytes.byteLength }));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
    return { target, checks: all(checks), ...found };
  };
}

/** A check has refused, which is all that there is to say. */
class Stopped extends Error {}

const all = (checks: ReadonlyMap<CheckName, Check>): Check[] =>
  CHECKS.map((check) => checks.get(check) ?? { check, verdict: "not reached" });

const refusedBy = (check: CheckName, { code, status, message }: HttpError): Check => ({
  check,
  verdict: "refused",
  code,
  status,
  reason: message,
});

type Pass = <T>(check: CheckName, work: () => T | Promise<T>) => Promise<T>;

interface Decided {
  readonly job: Job;
  /** Who set an option. */
  readonly originOf: (name: OptionName) => string;
}

/** As the handle decides, a check at a time. */
async function decideWith(
  pass: Pass,
  { target, headers }: Pick<Ask, "target" | "headers">,
  { access, job: settings, pathPrefix }: ExplainParts,
): Promise<Decided> {
  const { verify, check, grants } = access;
  const rest = check && capabilityIn(target, pathPrefix);
  if (check && rest !== undefined) {
    await pass("path", () => undefined);
    const grant = await pass("signature", () => check(rest));
    const wishes = await pass("options", () => wishesOf(settled(grant), grants));
    return { job: decideOn(wishes, headers, settings), originOf: () => "capability" };
  }
  const { signature, path } = await pass("path", () => readTarget(target, pathPrefix));
  await pass("signature", () => verify(signature, path));
  const job = await pass("options", () => decide(path, headers, settings));
  return { job, originOf: origins(path, settings.grammar) };
}

/** Throws HttpError where the pick lies between rungs, which is answered with a redirect. */
function settled(grant: Grant | Moved): Grant {
  if (!("path" in grant)) return grant;
  throw new HttpError("bad_capability", `expected a rung; the next one is at ${grant.path}`);
}

function decidedOf(job: Job, originOf: Decided["originOf"]): Partial<Explanation> {
  return {
    source: job.source,
    options: Object.entries(job.options).map(([name, value]) => ({
      name: (OPTIONS[name as OptionName] as AnyOption).names[0] ?? name,
      value,
      from: originOf(name as OptionName),
    })),
    accepted: job.accepted,
    key: job.key,
  };
}

/** Tells who set an option last: the URL itself, a preset of it, the default preset, or the client's hints. */
function origins(path: string, grammar: Grammar): (name: OptionName) => string {
  const silent = new Map(
    [...(grammar.presets?.keys() ?? [])].map((preset): [string, string[]] => [preset, []]),
  );
  const own = parsePath(path, { ...grammar, presets: silent }).options;
  const presets = [...presetsOf(path, grammar).reverse(), "default"];
  return (name) => {
    if (name in own && !(grammar.defaults && name in grammar.defaults)) return "URL";
    const sets = (preset: string): boolean =>
      grammar.presets?.get(preset)?.some((segment) => name in read(segment, grammar)) ?? false;
    const preset = presets.find(sets);
    return preset === undefined ? "client hints" : `preset ${preset}`;
  };
}

/** Presets that a path names, in their order. */
function presetsOf(path: string, { separator = ":", onlyPresets = false }: Grammar): string[] {
  const options = cutPath(path, { separator, onlyPresets }).options.map((option) => option.split(separator));
  if (onlyPresets) return options[0] ?? [];
  const names: readonly string[] = OPTIONS.preset.names;
  return options.flatMap(([name = "", ...presets]) => (names.includes(name) ? presets : []));
}

function read(segment: string, grammar: Grammar): Options {
  const { defaults: _defaults, presets = new Map<string, string[]>(), ...rest } = grammar;
  const quiet = new Map([...presets].filter(([name]) => name !== "default"));
  return parsePath(`${segment}/plain/x`, {
    ...rest,
    onlyPresets: false,
    presets: quiet,
    allowed: new Set(),
    bypass: true,
  }).options;
}

interface Given {
  readonly format: string;
  readonly bytes: number;
}

function foreseenOf(
  { scanned, format, plan, bytes, frames }: Foreseen,
  job: Job,
  given: Given,
): Partial<Explanation> {
  return {
    original: {
      ...given,
      ...(scanned.size && { width: scanned.size.width, height: scanned.size.height }),
      frames: scanned.frames,
      ...(scanned.orientation !== undefined && { orientation: scanned.orientation }),
      ...(frames !== undefined && { framesPlayed: frames }),
    },
    format: { chosen: format ?? given.format, why: reasonFor(format, job, given.format) },
    ...(plan && { plan }),
    memoryBytes: bytes,
  };
}

function reasonFor(format: string | undefined, { options, accepted, enforced }: Job, own: string): string {
  if (format === undefined) return "the original is passed on as it is";
  if ((enforced as readonly string[]).includes(format))
    return "the client accepts it, and the server insists on it";
  if (options.format === format) return "the URL names it";
  if ((accepted as readonly string[]).includes(format))
    return "the client accepts it, and the server offers it";
  return format === own ? "the original is of it" : "it is the first preferred format that suits the picture";
}
