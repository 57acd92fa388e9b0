import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { failCurrent } from "./current.ts";

/** Whether new requests are welcome; health routes read it. */
export interface Readiness {
  readonly draining: boolean;
  drain(): void;
}

/** A server that is going to leave says so before it stops listening. */
export function createReadiness(): Readiness {
  let draining = false;
  return {
    get draining() {
      return draining;
    },
    drain: () => {
      draining = true;
    },
  };
}

export type FaultOrigin = "uncaughtException" | "unhandledRejection" | "shutdown";

export interface Life {
  readonly doors: readonly {
    drain(): void;
    close(options: { readonly graceSeconds: number }): Promise<void>;
  }[];
  readonly readiness: Readiness;
  /** Seconds of further service after the signal, for load balancers to notice. */
  readonly lameDuckSeconds: number;
  /** Seconds for what is in flight to finish, once nobody listens any more. */
  readonly graceSeconds: number;
  readonly closeRenderers: () => Promise<void>;
  /** Ends the process, `process.exit` in earnest. */
  readonly exit: (code: number) => void;
  /** Counts and logs what nobody caught. */
  readonly report: (error: unknown, origin: FaultOrigin) => void;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** Renderers that are told to end and do not are the supervisor's to kill. */
const RENDERERS_MILLISECONDS = 5000;

/**
 * Serves until SIGTERM or SIGINT, then drains and exits with 0; a second signal exits at once with 128 and its number.
 * An uncaught exception or rejection fails its own request, then drains and exits with 1: its supervisor starts afresh.
 */
export function runUntilSignal(life: Life): void {
  let leaving: Promise<void> | undefined;
  const leave = (code: number): void => {
    leaving ??= drain(life).then((clean) => life.exit(clean ? code : 1));
  };
  let signals = 0;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) life.exit(128 + constants.signals[signal]);
      else leave(0);
    });
  }
  for (const origin of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(origin, (error: unknown) => {
      failCurrent(error);
      reportSafely(life, error, origin);
      leave(1);
    });
  }
}

/** Whether everything ended in order. */
async function drain(life: Life): Promise<boolean> {
  const { doors, graceSeconds } = life;
  life.readiness.drain();
  for (const door of doors) door.drain();
  await sleep(life.lameDuckSeconds * 1000);
  try {
    await Promise.all(doors.map((door) => door.close({ graceSeconds })));
    await inTime(life.closeRenderers());
    return true;
  } catch (error) {
    reportSafely(life, error, "shutdown");
    return false;
  }
}

async function inTime(ending: Promise<void>): Promise<void> {
  const done = new AbortController();
  const overdue = async (): Promise<never> => {
    await sleep(RENDERERS_MILLISECONDS, undefined, { signal: done.signal });
    throw new Error(`expected the renderers to end within ${RENDERERS_MILLISECONDS} ms`);
  };
  try {
    await Promise.race([ending, overdue()]);
  } finally {
    done.abort();
  }
}

function reportSafely(life: Life, error: unknown, origin: FaultOrigin): void {
  try {
    life.report(error, origin);
  } catch {
    // A reporter that throws inside the handler of uncaught exceptions would end the process before it has drained.
  }
}
