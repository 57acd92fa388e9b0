import { readFileSync } from "node:fs";
import { check, type Finding } from "./checks.ts";
import { configOf } from "./config.ts";
import { shortage, type Surroundings } from "./derive.ts";
import { gather, type Gathered, type Inputs } from "./gather.ts";
import { ROWS } from "./names.ts";
import { nameOf, type Origin } from "./origin.ts";
import { readValues } from "./read.ts";
import type { Config } from "./settings.ts";
import { warnOfStrangers } from "./strangers.ts";

/** A configuration that the server cannot start with: every complaint, one on a line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(complaints.join("\n"));
    this.complaints = complaints;
  }
}

/** A configuration, where its values came from (by path of the setting), and what a log should say of it. */
export interface Loaded {
  readonly config: Config;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly warnings: readonly string[];
  /** What stands in the file of variables and is no setting: the clouds' libraries read variables of their own. */
  readonly others: Readonly<Record<string, string>>;
}

export interface LoadInputs extends Inputs {
  /** CPUs that the machine or its cgroup grants; 1 where left out. */
  readonly cpus?: number;
  /** Bytes that the machine or its cgroup grants; 0 or left out where it is not known. */
  readonly memoryBytes?: number;
  /** Where the user's programs keep what they can make again; empty or left out where there is no such place. */
  readonly cacheFolder?: string;
}

/** Reads every setting from flags, environment and the file of variables. Throws ConfigError. */
export function loadConfig({ cpus = 1, memoryBytes = 0, cacheFolder = "", ...inputs }: LoadInputs): Loaded {
  const gathered = gather(inputs);
  const read = readValues(gathered);
  const port = portOf(gathered);
  const config = withPresetFile(
    configOf(read.values, surroundings(gathered, { cpus, memoryBytes, cacheFolder })),
  );
  const findings = check(config, read.failed);
  const complaints = [
    ...gathered.complaints,
    ...read.complaints,
    ...(port === undefined || isPort(port)
      ? []
      : [`PORT: expected an integer from 0 to 65535, got ${quote(port)}`]),
    ...findings.filter(({ fatal }) => fatal).map((finding) => say(finding, gathered)),
  ];
  if (complaints.length > 0) throw new ConfigError(complaints);
  const short = shortage(config, memoryBytes);
  const warnings = [
    ...findings.map((finding) => say(finding, gathered)),
    ...(short === undefined ? [] : [short]),
  ];
  return {
    config,
    origins: originsOf(gathered),
    others: othersOf(gathered),
    warnings: [...read.warnings, ...warnings, ...warnOfStrangers(gathered.variables)],
  };
}

const quote = (text: string): string => JSON.stringify(text);
const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65535;

/** PORT, which platforms set, counts where nobody said where to listen. */
function portOf({ texts, variables }: Gathered): string | undefined {
  const port = variables.get("PORT")?.text.trim();
  return texts.has("http.bind") || port === "" ? undefined : port;
}

function surroundings(
  gathered: Gathered,
  machine: Pick<Surroundings, "cpus" | "memoryBytes" | "cacheFolder">,
): Surroundings {
  const port = portOf(gathered);
  return {
    ...machine,
    port: port !== undefined && isPort(port) ? port : undefined,
    awsRegion: gathered.variables.get("AWS_REGION")?.text.trim(),
    lambda: Boolean(gathered.variables.get("AWS_LAMBDA_FUNCTION_NAME")?.text),
  };
}

/** Adds the lines of the file of presets, which so go before presets of the same name in the setting. */
function withPresetFile(config: Config): Config {
  const { url } = config;
  if (url.presetsPath === "") return config;
  const lines = readFileSync(url.presetsPath, "utf8").split(/\r?\n/);
  return { ...config, url: { ...url, presets: [...url.presets, ...lines] } };
}

function say({ path, text }: Finding, { texts }: Gathered): string {
  const row = ROWS.find((candidate) => candidate.path === path);
  return `${row ? nameOf(row, texts.get(path)?.origin) : path}: ${text}`;
}

const othersOf = ({ variables }: Gathered): Loaded["others"] =>
  Object.fromEntries(
    [...variables]
      .filter(([name, { origin }]) => origin.place === "file" && !/^(?:IMGPROXY|TINTYPE)_/.test(name))
      .map(([name, { text }]) => [name, text]),
  );

function originsOf(gathered: Gathered): ReadonlyMap<string, Origin> {
  const { texts, variables } = gathered;
  const port = portOf(gathered) === undefined ? undefined : variables.get("PORT");
  return new Map(
    ROWS.map(({ path }): [string, Origin] => {
      const given = texts.get(path) ?? (path === "http.bind" ? port : undefined);
      return [path, given?.origin ?? { place: "default" }];
    }),
  );
}
