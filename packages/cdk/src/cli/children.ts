/** Other programs that deploying runs: the app that makes the template, and CDK's command line at its one version. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface CliSettings {
  /** The program that takes CDK's arguments, run by Node. */
  readonly entry: string;
}

/** A file that says what to deploy. */
export interface ConfigFile {
  readonly path: string;
  /** What it is called at the terminal. */
  readonly name: string;
}

/** Compiled, or as it is written where Node runs that. */
const APP = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../app.ts" : "../app.js", import.meta.url),
);
const OWN_PACKAGE = new URL("../../package.json", import.meta.url);

interface Package {
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const readPackage = (path: string | URL): Package => JSON.parse(readFileSync(path, "utf8")) as Package;

/**
 * Where CDK's command line lies. Throws a sentence at any version but the pinned one: the registry's `latest` is a stray build that
 * refuses what today's library makes.
 */
export function pinnedCli(): CliSettings {
  const pinned = readPackage(OWN_PACKAGE).dependencies?.["aws-cdk"] ?? "";
  const path = createRequire(import.meta.url).resolve("aws-cdk/package.json");
  const { version, bin } = readPackage(path);
  if (version !== pinned)
    throw new Error(`expected aws-cdk ${pinned}, got ${version}: run \`npm install aws-cdk@${pinned}\``);
  return { entry: join(dirname(path), bin?.["cdk"] ?? "") };
}

/** Makes the template in a folder; what is wrong stands on standard error. Resolves to the exit code. */
export function runApp(folder: string, { path, name }: ConfigFile): Promise<number> {
  const conditions = process.execArgv.filter((flag) => flag.startsWith("--conditions="));
  return run([...conditions, APP], {
    CDK_OUTDIR: folder,
    TINTYPE_CDK_CONFIG: path,
    TINTYPE_CDK_CONFIG_NAME: name,
  });
}

/** Runs CDK's command line in this terminal. Resolves to its exit code. */
export function runAmazonCli(args: readonly string[], { entry }: CliSettings = pinnedCli()): Promise<number> {
  return run([entry, ...args, "--no-notices"]);
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}
