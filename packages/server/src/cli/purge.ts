import { parseArgs } from "node:util";
import type { PurgeAnswer, Purged } from "../operator/report.ts";
import type { Scope } from "../scope.ts";
import { UsageError, type Command } from "./command.ts";
import { none, parseFlags, type Flags } from "./flags.ts";
import {
  askOperator,
  OPERATOR_DETAILS,
  OPERATOR_FLAGS,
  operatorOf,
  printable,
  type FindOperator,
} from "./operator.ts";

const KINDS = ["source", "prefix", "tag"] as const;

const FLAGS: Flags = new Map([
  ...KINDS.map((kind): [string, boolean] => [kind, false]),
  ["all", true],
  ...OPERATOR_FLAGS,
]);

/** A request's target is kept shorter than this, unless one value alone is longer: servers take no target of any length. */
const MOST_QUERY = 6000;

/** What to ask for, from a command line that `parseFlags` has found sound. Throws UsageError. */
function readQueries(args: readonly string[], all: string | undefined): readonly string[] {
  if (all !== undefined && all !== "true")
    throw new UsageError(`expected --all without a value, got ${JSON.stringify(all)}`);
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...(Object.fromEntries(KINDS.map((kind) => [kind, { type: "string", multiple: true }])) as Record<
        (typeof KINDS)[number],
        { type: "string"; multiple: true }
      >),
      all: { type: "boolean" },
      ...Object.fromEntries([...OPERATOR_FLAGS.keys()].map((name) => [name, { type: "string" as const }])),
    },
    strict: false,
  });
  const given = [
    ...KINDS.filter((kind) => values[kind] !== undefined),
    ...(all === undefined ? [] : ["all" as const]),
  ];
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    throw new UsageError(
      `expected one of --source, --prefix, --tag and --all, got ${given.map((name) => `--${name}`).join(" and ") || "none"}`,
    );
  return kind === "all" ? ["all=true"] : batched(kind, (values[kind] ?? []).map(String));
}

function batched(kind: (typeof KINDS)[number], values: readonly string[]): readonly string[] {
  const queries: string[] = [];
  for (const value of values) {
    if (value === "") throw new UsageError(`expected a value behind --${kind}, got nothing`);
    const part = `${kind}=${encodeURIComponent(value)}`;
    const last = queries.at(-1);
    const fits = last !== undefined && last.length + part.length < MOST_QUERY;
    if (fits) queries[queries.length - 1] = `${last}&${part}`;
    else queries.push(part);
  }
  return queries;
}

const nameOf = (scope: Scope): string =>
  scope.kind === "all" ? "everything" : `${scope.kind} ${printable(scope.value)}`;

function linesOf({ scope, removed, tiers, complete, edges }: Purged): readonly string[] {
  const counts = Object.entries(tiers).map(([tier, count]) => `${tier} ${count}`);
  return [
    `${nameOf(scope)}: ${removed} removed${counts.length > 0 ? ` (${counts.join(", ")})` : ""}`,
    ...(complete ? [] : ["  not everywhere: a part of the cache could not be reached"]),
    ...Object.entries(edges).map(([edge, said]) => `  ${edge}: ${printable(said)}`),
  ];
}

const isDone = ({ complete, edges }: Purged): boolean =>
  complete && Object.values(edges).every((said) => said === "told");

/** `find` says where the operator's listener is and what its token is, where flags do not. */
export const purge = (find: FindOperator): Command => ({
  usage:
    "purge (--source URL ... | --prefix TEXT ... | --tag TAG ... | --all) [--server URL] [--token TOKEN]",
  summary:
    "Makes a running server forget the pictures made of a source, of many, or all, and its CDNs as well.",
  details: () =>
    [
      "Prints what was removed from which part of the cache; the exit code is 1 where something could not be reached.",
      "--source, --prefix and --tag may be given several times; a prefix is one of sources, such as s3://pictures/2024/.",
      OPERATOR_DETAILS,
    ].join("\n"),
  run: async ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, FLAGS);
    none(positionals);
    const queries = readQueries(args, flags.get("all"));
    const operator = operatorOf(flags, find);
    const purged: Purged[] = [];
    for (const query of queries) {
      const answer = await askOperator(operator, `/cache?${query}`, { method: "DELETE" });
      const { purged: some } = answer as Partial<PurgeAnswer>;
      if (!some) throw new Error(`expected a report of a purge, got another answer from ${operator.server}`);
      for (const line of some.flatMap(linesOf)) out(line);
      purged.push(...some);
    }
    if (purged.length > 1) out(`${purged.reduce((sum, { removed }) => sum + removed, 0)} removed in all`);
    return purged.every(isDone) ? 0 : 1;
  },
});
