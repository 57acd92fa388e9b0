import { concerns, parseScope, type Scope } from "../scope.ts";
import type { Head } from "./store.ts";

/** An order to forget what was kept until then. */
export interface Purge {
  /** Unlike any other's; letters, digits and hyphens. */
  readonly id: string;
  /** Milliseconds since 1970, on the clock of who gave it. */
  readonly at: number;
  /** The process that gave it. */
  readonly by: string;
  readonly scope: Scope;
}

/** By how much the clocks of two servers may differ; what another kept so shortly after a purge is forgotten as well. */
const CLOCK_MILLISECONDS = 1000;

/** Whether an entry may not be served any more. */
export function covers(
  { at, by, scope }: Purge,
  head: Pick<Head, "source" | "tags" | "askedAt" | "by">,
): boolean {
  const until = head.by === by ? at : at + CLOCK_MILLISECONDS;
  return head.askedAt <= until && concerns(scope, head);
}

/** Where replicas tell each other of purges. Everything may reject; the caller tries again. */
export interface PurgeBoard {
  /** Resolves when every reader can see it. */
  post(purge: Purge): Promise<void>;
  /** Those posted at or after a moment, which may be long ago; what cannot be read as a purge is skipped. */
  read(since: number): Promise<readonly Purge[]>;
  close(): Promise<void>;
}

/** A board keeps purges for so long, and no entry is served that was asked for earlier. */
export const BOARD_DAYS = 35;

const ID = /^[\w-]{1,64}$/;

/** Reads what was written of a purge; undefined for anything else. */
export function parsePurge(text: string): Purge | undefined {
  try {
    const { id, at, by, scope } = JSON.parse(text) as Partial<Record<keyof Purge, unknown>>;
    const read = parseScope(scope);
    const isWhole =
      typeof id === "string" && ID.test(id) && typeof by === "string" && Number.isSafeInteger(at);
    return isWhole && read ? { id, at: at as number, by, scope: read } : undefined;
  } catch {
    return undefined;
  }
}
