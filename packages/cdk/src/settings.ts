import { Token } from "aws-cdk-lib";
import { ConfigError, loadConfig, variables, type Config, type Variable } from "tintype/deploy";
import { DeploymentError } from "./problem.ts";

export type Settings = Readonly<Record<string, string>>;

/** What the server will find around it. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
}

const KEY = "TINTYPE_GUARD_KEYS";
const SALT = "TINTYPE_GUARD_SALTS";

/**
 * Secrets whose presence decides what else is right, as the server may read them where it is only asked whether it would
 * start. The secrets themselves are not known here.
 */
const STAND_INS: Settings = {
  [KEY]: "0".repeat(64),
  [SALT]: "0".repeat(64),
  TINTYPE_CAPABILITY_KEYS: `1:${"0".repeat(32)}`,
};

const byName: ReadonlyMap<string, Variable> = new Map(
  variables.flatMap((variable) => [
    [variable.name, variable],
    [variable.imgproxy ?? variable.name, variable],
  ]),
);

/** A setting under the name that the server's table has for it; undefined where there is none of that name. */
export const settingNamed = (name: string): Variable | undefined => byName.get(name);

/** What is given, and of the defaults what is not given under either name. */
export function withDefaults(given: Settings, defaults: Settings): Settings {
  const taken = new Set(Object.keys(given).map((name) => settingNamed(name)?.name));
  return {
    ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !taken.has(settingNamed(name)?.name))),
    ...given,
  };
}

/** What is wrong with where settings are given: secrets in clear, and what is no secret among the secrets. */
export function placeProblems(
  settings: Settings,
  secretNames: readonly string[],
  hasKeys: boolean,
): string[] {
  const inClear = Object.keys(settings).flatMap((name) => {
    const setting = settingNamed(name);
    if (!setting?.isSecret) return [];
    const instead =
      setting.name === KEY || setting.name === SALT
        ? 'leave it out, and "keys" makes or names the secret'
        : `put it into Secrets Manager and name it in "secretSettings"`;
    return [`settings.${name}: expected nothing secret in clear, got a value: ${instead}`];
  });
  const astray = secretNames.flatMap((name) => {
    const setting = settingNamed(name);
    if (!setting) return [`secretSettings.${name}: expected the name of a setting, which this is not`];
    if (hasKeys && (setting.name === KEY || setting.name === SALT))
      return [`secretSettings.${name}: expected the key pairs in "keys" alone, got them twice`];
    return [];
  });
  return [...inClear, ...astray];
}

/**
 * Reads settings with the server's own code, so that what it would not start with is no deployment. Values that are only
 * known to CloudFormation are left to the start. Throws DeploymentError with the server's sentences.
 */
export function readSettings(
  settings: Settings,
  { hasKeys, secretNames, machine }: { hasKeys: boolean; secretNames: readonly string[]; machine: Machine },
): Config {
  const secrets = [
    ...(hasKeys ? [KEY, SALT] : []),
    ...secretNames.map((name) => settingNamed(name)?.name ?? name),
  ];
  const env = {
    ...Object.fromEntries(Object.entries(settings).filter(([, value]) => !Token.isUnresolved(value))),
    ...Object.fromEntries(secrets.flatMap((name) => (STAND_INS[name] ? [[name, STAND_INS[name]]] : []))),
  };
  const { config, warnings } = load(env, machine);
  const strangers = warnings.filter((warning) =>
    Object.keys(settings).some((name) => warning.startsWith(`${name} `)),
  );
  if (strangers.length > 0) throw new DeploymentError(strangers.map((line) => `settings: ${line}`));
  return config;
}

function load(env: Settings, { cpus, memoryBytes }: Machine) {
  try {
    return loadConfig({ env, cpus, memoryBytes });
  } catch (error) {
    if (error instanceof ConfigError)
      throw new DeploymentError(error.complaints.map((line) => `settings: ${line}`));
    throw error;
  }
}
