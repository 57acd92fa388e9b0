import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { HttpError } from "../errors.ts";
import type { Command } from "./command.ts";
import { fromFailure } from "./failure.ts";
import { forEachLine } from "./lines.ts";
import type { Made } from "./renderer.ts";
import { FrameReader, WireError, writeFrame } from "./wire.ts";
import type { Frame } from "./wire.ts";

/** What a renderer that closed its end of the channel gets to end by itself, and its last bytes to arrive. */
const LAST_WORDS_MS = 100;

export interface ChildOptions {
  readonly command: Command;
  /** Most bytes that one answer may have. */
  readonly maxReplyBytes: number;
  /** Hears each line that the process writes to stdout or stderr. */
  readonly onLog: (line: string) => void;
  /** Hears once how the process ended, or why it was given up. */
  readonly onEnd: (child: Child, reason: string) => void;
}

export type Request = Pick<Frame, "kind" | "json" | "blobs">;

interface Pending {
  readonly id: number;
  readonly resolve: (made: Made) => void;
  readonly reject: (error: HttpError) => void;
  isAnswered: boolean;
}

/** One renderer process as the front sees it: asked one thing at a time, given up at the first wrong word. */
export class Child {
  readonly pid: number | undefined;
  /** Resolves when the operating system has no such process any more. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #onEnd: ChildOptions["onEnd"];
  #pending: Pending | undefined;
  #lastId = 0;
  #rss = 0;
  #isAlive = true;

  /** Throws where the process cannot even be tried, for want of memory or descriptors. */
  constructor({ command, maxReplyBytes, onLog, onEnd }: ChildOptions) {
    const child = spawn(command.file, command.args, {
      cwd: "/",
      env: command.env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.#process = child;
    this.#onEnd = onEnd;
    this.pid = child.pid;
    this.exited = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    this.#socket = channel(child);
    this.#listen(new FrameReader({ maxBytes: maxReplyBytes }));
    child.on("error", (error) => this.#end(`could not start: ${error.message}`));
    child.on("exit", (code, signal) =>
      this.#exit(signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`),
    );
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) forEachLine(stream, (line) => onLog(`renderer ${child.pid ?? 0}: ${line}`));
    }
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Resident bytes after the last answer. */
  get rss(): number {
    return this.#rss;
  }

  /** Rejects with the HttpError that the renderer reports, or with `renderer_lost` when it ends instead of answering. */
  ask(request: Request): Promise<Made> {
    return new Promise((resolve, reject) => {
      if (!this.#isAlive) throw lost("expected a living renderer, got one that had ended");
      if (this.#pending !== undefined) throw new Error("expected a free renderer, got a busy one");
      this.#lastId = (this.#lastId + 1) >>> 0;
      writeFrame(this.#socket, { id: this.#lastId, ...request });
      this.#pending = { id: this.#lastId, resolve, reject, isAnswered: false };
    });
  }

  /** Ends the process at once, in the middle of native work or stopped as it may be. */
  kill(reason: string): void {
    this.#process.kill("SIGKILL");
    this.#end(reason);
  }

  #listen(reader: FrameReader): void {
    this.#socket.on("data", (chunk) => {
      try {
        for (const frame of reader.push(chunk)) this.#receive(frame);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        this.kill(`broke the protocol: ${error.message}`);
      }
    });
    // A write to a process that has just died; its exit says more.
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      if (this.#isAlive) setTimeout(() => this.kill("closed its channel"), LAST_WORDS_MS);
    });
  }

  #receive(frame: Frame): void {
    const pending = this.#pending;
    if (pending === undefined || pending.isAnswered || pending.id !== frame.id) {
      throw new WireError(`expected no answer with id ${frame.id}, got one`);
    }
    const { rss, outcome } = readAnswer(frame);
    pending.isAnswered = true;
    // A second answer to the same question would be read in this turn: it must cost this job and not the next.
    setImmediate(() => {
      if (!this.#isAlive) return;
      this.#pending = undefined;
      this.#rss = rss;
      if (outcome instanceof HttpError) pending.reject(outcome);
      else pending.resolve(outcome);
    });
  }

  /** Bytes that the process sent before it ended may still be unread. */
  #exit(reason: string): void {
    if (!this.#isAlive) return;
    this.#process.once("close", () => this.#end(reason));
    setTimeout(() => this.#end(reason), LAST_WORDS_MS);
  }

  #end(reason: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#socket.destroy();
    this.#pending?.reject(lost(`expected an answer of renderer ${this.pid}, got its end: ${reason}`));
    this.#pending = undefined;
    this.#onEnd(this, reason);
  }
}

const lost = (detail: string) => new HttpError("renderer_lost", detail);

/** The fourth pipe is a socket pair; it is missing where the system had no descriptors left for it. */
function channel({ stdio }: { readonly stdio?: readonly unknown[] }): Socket {
  const socket = stdio?.[3];
  if (!(socket instanceof Socket)) throw new Error("expected a socket pair to a renderer, got none");
  return socket;
}

function readAnswer({ kind, json, blobs }: Frame): {
  readonly rss: number;
  readonly outcome: Made | HttpError;
} {
  const answer: Readonly<Record<string, unknown>> =
    typeof json === "object" && json !== null ? { ...json } : {};
  const { rss, result, error } = answer;
  const outcome = kind === "done" ? { result, blobs } : kind === "failed" ? fromFailure(error) : undefined;
  if (typeof rss !== "number" || outcome === undefined)
    throw new WireError(`expected an answer, got a ${kind}`);
  return { rss, outcome };
}
