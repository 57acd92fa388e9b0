import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { readOutputs, type StackOutputs } from "./aws.ts";
import { UsageError, type Command } from "./command.ts";
import { numberOf, parseFlags, type Flags, type Parsed } from "./flags.ts";
import { pairsOf, readRing, type Pair } from "./key-ring.ts";
import { purgeByTag, utilisationOf } from "./smoke/amazon.ts";
import { PACE, type Pace, type Setting } from "./smoke/check.ts";
import { CHECKS } from "./smoke/checks.ts";
import { Place } from "./smoke/place.ts";
import { lineOf, runChecks, summaryOf } from "./smoke/report.ts";

const FLAGS: Flags = {
  stack: "value",
  source: "value",
  options: "value",
  formats: "value",
  key: "value",
  salt: "value",
  unsigned: "switch",
  direct: "value",
  purge: "value",
  timeout: "value",
  strict: "switch",
  json: "switch",
};

/** What the command has of its process. */
export interface SmokeParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pace: Pace;
}

const urlOf = (given: string, what: string): string => {
  if (/^https?:\/\/[^\s?#]+$/.test(given) && URL.canParse(given)) return given;
  throw new UsageError(`expected an http(s) URL ${what}, got ${JSON.stringify(given)}`);
};

/** The pair that signs: of files, of the environment, or of the stack's secret, in this order. Undefined with `--unsigned`. */
async function pairOf(
  flags: Parsed,
  env: SmokeParts["env"],
  outputs: StackOutputs | undefined,
): Promise<Pair | undefined> {
  if (flags.has("unsigned")) return undefined;
  const [key, salt] = [flags.get("key"), flags.get("salt")];
  if ((key === undefined) !== (salt === undefined))
    throw new UsageError("expected --key and --salt together, each the name of a file, got one of them");
  if (key !== undefined && salt !== undefined)
    return first(pairsOf(readFileSync(key, "utf8"), readFileSync(salt, "utf8"), "the files"), "the files");
  const { IMGPROXY_KEY = "", IMGPROXY_SALT = "" } = env;
  if (IMGPROXY_KEY !== "" || IMGPROXY_SALT !== "")
    return first(pairsOf(IMGPROXY_KEY, IMGPROXY_SALT, "IMGPROXY_KEY and IMGPROXY_SALT"), "IMGPROXY_KEY");
  const secret = outputs?.get("SecretArn");
  if (secret === undefined)
    throw new UsageError(
      "expected keys, got none: give --stack, or --key and --salt (files), or set IMGPROXY_KEY and IMGPROXY_SALT; --unsigned where the deployment has none",
    );
  const { SecretsManagerClient, GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const { SecretString = "" } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: secret }),
  );
  return readRing(SecretString).pairs[0];
}

function first(pairs: readonly Pair[], where: string): Pair {
  const [pair] = pairs;
  if (pair === undefined) throw new UsageError(`expected a pair of key and salt in ${where}, got none`);
  return pair;
}

/** A purge by somebody else: a shell's command in which `{tag}` stands for the tag. */
const purgeBy =
  (command: string) =>
  async (tag: string): Promise<void> => {
    await promisify(execFile)("sh", ["-c", command.replaceAll("{tag}", tag)], { timeout: 60_000 });
  };

/** Who is asked past the CDN, by both schemes where only a name is known. */
function directOf(flags: Parsed, outputs: StackOutputs | undefined): readonly string[] | undefined {
  const given = flags.get("direct");
  if (given !== undefined) return [new URL(urlOf(given, "behind --direct")).origin];
  const name = outputs?.get("LoadBalancerDns");
  return name === undefined ? undefined : [`http://${name}`, `https://${name}`];
}

function formatsOf(flags: Parsed): readonly string[] {
  const given = flags.get("formats") ?? "avif,webp";
  const formats = given === "none" ? [] : given.split(",");
  if (formats.every((format) => format === "avif" || format === "webp")) return formats;
  throw new UsageError(`expected avif, webp, both with a comma, or none behind --formats, got ${given}`);
}

/** Makes the command `smoke`. */
export function createSmoke({ env = process.env, pace = PACE }: Partial<SmokeParts> = {}): Command {
  return {
    usage: "smoke [url] --source URL [--stack images] [--key file --salt file] [--json]",
    summary: "Looks at a deployment from outside: types, cache, signatures, back doors.",
    details: () =>
      [
        "--source    an original that the server may fetch, as URLs name it: s3://bucket/cat.jpg",
        "--stack     takes URL, keys, load balancer and purges from a stack of CloudFormation's",
        "--key, --salt  files with hex; else IMGPROXY_KEY and IMGPROXY_SALT; else the stack's secret. --unsigned: none",
        "--formats   what the deployment chooses by Accept: avif,webp (or one of them, or none)",
        "--options   what is asked for, rs:fit:160:160 by default",
        "--direct    the load balancer's URL, which should not answer",
        "--purge     a shell's command that purges the tag {tag}, where no CloudFront is in front",
        "--timeout   seconds for an answer, 30 by default",
        "--strict    what cannot be looked at has failed",
        "",
        "One line for each check. The exit code is 1 where one failed. It makes some ten small pictures.",
      ].join("\n"),
    run: async ({ args, out, err }) => {
      const flags = parseFlags(args, FLAGS);
      const [named, ...rest] = flags.positionals;
      if (rest.length > 0) throw new UsageError(`expected one URL, got ${flags.positionals.join(" and ")}`);
      const source = flags.get("source");
      if (source === undefined || !/^[a-z][a-z\d+.-]*:\/\/./i.test(source))
        throw new UsageError(
          `expected the URL of an original behind --source, got ${source === undefined ? "nothing" : JSON.stringify(source)}`,
        );
      const formats = formatsOf(flags);
      const patienceMs = numberOf(flags, "timeout", 30, [1, 300]) * 1000;
      const stack = flags.get("stack");
      if (named === undefined && stack === undefined)
        throw new UsageError("expected the URL of a deployment or --stack, got neither");
      const url = named === undefined ? undefined : urlOf(named, "of a deployment");
      const outputs = stack === undefined ? undefined : await readOutputs(stack);
      const distribution = outputs?.get("DistributionId");
      const command = flags.get("purge");
      const place = new Place({
        url: url ?? urlOf(outputs?.need("Url") ?? "", "in the stack's output Url"),
        pair: await pairOf(flags, env, outputs),
        source,
        options: flags.get("options") ?? "rs:fit:160:160",
        patienceMs,
      });
      const setting: Setting = {
        place,
        formats,
        direct: directOf(flags, outputs),
        directIsFront: outputs !== undefined && distribution === undefined && !flags.has("direct"),
        purge:
          command !== undefined
            ? purgeBy(command)
            : distribution === undefined
              ? undefined
              : await purgeByTag(distribution),
        utilisation: distribution === undefined ? undefined : await utilisationOf(distribution),
        pace,
      };
      try {
        const isJson = flags.has("json");
        const results = await runChecks(CHECKS, setting, (result) => {
          if (!isJson) out(lineOf(result));
        });
        if (isJson) out(JSON.stringify({ url: place.settings.url, results }, undefined, 2));
        (isJson ? err : out)(summaryOf(results));
        const bad = flags.has("strict") ? ["failed", "skipped"] : ["failed"];
        return results.some(({ outcome }) => bad.includes(outcome)) ? 1 : 0;
      } finally {
        place.close();
      }
    },
  };
}

export const smoke: Command = createSmoke();
