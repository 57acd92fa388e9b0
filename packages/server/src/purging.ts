import type { Caches } from "./caches.ts";
import type { Edge } from "./edge/edge.ts";
import type { Log } from "./observe/log.ts";
import type { PurgeReport } from "./operator/report.ts";
import type { Scope } from "./scope.ts";

export interface PurgingParts {
  readonly caches: Pick<Caches, "purges" | "renditions" | "originals" | "hearingMs">;
  readonly edges: readonly Edge[];
  /** From a source as URLs name it to the one that is asked. */
  readonly resolve: (source: string) => string;
  /** Has sources forget what they could not give. */
  readonly forgetFailures: () => void;
  readonly log: Log;
}

/** After so long an operator is answered, though the sweep of a large store goes on behind it. */
const PATIENCE_MS = 4000;
const MARGIN_MS = 500;

/**
 * Makes the function that has something forgotten everywhere. It is in force at once: nothing that was kept before is served
 * any more, here now and on other replicas within a few seconds, however long it takes to sweep it out of the stores.
 */
export function createPurge(parts: PurgingParts): (scope: Scope) => Promise<PurgeReport> {
  const { caches, edges, resolve, forgetFailures, log } = parts;
  return async (given) => {
    const scope = resolved(given, resolve);
    const { purge, told } = caches.purges.order(scope);
    forgetFailures();
    const tally = new Map<string, number>();
    const sweeps = [caches.renditions, caches.originals].map((cache) =>
      cache.sweep(purge, { isOurs: () => true, tally }),
    );
    const swept = outcomesOf([...sweeps, told.then(must)]);
    const [complete, heard] = await Promise.all([
      Promise.race([swept, after(PATIENCE_MS)]),
      told.then(() => tellEdges(edges, scope, caches.hearingMs)),
    ]);
    const tiers = Object.fromEntries(tally);
    const { originals: _originals, ...pictures } = tiers;
    const report = { removed: Math.max(0, ...Object.values(pictures)), tiers, complete, edges: heard };
    log.info("Purged", { ...scope, ...report });
    return report;
  };
}

/** Both spellings of a source are meant by either. */
function resolved(scope: Scope, resolve: (source: string) => string): Scope {
  return scope.kind === "source" ? { kind: "source", value: resolve(scope.value) } : scope;
}

function must(isTold: boolean): void {
  if (!isTold) throw new Error("expected other replicas to be told");
}

const outcomesOf = async (works: readonly Promise<unknown>[]): Promise<boolean> =>
  (await Promise.allSettled(works)).every(({ status }) => status === "fulfilled");

const after = (milliseconds: number): Promise<false> =>
  new Promise((resolve) => setTimeout(() => resolve(false), milliseconds).unref());

/** A CDN that is told before all replicas are would ask one that has not heard, and keep the old picture for long. */
async function tellEdges(
  edges: readonly Edge[],
  scope: Scope,
  hearingMs: number,
): Promise<Record<string, string>> {
  if (edges.length > 0 && hearingMs > 0) await after(hearingMs + MARGIN_MS);
  const told = edges.map(async (edge): Promise<[string, string]> => {
    try {
      await edge.purge(scope, AbortSignal.timeout(PATIENCE_MS));
      return [edge.name, "told"];
    } catch (error) {
      return [edge.name, error instanceof Error ? error.message : String(error)];
    }
  });
  return Object.fromEntries(await Promise.all(told));
}
