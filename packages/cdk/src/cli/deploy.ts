import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isCalled, readOutputs } from "./aws.ts";
import { readAssembly, type Assembly } from "./assembly.ts";
import { runAmazonCli, runApp, type CliSettings, type ConfigFile } from "./children.ts";
import { UsageError, type Command } from "./command.ts";
import { CONFIG_FILE, writeMergedConfig } from "./deploy-config.ts";
import { parseFlags, type Flags, type Parsed } from "./flags.ts";
import { templateLines } from "./templates.ts";

const FLAGS: Flags = {
  config: "value",
  set: "values",
  yes: "switch",
  "synth-only": "switch",
  out: "value",
  template: "value",
};

/** The stack that CDK's own bootstrap leaves in an account and region. */
const BOOTSTRAP_STACK = "CDKToolkit";

/** What the command has of its process. */
export interface DeployParts {
  readonly cli: CliSettings;
}

/** Makes the command `deploy`. */
export function createDeploy({ cli }: Partial<DeployParts> = {}): Command {
  return {
    usage: `deploy [--config ${CONFIG_FILE}] [--set name=value ...] [--yes] [-- flags of cdk ...]`,
    summary: "Puts the stack of a file on AWS, or brings it up to date, with CDK's own command line.",
    details: () =>
      [
        `--config      what is to be deployed; ${CONFIG_FILE} here by default, and without one, what --set says`,
        "--set         says one thing more, or otherwise: --set exposure=alb --set cdn.verify=true --set 'buckets=[\"photos\"]'",
        "--yes         asks nothing, as in a pipeline",
        "--synth-only  makes the template and deploys nothing; --out says into which folder",
        "--template    prints how to deploy a published template without Node: --template cloudfront-vpc",
        "",
        "In an account and region where CDK was never used, its bootstrap is made first. What stands behind -- is handed to cdk.",
      ].join("\n"),
    run: async ({ args, out }) => {
      const cut = args.indexOf("--");
      const flags = parseFlags(cut === -1 ? args : args.slice(0, cut), FLAGS);
      const forCli = cut === -1 ? [] : args.slice(cut + 1);
      if (flags.positionals[0] !== undefined)
        throw new UsageError(
          `expected flags only, got ${JSON.stringify(flags.positionals[0])}: flags of cdk stand behind --`,
        );
      const template = flags.get("template");
      if (template !== undefined) {
        for (const line of templateLines(template)) out(line);
        return 0;
      }
      const folder = mkdtempSync(join(tmpdir(), "tintype-cdk-"));
      try {
        const assembly = resolve(flags.get("out") ?? join(folder, "cdk.out"));
        const code = await runApp(assembly, configOf(flags, folder));
        if (code !== 0) return code;
        const made = readAssembly(assembly);
        if (flags.has("synth-only")) {
          out(`${made.stack}: ${flags.has("out") ? made.template : "it can be made"}`);
          return 0;
        }
        return await deployAssembly(made, { asks: !flags.has("yes"), forCli, cli, out });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The file that the app reads: the one that is there, or one that holds what flags say as well. */
function configOf(flags: Parsed, folder: string): ConfigFile {
  const named = flags.get("config");
  const changes = flags.all.get("set") ?? [];
  const name = named ?? CONFIG_FILE;
  const path = resolve(name);
  if (existsSync(path) && changes.length === 0) return { path, name };
  if (named !== undefined && !existsSync(path))
    throw new Error(`expected a file that says what to deploy at ${named}, got none`);
  if (!existsSync(path) && changes.length === 0)
    throw new Error(
      `expected ${CONFIG_FILE} here, or --config, or --set, got none of them: a file with {} deploys the defaults`,
    );
  const merged = writeMergedConfig(path, changes, join(folder, CONFIG_FILE));
  return { path: merged, name: existsSync(path) ? `${name} with --set` : "--set" };
}

interface Deploying {
  /** Whether CDK's command line may ask before it widens rights. */
  readonly asks: boolean;
  readonly forCli: readonly string[];
  readonly cli: CliSettings | undefined;
  readonly out: (line: string) => void;
}

/** Has CDK's command line deploy what was made, its bootstrap first where there is none. Resolves to the exit code. */
export async function deployAssembly(made: Assembly, { asks, forCli, cli, out }: Deploying): Promise<number> {
  if (made.needsBootstrap && !(await isBootstrapped(made.region))) {
    out("CDK was never used in this account and region: its bootstrap is made first.");
    const code = await runAmazonCli(["bootstrap", "--app", made.folder, ...forCli], cli);
    if (code !== 0) return code;
  }
  const approval = asks ? [] : ["--require-approval", "never"];
  const code = await runAmazonCli(["deploy", made.stack, "--app", made.folder, ...approval, ...forCli], cli);
  if (code !== 0) return code;
  const stack = made.stack === "images" ? "" : ` --stack ${made.stack}`;
  out("");
  out("Next:");
  if (made.outputs.has("KeyValueStoreArn"))
    out(`  tintype-cdk rotate-key --sync${stack}   (the edge gets its keys)`);
  out(`  tintype-cdk smoke --stack ${made.stack} --source s3://bucket/picture.jpg`);
  return 0;
}

async function isBootstrapped(region: string | undefined): Promise<boolean> {
  try {
    await readOutputs(BOOTSTRAP_STACK, region);
    return true;
  } catch (error) {
    if (isCalled(error, "ValidationError")) return false;
    throw error;
  }
}

export const deploy: Command = createDeploy();
