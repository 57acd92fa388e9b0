import { setTimeout as sleep } from "node:timers/promises";
import type { Lock } from "./lock.ts";
import type { Patience } from "./patience.ts";
import type { Entry } from "./store.ts";

export interface TurnsSettings {
  readonly lock: Lock;
  readonly patience: Patience;
  /** How long a picture may take, and so how long the others wait for it. */
  readonly milliseconds: number;
}

/** It is this replica's turn, or another's result is there. */
export type Turn = { readonly entry: Entry } | { readonly release: () => Promise<void> };

const FIRST_WAIT = 25;
const LONGEST_WAIT = 250;
const ALONE: Turn = { release: () => Promise.resolve() };

/** Of several replicas one works and the others wait for what it keeps; whatever goes wrong, each works for itself. */
export class Turns {
  readonly #settings: TurnsSettings;

  constructor(settings: TurnsSettings) {
    this.#settings = settings;
  }

  /** `look` finds what another replica has kept meanwhile. Rejects only where the signal aborts. */
  async take(key: string, look: () => Promise<Entry | undefined>, signal: AbortSignal): Promise<Turn> {
    const { lock, patience, milliseconds } = this.#settings;
    const endsAt = performance.now() + milliseconds;
    for (let wait = FIRST_WAIT; performance.now() < endsAt; wait = Math.min(LONGEST_WAIT, wait * 2)) {
      const outcome = await patience.wait(() => lock.take(key, milliseconds));
      if (outcome === undefined) return ALONE;
      const release = outcome.value;
      // Between our look and our turn another may have finished.
      const entry = await look();
      if (entry) {
        void release?.();
        return { entry };
      }
      if (release) return { release };
      await sleep(wait, undefined, { signal });
    }
    return ALONE;
  }
}
