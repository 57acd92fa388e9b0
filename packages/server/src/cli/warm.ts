import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { UsageError, type Command } from "./command.ts";
import { only, parseFlags, type Flags, type Parsed } from "./flags.ts";
import { readServer } from "./operator.ts";
import { readAccepts, type AcceptClass } from "./warm-accept.ts";
import { warmUp } from "./warm-ask.ts";
import { showProgress, type Screen } from "./warm-progress.ts";
import { Tally } from "./warm-tally.ts";
import { countRequests, linesOf, readTarget } from "./warm-targets.ts";

/** What the command has of its process. */
export interface WarmParts {
  readonly screen: Screen;
  readonly stdin: () => Readable;
  /** Calls back each time that the user wants to stop; returns what ends it. */
  readonly onInterrupt: (stop: () => void) => () => void;
  /** Milliseconds that a busy server may ask to be spared at most. */
  readonly longestWait: number;
}

const FLAGS: Flags = new Map([
  ["accept", false],
  ["concurrency", false],
  ["server", false],
]);

const DEFAULT_SERVER = "http://127.0.0.1:8080";
const DEFAULT_CONCURRENCY = 4;
const MOST_CONCURRENCY = 256;

function onSigint(stop: () => void): () => void {
  process.on("SIGINT", stop);
  return () => process.off("SIGINT", stop);
}

interface Plan {
  readonly accepts: readonly AcceptClass[];
  readonly concurrency: number;
  readonly server: string;
}

/** Throws UsageError. */
const readPlan = (flags: Parsed["flags"]): Plan => ({
  accepts: readAccepts(flags.get("accept") ?? "avif,webp,none"),
  concurrency: readConcurrency(flags.get("concurrency") ?? String(DEFAULT_CONCURRENCY)),
  server: readServer(flags.get("server") ?? DEFAULT_SERVER),
});

function readConcurrency(given: string): number {
  const value = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (value >= 1 && value <= MOST_CONCURRENCY) return value;
  throw new UsageError(
    `expected an integer from 1 to ${MOST_CONCURRENCY} behind --concurrency, got ${JSON.stringify(given)}`,
  );
}

type Task = { readonly url: string; readonly accept: AcceptClass } | { readonly broken: string };

/** What is to be asked, read only as fast as it is asked. */
async function* tasksOf(lines: AsyncIterable<string>, { accepts, server }: Plan): AsyncGenerator<Task> {
  for await (const line of lines) {
    const target = readTarget(line, server);
    if (target === undefined) continue;
    if ("url" in target) for (const accept of accepts) yield { url: target.url, accept };
    else yield target;
  }
}

/** How much there is to do, where a list can be read twice: a pipe cannot. */
async function totalOf(
  path: string,
  { accepts, server }: Plan,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (path === "-" || !(await stat(path)).isFile()) return undefined;
  const lines = linesOf(createReadStream(path, { encoding: "utf8", signal }));
  return countRequests(lines, server, accepts.length);
}

/** Makes the command `warm`. */
export function createWarm(parts: Partial<WarmParts> = {}): Command {
  const {
    screen = process.stderr,
    stdin = () => process.stdin,
    onInterrupt = onSigint,
    longestWait = 30_000,
  } = parts;

  return {
    usage: "warm <file | -> [--accept avif,webp,none] [--concurrency 4] [--server http://127.0.0.1:8080]",
    summary: "Asks for every picture of a list, so that caches have them before anybody else asks.",
    details: () =>
      [
        "The list has a URL in each line, or the path of one at --server; empty lines and lines behind # are skipped.",
        "Each is asked for once for every class of --accept: clients that take AVIF, those that take WebP, and the rest.",
        "A server that is busy (429, 503) is asked again when it wants to be. The exit code is 1 where anything failed.",
        "Interrupted once, it waits for the answers under way; interrupted twice, it does not.",
      ].join("\n"),
    run: async ({ args, out }) => {
      const { flags, positionals } = parseFlags(args, FLAGS);
      const path = only(positionals, "one file of URLs, or - for standard input");
      const plan = readPlan(flags);
      const stop = new AbortController();
      const cut = new AbortController();
      const endInterrupts = onInterrupt(() => {
        if (stop.signal.aborted) cut.abort();
        else
          screen.write(
            "\nStopping; the answers under way are waited for, unless this is interrupted again.\n",
          );
        stop.abort();
      });
      try {
        const total = await unlessStopped(totalOf(path, plan, stop.signal), stop.signal);
        const tally = new Tally();
        const progress = showProgress(screen, tally, total);
        try {
          const input =
            path === "-" ? stdin().setEncoding("utf8") : createReadStream(path, { encoding: "utf8" });
          const tasks = tasksOf(linesOf(addAbortSignal(stop.signal, input)), plan);
          const signals = { stop: stop.signal, cut: cut.signal };
          const work = (): Promise<void> => workOff(tasks, tally, { ...signals, longestWait });
          await Promise.all(Array.from({ length: plan.concurrency }, work));
        } finally {
          progress.close();
        }
        if (stop.signal.aborted)
          out(`Stopped before the end${total === undefined ? "" : ` (${total} requests)`}.`);
        for (const line of tally.summary()) out(line);
        return tally.failed > 0 || stop.signal.aborted ? 1 : 0;
      } finally {
        endInterrupts();
        // Where the list broke off, nobody waits for the rest.
        stop.abort();
        cut.abort();
      }
    },
  };
}

interface Manner {
  readonly stop: AbortSignal;
  readonly cut: AbortSignal;
  readonly longestWait: number;
}

/** One of those who take the next task as soon as they are done with the last. */
async function workOff(tasks: AsyncIterator<Task>, tally: Tally, manner: Manner): Promise<void> {
  while (!manner.stop.aborted) {
    const next = await unlessStopped(tasks.next(), manner.stop);
    if (next === undefined || next.done === true) return;
    const task = next.value;
    if ("broken" in task) {
      tally.fail({ url: task.broken, trouble: "expected an http(s) URL or a path" });
      continue;
    }
    const { url, accept } = task;
    tally.count(await warmUp({ url, accept: accept.header, ...manner }), { url, accept: accept.name });
  }
}

/** What a promise resolves to; undefined where it rejects because everything was stopped. */
async function unlessStopped<T>(promise: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}

export const warm: Command = createWarm();
