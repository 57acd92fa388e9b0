import { abortReason, startDeadline } from "../deadline.ts";
import { HttpError } from "../errors.ts";
import { Line } from "../queue.ts";
import { Child } from "./child.ts";
import type { Request } from "./child.ts";
import { childCommand, childEnvironment, importFlags } from "./command.ts";
import type { Command, EnvironmentOptions } from "./command.ts";
import { Crew } from "./crew.ts";
import type { Made } from "./renderer.ts";

const GRACE_MS = 250;
const MAX_REPLY_BYTES = 256 * 1024 * 1024;
const DEADLINES: Deadlines = { startMs: 15_000, jobMs: 10_000, probeMs: 3000 };

/** How long each kind of question may take before its process is killed. */
export interface Deadlines {
  readonly startMs: number;
  readonly jobMs: number;
  readonly probeMs: number;
}

export interface PoolOptions extends EnvironmentOptions {
  /** The main of a renderer process, which calls `serveRenderer`. */
  readonly entry: URL;
  /** What each renderer is told once, as JSON. */
  readonly setup: unknown;
  /** How many jobs may run at a time. */
  readonly size: number;
  /** How many more processes stand by, ready, for when one is killed. */
  readonly spare?: number;
  readonly deadlines?: Partial<Deadlines>;
  /** A renderer that holds more resident bytes after a job is replaced. */
  readonly maxRssBytes?: number;
  readonly maxReplyBytes?: number;
  /** What a job gets to finish after its client has left. */
  readonly graceMs?: number;
  /** Node's flags for the renderers; by default the import conditions of this process. */
  readonly execArgv?: readonly string[];
  /** Confines a renderer's command; by default nothing does. */
  readonly wrap?: (command: Command) => Command;
  /** Hears what renderers write to stdout and stderr, and why they ended. */
  readonly onLog?: (line: string) => void;
}

export interface Limits {
  readonly signal?: AbortSignal;
  /** From the call to the answer, waiting for a renderer included. */
  readonly deadlineMs?: number;
  /** Hears that a renderer begins. */
  readonly onStart?: () => void;
  /** What makes an answer unbelievable, if anything does; the renderer that gave it is killed and counts as lost. */
  readonly doubt?: (made: Made) => string | undefined;
}

/** How one question is asked. */
interface Care {
  readonly signal: AbortSignal;
  readonly doubt?: Limits["doubt"];
}

/** Renderer processes: starts, hands out, times out, kills and replaces them; one picture at a time each. */
export class Pool {
  readonly size: number;
  readonly #options: PoolOptions;
  readonly #deadlines: Deadlines;
  readonly #crew: Crew;
  /** The last is the one used last, so that spares stay small and hot ones hot. */
  readonly #idle: Child[] = [];
  readonly #line = new Line<Child>();
  readonly #stopping = new AbortController();
  #busy = 0;
  #lastSuccessAt: number | undefined;
  #probing: Promise<"answered" | "busy"> | undefined;
  #closing: Promise<void> | undefined;
  #onDrained: () => void = () => undefined;

  constructor(options: PoolOptions) {
    this.size = options.size;
    this.#options = options;
    this.#deadlines = { ...DEADLINES, ...options.deadlines };
    this.#crew = new Crew({
      target: options.size + (options.spare ?? 1),
      start: (onEnd) => this.#start(onEnd),
      setUp: (child) => this.#setUp(child),
      onReady: (child) => this.#release(child),
      onLost: (child) => this.#forget(child),
      onLog: (line) => options.onLog?.(line),
    });
  }

  /** Resolves when the first renderer is ready; rejects with `not_ready` if it fails, while the pool goes on trying. */
  get started(): Promise<void> {
    return this.#crew.started;
  }

  /** True while a renderer is alive that has passed its self-test. */
  get ready(): boolean {
    return this.#crew.ready > 0 && this.#closing === undefined;
  }

  /** Renderers that are alive and ready, a spare not counted; how many should be; and how many were lost and replaced. */
  get strength(): { readonly ready: number; readonly size: number; readonly restarts: number } {
    const { ready, lost: restarts } = this.#crew;
    return { ready: Math.min(ready, this.size), size: this.size, restarts };
  }

  /** Milliseconds since 1970 of the last job or probe that was answered well. */
  get lastSuccessAt(): number | undefined {
    return this.#lastSuccessAt;
  }

  /** How many jobs run now. */
  get busy(): number {
    return this.#busy;
  }

  /** Process ids of all renderers, those on their way in or out included. */
  pids(): number[] {
    return this.#crew.pids();
  }

  /**
   * Has a renderer of its own do the job. Throws the HttpError that the renderer throws, or `timeout`, `renderer_lost`,
   * `client_gone` (by `signal`), `not_ready` (no renderer could be started in time, or the pool is closed).
   */
  async run(job: unknown, blobs: readonly Uint8Array[], limits: Limits = {}): Promise<Made> {
    if (this.#closing !== undefined) throw draining();
    const { signal, deadlineMs = this.#deadlines.jobMs, onStart, doubt } = limits;
    const signals = signal === undefined ? [this.#stopping.signal] : [signal, this.#stopping.signal];
    const deadline = startDeadline(deadlineMs, signals);
    try {
      const child = await this.#claim(deadline.signal);
      onStart?.();
      return await this.#work(child, { kind: "job", json: job, blobs }, { signal: deadline.signal, doubt });
    } finally {
      deadline.stop();
    }
  }

  /**
   * Lets a free renderer repeat its self-test; several callers share one. Resolves with `busy` if none is free, and
   * throws HttpError where the renderer fails, in which case it is replaced, or none is ready.
   */
  probe(): Promise<"answered" | "busy"> {
    this.#probing ??= this.#probe().finally(() => (this.#probing = undefined));
    return this.#probing;
  }

  /** Takes no more jobs, gives the running ones `graceSeconds`, and resolves when no process is left. */
  close({ graceSeconds = 0 }: { readonly graceSeconds?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceSeconds);
    return this.#closing;
  }

  #start(onEnd: (child: Child, reason: string) => void): Child {
    const { entry, execArgv = importFlags(), maxReplyBytes = MAX_REPLY_BYTES, onLog } = this.#options;
    const bare = childCommand(entry, execArgv, childEnvironment(this.#options));
    const command = this.#options.wrap?.(bare) ?? bare;
    return new Child({ command, maxReplyBytes, onLog: (line) => onLog?.(line), onEnd });
  }

  async #setUp(child: Child): Promise<void> {
    const deadline = startDeadline(this.#deadlines.startMs);
    const answer = child.ask({ kind: "setup", json: this.#options.setup, blobs: [] });
    await this.#within(deadline.signal, child, answer).finally(() => deadline.stop());
  }

  /** A renderer that counts as busy from here on. */
  async #claim(signal: AbortSignal): Promise<Child> {
    const child = this.#isFull ? undefined : this.#idle.pop();
    if (child !== undefined) {
      this.#busy += 1;
      return child;
    }
    try {
      return await this.#line.wait(signal);
    } catch (error) {
      this.#serve();
      const cause = HttpError.from(error);
      if (cause.code !== "timeout" || this.#crew.ready > 0) throw cause;
      throw new HttpError("not_ready", `expected a renderer, got none: ${this.#crew.lastFailure}`, { cause });
    }
  }

  async #work(child: Child, request: Request, care: Care): Promise<Made> {
    try {
      return await this.#ask(child, request, care);
    } finally {
      this.#busy -= 1;
      this.#serve();
    }
  }

  /** The renderer is free again when it has answered, which may be later than this ends. */
  async #ask(child: Child, request: Request, { signal, doubt }: Care): Promise<Made> {
    const answer = child.ask(request).then((made) => believe(child, made, doubt?.(made)));
    const free = () => this.#release(child);
    void answer.then(free, free);
    const made = await this.#within(signal, child, answer);
    this.#lastSuccessAt = Date.now();
    return made;
  }

  /** At the signal the caller is told at once; the process is killed, after its grace if only the client has left. */
  #within(signal: AbortSignal, child: Child, answer: Promise<Made>): Promise<Made> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const reason = abortReason(signal);
        reject(reason);
        if (reason.code === "client_gone") this.#abandon(child, answer);
        else child.kill(reason.message);
      };
      if (signal.aborted) onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      answer
        .finally(() => signal.removeEventListener("abort", onAbort))
        .then(resolve, (error: unknown) => reject(HttpError.from(error)));
    });
  }

  #abandon(child: Child, answer: Promise<Made>): void {
    const { graceMs = GRACE_MS } = this.#options;
    const timer = setTimeout(() => child.kill(`worked on for ${graceMs} ms after its client left`), graceMs);
    const stop = () => clearTimeout(timer);
    void answer.then(stop, stop);
  }

  /** Between two jobs is the only moment at which a renderer may be found too fat. */
  #release(child: Child): void {
    const { maxRssBytes = Infinity } = this.#options;
    if (!child.isAlive) return;
    if (child.rss > maxRssBytes) {
      child.kill(`kept ${child.rss} resident bytes, more than ${maxRssBytes}`);
      return;
    }
    this.#idle.push(child);
    this.#serve();
  }

  #forget(child: Child): void {
    const index = this.#idle.indexOf(child);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  get #isFull(): boolean {
    return this.#busy >= this.size;
  }

  #serve(): void {
    while (this.#line.length > 0 && !this.#isFull) {
      const child = this.#idle.pop();
      if (child === undefined) return;
      this.#busy += 1;
      this.#line.give(child);
    }
    if (this.#busy === 0 && this.#line.length === 0) this.#onDrained();
  }

  async #probe(): Promise<"answered" | "busy"> {
    // The coldest, so that the next job finds the hottest.
    const child = this.#idle.shift();
    if (child === undefined) {
      if (this.ready) return "busy";
      throw new HttpError("not_ready", `expected a renderer, got none: ${this.#crew.lastFailure}`);
    }
    const deadline = startDeadline(this.#deadlines.probeMs, [this.#stopping.signal]);
    try {
      await this.#ask(child, { kind: "probe", json: null, blobs: [] }, { signal: deadline.signal });
      return "answered";
    } catch (error) {
      child.kill(`failed its self-test: ${HttpError.from(error).message}`);
      throw error;
    } finally {
      deadline.stop();
    }
  }

  async #close(graceSeconds: number): Promise<void> {
    await this.#drained(graceSeconds * 1000);
    this.#stopping.abort(draining());
    await this.#crew.close();
  }

  #drained(graceMs: number): Promise<void> {
    if (this.#busy === 0 && this.#line.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onDrained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The answer, unless there is a reason not to believe it; what gave it may have been taken over. */
function believe(child: Child, made: Made, reason: string | undefined): Made {
  if (reason === undefined) return made;
  child.kill(`gave an unbelievable answer: ${reason}`);
  throw new HttpError("renderer_lost", reason);
}

const draining = () => new HttpError("not_ready", "expected a pool that is open, got one that is closing");

export const createPool = (options: PoolOptions): Pool => new Pool(options);
