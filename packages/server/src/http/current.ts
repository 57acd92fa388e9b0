import { AsyncLocalStorage } from "node:async_hooks";

/** How to fail the request in whose course the running code was started. */
interface Current {
  fail: ((error: unknown) => void) | undefined;
}

const CURRENT = new AsyncLocalStorage<Current>();

/** Runs a handler so that `failCurrent` finds the way back to its request; the promise rejects when that is called. */
export async function asCurrent<T>(run: () => Promise<T>): Promise<T> {
  const current: Current = { fail: undefined };
  try {
    return await new Promise((resolve, reject) => {
      current.fail = reject;
      CURRENT.run(current, run).then(resolve, reject);
    });
  } finally {
    // A pooled connection that this request opened keeps `current`, and must not keep its picture with it.
    current.fail = undefined;
  }
}

/**
 * Fails the request that an uncaught exception belongs to, so that its client gets an answer although its handler may
 * never come back; false where it belongs to none.
 */
export function failCurrent(error: unknown): boolean {
  const fail = CURRENT.getStore()?.fail;
  fail?.(error);
  return fail !== undefined;
}
