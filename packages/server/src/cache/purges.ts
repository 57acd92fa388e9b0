import { randomUUID } from "node:crypto";
import { within } from "./patience.ts";
import type { Scope } from "../scope.ts";
import { BOARD_DAYS, covers, type Purge, type PurgeBoard } from "./purge.ts";
import type { Head } from "./store.ts";

export interface PurgesSettings {
  /** This process, unlike any other. */
  readonly by: string;
  /** Where other processes are told, and tell. */
  readonly boards: readonly PurgeBoard[];
  /** Hears of purges that others have ordered. */
  readonly onHeard: (purge: Purge) => void;
  /** Hears of a board that cannot be read or written. */
  readonly onFault: (error: unknown) => void;
  /** Between two looks at the boards. */
  readonly everyMs: number;
}

/** How long a board may take. */
const BOARD_MS = 3000;
const DAY = 86_400_000;
/** By how much clocks and clouds may be late. */
const OVERLAP = 60_000;
/** Purges that are remembered of one kind. What has been forgotten was swept away long before. */
const MOST = 100_000;

type Kind = Scope["kind"];
const valueOf = (scope: Scope): string => (scope.kind === "all" ? "" : scope.value);

/** What has been ordered to be forgotten, here and elsewhere; the latest order of each scope counts. */
export class Purges {
  readonly #settings: PurgesSettings;
  readonly #latest: Readonly<Record<Kind, Map<string, Purge>>> = {
    all: new Map(),
    source: new Map(),
    prefix: new Map(),
    tag: new Map(),
  };
  readonly #heard = new Map<string, number>();
  #since = Date.now() - BOARD_DAYS * DAY;
  #timer: NodeJS.Timeout | undefined;
  #generation = 0;

  constructor(settings: PurgesSettings) {
    this.#settings = settings;
  }

  /** Grows with each purge: work that began under a lower one may have begun too early. */
  get generation(): number {
    return this.#generation;
  }

  /** Reads the boards, and goes on doing so. Resolves after the first time, whether it went well or not. */
  async start(): Promise<void> {
    if (this.#settings.boards.length === 0) return;
    await this.#read();
    const again = (): void => {
      this.#timer = setTimeout(() => void this.#read().finally(again), this.#settings.everyMs).unref();
    };
    again();
  }

  /** Puts an order into force here, and then tells others; `told` resolves to whether all boards took it. */
  order(scope: Scope): { readonly purge: Purge; readonly told: Promise<boolean> } {
    const { by, boards, onFault } = this.#settings;
    const purge: Purge = { id: randomUUID(), at: Date.now(), by, scope };
    this.#heard.set(purge.id, purge.at);
    this.#remember(purge);
    const posts = boards.map(async (board) => {
      try {
        await within(BOARD_MS, () => board.post(purge));
        return true;
      } catch (error) {
        onFault(error);
        return false;
      }
    });
    return { purge, told: Promise.all(posts).then((posted) => posted.every(Boolean)) };
  }

  /** Whether what is kept must not be served. */
  covers(head: Head): boolean {
    const { all, source, tag, prefix } = this.#latest;
    const named = [all.get(""), source.get(head.source), ...head.tags.map((each) => tag.get(each))];
    if (named.some((purge) => purge && covers(purge, head))) return true;
    for (const purge of prefix.values()) if (covers(purge, head)) return true;
    return head.askedAt < Date.now() - BOARD_DAYS * DAY;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#settings.boards.map((board) => board.close()));
  }

  async #read(): Promise<void> {
    const startedAt = Date.now();
    const { boards, onFault, onHeard } = this.#settings;
    const outcomes = await Promise.allSettled(
      boards.map((board) => within(BOARD_MS, () => board.read(this.#since))),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") onFault(outcome.reason);
      else
        for (const purge of outcome.value) {
          if (this.#heard.has(purge.id)) continue;
          this.#heard.set(purge.id, purge.at);
          this.#remember(purge);
          onHeard(purge);
        }
    }
    // What a board that failed has to say is asked for again.
    if (outcomes.some(({ status }) => status === "rejected")) return;
    this.#since = startedAt - OVERLAP;
    for (const [id, at] of this.#heard) if (at < this.#since - OVERLAP) this.#heard.delete(id);
  }

  #remember(purge: Purge): void {
    this.#generation += 1;
    const { scope } = purge;
    const known = this.#latest[scope.kind];
    const value = valueOf(scope);
    if ((known.get(value)?.at ?? -Infinity) > purge.at) return;
    known.delete(value);
    known.set(value, purge);
    if (known.size > MOST) known.delete(known.keys().next().value ?? "");
  }
}
