/**
 * The steps of a request, published on diagnostics channels `tracing:tintype.<step>:*`, so that a log, metrics or an
 * error reporter can watch without the watched code knowing of them.
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";

export const STEPS = ["request", "cache", "fetch", "wait", "render"] as const;
export type Step = (typeof STEPS)[number];

/** What the caller wants listeners to know, such as the Ask or the Job. */
export type Facts = Readonly<Record<string, unknown>>;

/** A finished step. */
export interface Span {
  readonly step: Step;
  readonly facts: Facts;
  readonly milliseconds: number;
  /** What it came to; the key is absent where it failed. */
  readonly result?: unknown;
  /** What it threw; the key is absent where it succeeded. */
  readonly error?: unknown;
}

/** What travels on the channels; Node adds `result` or `error` to it. */
interface Message {
  readonly facts: Facts;
  readonly startedAt: number;
  result?: unknown;
  error?: unknown;
}

const channel = (step: Step) => tracingChannel<unknown, Message>(`tintype.${step}`);

const CHANNELS: Readonly<Record<Step, ReturnType<typeof channel>>> = {
  request: channel("request"),
  cache: channel("cache"),
  fetch: channel("fetch"),
  wait: channel("wait"),
  render: channel("render"),
};

/** Runs one step of a request and tells those who listen how it went; without listeners it only calls `run`. */
export function span<T>(step: Step, facts: Facts, run: () => Promise<T>): Promise<T> {
  const channel = CHANNELS[step];
  if (!channel.hasSubscribers) return run();
  return channel.tracePromise(run, { facts, startedAt: performance.now() });
}

/** Calls `listener` after each finished step, failed ones included, until the returned function is called. */
export function onSpan(listener: (span: Span) => void): () => void {
  const subscriptions = STEPS.map((step) => {
    const channel = CHANNELS[step].asyncEnd;
    const subscriber = (raw: unknown): void => {
      // Only `span` publishes here, and it sends a Message.
      listener(finished(step, raw as Message));
    };
    channel.subscribe(subscriber);
    return () => channel.unsubscribe(subscriber);
  });
  return () => {
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}

/** Someone who keeps a state of type S for each step that runs. */
export interface Follower<S> {
  /** A step begins within the one whose state is `parent`, if there is one. */
  begin(step: Step, facts: Facts, parent: S | undefined): S;
  end(state: S, span: Span): void;
}

/**
 * Has `follower` follow each step from begin to end, until the returned function is called. What a step runs finds the
 * step's state in `store`, and so do steps within it.
 */
export function followSpans<S>(store: AsyncLocalStorage<S>, follower: Follower<S>): () => void {
  const subscriptions = STEPS.map((step) => {
    const states = new WeakMap<object, S>();
    const { start, end, asyncEnd } = CHANNELS[step];
    const finish = (raw: unknown): void => {
      const message = raw as Message;
      const state = states.get(message);
      if (state === undefined || !states.delete(message)) return;
      follower.end(state, finished(step, message));
    };
    // A step that threw before it returned a promise has no asynchronous end.
    const finishEarly = (raw: unknown): void => {
      if ("error" in (raw as Message)) finish(raw);
    };
    start.bindStore(store, (message) => {
      const state = follower.begin(step, message.facts, store.getStore());
      states.set(message, state);
      return state;
    });
    end.subscribe(finishEarly);
    asyncEnd.subscribe(finish);
    return () => {
      start.unbindStore(store);
      end.unsubscribe(finishEarly);
      asyncEnd.unsubscribe(finish);
    };
  });
  return () => {
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}

function finished(step: Step, message: Message): Span {
  const outcome = "error" in message ? { error: message.error } : { result: message.result };
  return { step, facts: message.facts, milliseconds: performance.now() - message.startedAt, ...outcome };
}
