import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { edgeTag, sourceTag } from "tintype/deploy";
import { FREE, PRICES } from "../cost/prices.ts";
import { EDGE_REGION, readOutputs } from "./aws.ts";
import { UsageError, type Command } from "./command.ts";
import { parseFlags, type Flags, type Parsed } from "./flags.ts";

const FLAGS: Flags = {
  tag: "values",
  source: "values",
  stack: "value",
  distribution: "value",
  everything: "switch",
  "no-wait": "switch",
};

const MOST_WAIT_MS = 15 * 60_000;

/** The items of an invalidation. Throws UsageError, also where everything is meant and was not said. */
export function itemsOf({
  positionals,
  all,
  has,
}: Pick<Parsed, "positionals" | "all" | "has">): readonly string[] {
  const paths = positionals.map((path) => {
    if (!path.startsWith("/"))
      throw new UsageError(`expected a path that begins with a slash, got ${JSON.stringify(path)}`);
    return path;
  });
  const items = [
    ...(all.get("tag") ?? []).map((tag) => `#${edgeTag(tag)}`),
    ...(all.get("source") ?? []).map((source) => `#${sourceTag(source)}`),
    ...paths,
    ...(has("everything") ? ["/*"] : []),
  ];
  if (items.length === 0)
    throw new UsageError("expected --tag, --source or paths, got nothing to invalidate");
  if (!has("everything") && paths.some((path) => /^\/\*+$/.test(path)))
    throw new UsageError(
      [
        "expected a tag, a source or a path, got everything. All browsers of the world would then ask your servers at once,",
        "for pictures that have not changed. Name what has: --source URL or --tag TAG. If everything really is to go, say",
        "--everything, at a quiet hour, and have the most wanted pictures made again with `tintype warm`.",
      ].join("\n"),
    );
  return [...new Set(items)];
}

/** What an invalidation is told to, and how it is known to have ended. */
export interface Invalidator {
  /** Resolves to the order's id. */
  begin(items: readonly string[]): Promise<string>;
  isDone(id: string): Promise<boolean>;
}

export async function invalidatorOf(distribution: string): Promise<Invalidator> {
  const { CloudFrontClient, CreateInvalidationCommand, GetInvalidationCommand } =
    await import("@aws-sdk/client-cloudfront");
  const client = new CloudFrontClient({ region: EDGE_REGION });
  return {
    begin: async (items) => {
      const batch = {
        CallerReference: `tintype-cdk-${randomUUID()}`,
        Paths: { Quantity: items.length, Items: [...items] },
      };
      const { Invalidation } = await client.send(
        new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch: batch }),
      );
      return Invalidation?.Id ?? "";
    },
    isDone: async (id) => {
      const { Invalidation } = await client.send(
        new GetInvalidationCommand({ DistributionId: distribution, Id: id }),
      );
      return Invalidation?.Status === "Completed";
    },
  };
}

/** Makes the command `invalidate`; `pollMs` lies between two looks. */
export const createInvalidate = ({ pollMs = 2000 }: { readonly pollMs?: number } = {}): Command => ({
  usage:
    "invalidate [--tag TAG ...] [--source URL ...] [path ...] [--stack images | --distribution ID] [--no-wait]",
  summary: "Makes CloudFront forget pictures: by tag, by their original, or by path.",
  details: () =>
    [
      "A source is the URL of the original as the server fetches it. Only CloudFront forgets; what the servers keep themselves is",
      "purged with `tintype purge`, which tells CloudFront as well where it may.",
      `${FREE.invalidations} paths and tags a month are free, each further one costs $${PRICES.edgeInvalidations.dollars}.`,
    ].join("\n"),
  run: async ({ args, out }) => {
    const flags = parseFlags(args, FLAGS);
    const items = itemsOf(flags);
    const named = flags.get("distribution");
    const distribution = named ?? (await readOutputs(flags.get("stack") ?? "images")).need("DistributionId");
    const invalidator = await invalidatorOf(distribution);
    const id = await invalidator.begin(items);
    out(`${id}: ${items.join(" ")}`);
    if (flags.has("no-wait")) return 0;
    const start = Date.now();
    let said = start;
    while (!(await invalidator.isDone(id))) {
      const now = Date.now();
      if (now - start > MOST_WAIT_MS)
        throw new Error(
          `expected the invalidation ${id} to end within 15 minutes, got none: it goes on all the same`,
        );
      if (now - said > 10_000) {
        out(`  still under way after ${Math.round((now - start) / 1000)} s`);
        said = now;
      }
      await sleep(pollMs);
    }
    out(`done after ${Math.round((Date.now() - start) / 1000)} s`);
    return 0;
  },
});

export const invalidate: Command = createInvalidate();
