/** What the app has made: CDK's cloud assembly, as far as deploying needs to know it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Assembly {
  readonly folder: string;
  readonly stack: string;
  /** The path of its template. */
  readonly template: string;
  readonly needsBootstrap: boolean;
  /** Where the file puts it; undefined where the settings of AWS's tools say. */
  readonly region: string | undefined;
  readonly outputs: ReadonlySet<string>;
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly environment?: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly requiresBootstrapStackVersion?: number;
  };
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8")) as unknown;

/** Reads the folder that the app has written. Throws a sentence where it is not of one stack. */
export function readAssembly(folder: string): Assembly {
  const manifest = readJson(join(folder, "manifest.json")) as { artifacts?: Record<string, Artifact> };
  const stacks = Object.entries(manifest.artifacts ?? {}).filter(
    ([, { type }]) => type === "aws:cloudformation:stack",
  );
  const [found] = stacks;
  if (found === undefined || stacks.length > 1)
    throw new Error(`expected one stack in ${folder}, got ${stacks.length}`);
  const [id, { environment = "", properties = {} }] = found;
  const region = environment.split("/").at(-1) ?? "";
  const template = join(folder, properties.templateFile ?? "");
  const { Outputs = {} } = readJson(template) as { Outputs?: Record<string, unknown> };
  return {
    folder,
    stack: properties.stackName ?? id,
    template,
    needsBootstrap: properties.requiresBootstrapStackVersion !== undefined,
    region: region === "" || region === "unknown-region" ? undefined : region,
    outputs: new Set(Object.keys(Outputs)),
  };
}
