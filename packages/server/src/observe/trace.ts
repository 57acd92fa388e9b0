/**
 * The steps of a request, published on diagnostics channels `tracing:tintype.<step>:*`, so that a log, metrics or an
 * error reporter can watch without the watched code knowing of them.
 */
import { tracingChannel } from "node:diagnostics_channel";

export const STEPS = ["request", "fetch", "wait", "render"] as const;
export type Step = (typeof STEPS)[number];

/** What the caller wants listeners to know, such as the Ask or the Job. */
export type Facts = Readonly<Record<string, unknown>>;

/** A finished step. `error` is what it threw; the key is absent where it succeeded. */
export interface Span {
  readonly step: Step;
  readonly facts: Facts;
  readonly milliseconds: number;
  readonly error?: unknown;
}

/** What travels on the channels; Node adds `result` or `error` to it. */
interface Message {
  readonly facts: Facts;
  readonly startedAt: number;
  error?: unknown;
}

const CHANNELS = {
  request: tracingChannel<unknown, Message>("tintype.request"),
  fetch: tracingChannel<unknown, Message>("tintype.fetch"),
  wait: tracingChannel<unknown, Message>("tintype.wait"),
  render: tracingChannel<unknown, Message>("tintype.render"),
} as const satisfies Record<Step, unknown>;

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
      const message = raw as Message;
      const milliseconds = performance.now() - message.startedAt;
      const failure = "error" in message ? { error: message.error } : {};
      listener({ step, facts: message.facts, milliseconds, ...failure });
    };
    channel.subscribe(subscriber);
    return () => channel.unsubscribe(subscriber);
  });
  return () => {
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}
