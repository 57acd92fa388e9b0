import type { Scope } from "../scope.ts";

/** What came of a purge of one scope. */
export interface PurgeReport {
  /** Pictures that were dropped: as many as the tier had that had the most. What other replicas drop is not in it. */
  readonly removed: number;
  /** What each tier had, such as `memory` and `disk`; `originals` are counted apart. */
  readonly tiers: Readonly<Record<string, number>>;
  /** False where a tier or a replica could not be told, so that something may still be served. */
  readonly complete: boolean;
  /** By CDN: `told`, or a sentence that says what went wrong. */
  readonly edges: Readonly<Record<string, string>>;
}

/** A scope and what came of it. */
export interface Purged extends PurgeReport {
  readonly scope: Scope;
}

/** What `DELETE /cache` answers. */
export interface PurgeAnswer {
  readonly purged: readonly Purged[];
  /** The sum over all scopes. */
  readonly removed: number;
}
