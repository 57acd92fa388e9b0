import type { Wishes } from "@tintype/url";
import { startDeadline } from "./deadline.ts";
import type { Download, Fetch, Unchanged } from "./download.ts";
import { HttpError } from "./errors.ts";
import type { StandIn } from "./fallback.ts";
import type { Moved } from "./guard/capability.ts";
import { checkFormat, type Job } from "./job.ts";
import type { Keep, Made, Served } from "./keeping.ts";
import type { Ask, Headers, Reply } from "./message.ts";
import { span } from "./observe/trace.ts";
import type { Queue } from "./queue.ts";
import { saidOf, type Rendition } from "./rendition.ts";
import type { Rendered } from "./rendering.ts";

/** Everyone whom a request meets on its way. `app.ts` introduces them. */
export interface Parts {
  /** Seconds for a whole request. */
  readonly timeout: number;
  /** Throws HttpError. */
  readonly checkSecret: (authorization: string | undefined) => void;
  /** Verifies what a target is signed by, and reads it. Throws HttpError. */
  readonly read: (target: string, headers: Headers) => Wishes | Moved;
  readonly move: (moved: Moved) => Reply;
  readonly decide: (wishes: Wishes, headers: Headers) => Job;
  /** Throws HttpError. */
  readonly admit: (source: string) => void;
  readonly relay: (job: Job, ask: Ask) => Promise<Reply>;
  readonly keep: Keep;
  /** What is served instead where a source fails, if anything is. */
  readonly standIn: (job: Job, error: HttpError) => StandIn | undefined;
  readonly fetch: Fetch;
  /** Bytes of memory that a picture will take. Throws HttpError where its header is enough to refuse it. */
  readonly weigh: (job: Job, original: Download) => number;
  readonly queue: Queue;
  readonly render: (job: Job, original: Download, limits: RenderLimits) => Promise<Rendered>;
  /** Is told of bytes that a picture was made of, when nobody needs them any more. */
  readonly discard: (bytes: number) => void;
  readonly reply: (served: Served, job: Job, ask: Ask) => Reply;
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
  readonly state?: Served["state"] | "raw";
  readonly error?: HttpError;
  /** What went wrong although a picture was served: a fallback picture stands in for it. */
  readonly failure?: HttpError | undefined;
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
        const wishes = app.read(ask.target, ask.headers);
        if ("path" in wishes) return { reply: app.move(wishes) };
        job = app.decide(wishes, ask.headers);
        app.admit(job.source);
        if (job.options.raw) return { reply: await app.relay(job, ask), job, state: "raw" };
        checkFormat(job);
        const served = await serve(job, ask, app);
        const { rendition, state, failure } = served;
        return { reply: app.reply(served, job, ask), job, rendition, state, failure };
      } catch (caught) {
        const error = HttpError.from(caught);
        return { reply: app.refuse(error), error, ...(job && { job }) };
      }
    });

/** The picture from wherever it is, or another in its place. */
async function serve(job: Job, { signal }: Ask, app: Parts): Promise<Served> {
  const find = (wanted: Job): Promise<Served> =>
    app.keep(wanted, (kept, shared) => produce({ job: wanted, kept }, shared, app), signal);
  try {
    return await find(job);
  } catch (error) {
    const failure = HttpError.from(error);
    const other = app.standIn(job, failure);
    if (!other) throw error;
    return { ...(await find(other.job)), fallbackStatus: other.status, failure };
  }
}

interface Order {
  readonly job: Job;
  /** An older rendition of the same, whose time is over. */
  readonly kept: Rendition | undefined;
}

/** Shared by every request for the same key, so it obeys the server's clock and not one client's. */
async function produce({ job, kept }: Order, signal: AbortSignal, app: Parts): Promise<Made> {
  const lap = stopwatch();
  const endsAt = performance.now() + app.timeout * 1000;
  const deadline = startDeadline(app.timeout * 1000, [signal]);
  try {
    const get = () => app.fetch(job, deadline.signal, kept);
    // What is most likely unchanged needs no place in the line.
    const original = await (kept ? get() : app.queue.prepare(get));
    const fetch = lap();
    if (original.bytes === undefined || (kept && original.known.digest === kept.original.digest))
      return renew(kept, original);
    const bytes = app.weigh(job, original);
    const slot = await span("wait", { job }, () => app.queue.enter(deadline.signal, bytes));
    const wait = lap();
    try {
      const limits = { signal, deadlineMs: Math.max(1, endsAt - performance.now()) };
      const made = await span("render", { job }, () => app.render(job, original, limits));
      const steps = { fetch, wait, render: lap() };
      return { rendition: { ...made, steps }, answer: original, unchanged: false };
    } finally {
      slot.leave();
      app.discard(original.bytes.byteLength);
    }
  } finally {
    deadline.stop();
  }
}

/** The original is what it was, so the picture is, too; what the source says of it may have changed. */
function renew(kept: Rendition | undefined, answer: Download | Unchanged): Made {
  if (!kept) throw new Error("expected an original that nobody knew to come with its bytes");
  const { known: original = kept.original } = answer as Partial<Download>;
  const headers = { ...kept.headers, ...saidOf(answer.headers) };
  return { rendition: { ...kept, original, headers }, answer, unchanged: true };
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
