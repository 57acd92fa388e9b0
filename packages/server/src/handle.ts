import { splitTarget, UrlError } from "@tintype/url";
import { startDeadline } from "./deadline.ts";
import type { Download, Fetch } from "./download.ts";
import { HttpError } from "./errors.ts";
import type { Flight } from "./flight.ts";
import { checkFormat, type Job } from "./job.ts";
import type { Ask, Headers, Reply } from "./message.ts";
import { span } from "./observe/trace.ts";
import type { Queue } from "./queue.ts";
import type { Rendition } from "./reply.ts";

/** Everyone whom a request meets on its way. `app.ts` introduces them. */
export interface Parts {
  readonly pathPrefix: string;
  /** Seconds for a whole request. */
  readonly timeout: number;
  /** Throws HttpError. */
  readonly checkSecret: (authorization: string | undefined) => void;
  /** Throws HttpError. */
  readonly verify: (signature: string, path: string) => void;
  readonly decide: (path: string, headers: Headers) => Job;
  /** Throws HttpError. */
  readonly admit: (source: string) => void;
  readonly relay: (job: Job, ask: Ask) => Promise<Reply>;
  readonly renditions: Flight<Rendition>;
  readonly fetch: Fetch;
  /** Bytes of memory that a picture will take. Throws HttpError where its header is enough to refuse it. */
  readonly weigh: (job: Job, original: Download) => number;
  readonly queue: Queue;
  readonly render: (job: Job, original: Download, limits: RenderLimits) => Promise<Omit<Rendition, "steps">>;
  readonly reply: (rendition: Rendition, job: Job, ask: Ask) => Reply;
  readonly refuse: (error: HttpError) => Reply;
}

export interface RenderLimits {
  /** Aborts when nobody waits for the picture any more. */
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** A reply, and what the log and the metrics want to know of how it came about. */
export interface Told {
  readonly reply: Reply;
  readonly job?: Job;
  readonly rendition?: Rendition;
  readonly state?: "miss" | "shared" | "raw";
  readonly error?: HttpError;
  /** Not worth a log line. */
  readonly quiet?: true;
}

/** The life of a request, top to bottom. Every line turns one noun into the next. */
export const createHandle =
  (app: Parts) =>
  (ask: Ask): Promise<Told> =>
    span("request", { ask }, async () => {
      let job: Job | undefined;
      try {
        app.checkSecret(ask.headers.authorization as string | undefined); // Node never gives this header twice.
        const { signature, path } = readTarget(ask.target, app.pathPrefix);
        app.verify(signature, path);
        job = app.decide(path, ask.headers);
        app.admit(job.source);
        if (job.options.raw) return { reply: await app.relay(job, ask), job, state: "raw" };
        checkFormat(job);
        const { rendition, state } = await share(job, ask, app);
        return { reply: app.reply(rendition, job, ask), job, rendition, state };
      } catch (caught) {
        const error = HttpError.from(caught);
        return { reply: app.refuse(error), error, ...(job && { job }) };
      }
    });

function readTarget(target: string, pathPrefix: string) {
  try {
    return splitTarget(target, pathPrefix);
  } catch (error) {
    if (error instanceof UrlError) throw new HttpError(error.code, error.message, { cause: error });
    throw error;
  }
}

/** Many requests, one render. */
async function share(wanted: Job, { signal }: Ask, app: Parts) {
  let state: "miss" | "shared" = "shared";
  const start = (shared: AbortSignal): Promise<Rendition> => {
    state = "miss";
    return produce(wanted, shared, app);
  };
  const rendition = await app.renditions.share(wanted.key, start, signal);
  return { rendition, state };
}

/** Shared by every request for the same key, so it obeys the server's clock and not one client's. */
async function produce(job: Job, signal: AbortSignal, app: Parts): Promise<Rendition> {
  const lap = stopwatch();
  const endsAt = performance.now() + app.timeout * 1000;
  const deadline = startDeadline(app.timeout * 1000, [signal]);
  try {
    const original = await app.queue.prepare(() => app.fetch(job, deadline.signal));
    const fetch = lap();
    const bytes = app.weigh(job, original);
    const slot = await span("wait", { job }, () => app.queue.enter(deadline.signal, bytes));
    const wait = lap();
    try {
      const limits = { signal, deadlineMs: Math.max(1, endsAt - performance.now()) };
      const made = await span("render", { job }, () => app.render(job, original, limits));
      return { ...made, steps: { fetch, wait, render: lap() } };
    } finally {
      slot.leave();
    }
  } finally {
    deadline.stop();
  }
}

/** Milliseconds since it was asked last. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const passed = performance.now() - last;
    last += passed;
    return passed;
  };
}
