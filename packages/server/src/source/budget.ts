import { abortReason } from "../deadline.ts";
import type { HttpError } from "../errors.ts";

/** What a download is held to. */
export interface Terms {
  readonly late: HttpError;
  readonly leastRate?: number | undefined;
}

/**
 * The time that one download may take from its first DNS question to its last byte. Its signal aborts when the time
 * is up, when the caller's signal does, or when the download has ended, so that nothing of it can stay behind.
 */
export class Budget {
  /** Bytes a second that the body must have, on average over a few; 0 for none. */
  readonly leastRate: number;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal;
  #refusal: HttpError | undefined;

  /** `late` is the refusal that the time's end means. */
  constructor(seconds: number, caller: AbortSignal, { late, leastRate = 0 }: Terms) {
    this.#caller = caller;
    this.leastRate = leastRate;
    this.#timer = setTimeout(() => this.refuse(late), seconds * 1000);
    if (caller.aborted) this.#leave();
    else caller.addEventListener("abort", this.#leave, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the download was cut short, if it was. */
  get refusal(): HttpError | undefined {
    return this.#refusal;
  }

  /** Cuts the download short; only the first reason counts. */
  refuse(error: HttpError): void {
    this.#refusal ??= error;
    this.#finish(this.#refusal);
  }

  /** Lets go of timer and connection; safe to call twice. */
  end(): void {
    this.#finish(new Error("the download has ended"));
  }

  readonly #leave = (): void => this.refuse(abortReason(this.#caller));

  #finish(reason: Error): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener("abort", this.#leave);
    this.#controller.abort(reason);
  }
}
