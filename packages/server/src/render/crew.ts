import { HttpError } from "../errors.ts";
import type { Child } from "./child.ts";

const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export interface CrewOptions {
  /** How many processes to keep alive, spares included. */
  readonly target: number;
  /** Starts one process; its end must be told to `onEnd`. */
  readonly start: (onEnd: (child: Child, reason: string) => void) => Child;
  /** Resolves when the process has passed its self-test. */
  readonly setUp: (child: Child) => Promise<unknown>;
  readonly onReady: (child: Child) => void;
  readonly onLost: (child: Child) => void;
  readonly onLog: (line: string) => void;
}

/** Keeps enough renderers alive: each one that ends is replaced at once, but ever more slowly while none can start. */
export class Crew {
  /** Resolves with the first renderer that is ready; rejects with `not_ready` if the first try of one fails. */
  readonly started: Promise<void>;
  readonly #options: CrewOptions;
  readonly #started = Promise.withResolvers<undefined>();
  /** Processes that have not been given up; the value tells whether they are ready. */
  readonly #members = new Map<Child, boolean>();
  /** Processes that the system still has, given up or not. */
  readonly #processes = new Set<Child>();
  #lost = 0;
  #failures = 0;
  #lastFailure = "none has started yet";
  #pause: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.started = this.#started.promise;
    // Whoever does not ask how the start went must not be ended by its failure.
    this.started.catch(() => undefined);
    this.#fill();
  }

  /** How many are ready, those that stand by included. */
  get ready(): number {
    return [...this.#members.values()].filter(Boolean).length;
  }

  /** How many were lost that had been ready. */
  get lost(): number {
    return this.#lost;
  }

  /** Why the last renderer that could not start could not. */
  get lastFailure(): string {
    return this.#lastFailure;
  }

  pids(): number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  /** Kills all, and resolves when none is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#pause);
    this.#started.reject(new HttpError("not_ready", "expected a renderer to start, got the end of the pool"));
    const processes = [...this.#processes];
    for (const child of processes) child.kill("the server is stopping");
    await Promise.all(processes.map((child) => child.exited));
  }

  /** After a failure one at a time is tried: a boot that fails costs a core while it lasts. */
  #fill(): void {
    const { target } = this.#options;
    while (!this.#isClosed && this.#pause === undefined && this.#members.size < target) {
      const isAnyStarting = [...this.#members.values()].includes(false);
      if (this.#failures > 0 && isAnyStarting) return;
      this.#start();
    }
  }

  #start(): void {
    try {
      const child = this.#options.start((ended, reason) => this.#lose(ended, reason));
      this.#members.set(child, false);
      this.#processes.add(child);
      void child.exited.then(() => this.#processes.delete(child));
      void this.#setUp(child);
    } catch (error) {
      this.#fail(messageOf(error));
    }
  }

  async #setUp(child: Child): Promise<void> {
    try {
      await this.#options.setUp(child);
    } catch (error) {
      child.kill(messageOf(error));
      return;
    }
    if (!child.isAlive) return;
    this.#members.set(child, true);
    this.#failures = 0;
    this.#started.resolve(undefined);
    this.#options.onReady(child);
    this.#fill();
  }

  #lose(child: Child, reason: string): void {
    const wasReady = this.#members.get(child);
    this.#members.delete(child);
    if (this.#isClosed) return;
    if (wasReady === true) {
      this.#lost += 1;
      this.#options.onLog(`renderer ${child.pid ?? 0} ended: ${reason}`);
      this.#options.onLost(child);
    } else {
      this.#fail(reason);
    }
    this.#fill();
  }

  #fail(reason: string): void {
    this.#failures += 1;
    this.#lastFailure = reason;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** (this.#failures - 1));
    this.#options.onLog(`a renderer did not start: ${reason}`);
    this.#started.reject(new HttpError("not_ready", `expected a renderer to start, got: ${reason}`));
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#fill();
    }, pauseMs);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
