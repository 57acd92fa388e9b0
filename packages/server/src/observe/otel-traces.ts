/** Spans of OpenTelemetry for the steps of a request. */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
  type Tracer,
} from "@opentelemetry/api";
import { header, type Headers } from "../message.ts";
import { asked, endOf, jobOf, type Attributes } from "./span-facts.ts";
import { followSpans, type Facts, type Step } from "./trace.ts";

interface Trail {
  readonly context: Context;
  readonly span: OtelSpan;
}

const KINDS: Readonly<Partial<Record<Step, SpanKind>>> = { request: SpanKind.SERVER, fetch: SpanKind.CLIENT };

export interface TraceOptions {
  /** Whether a request may belong to a trace that its `traceparent` header names. */
  readonly continues: boolean;
}

/** Makes a span of each step from now on, within those that it runs in, until the returned function is called. */
export function traceSteps(tracer: Tracer, { continues }: TraceOptions): () => void {
  const remote = (facts: Facts): Context => (continues ? remoteContext(headersOf(facts)) : ROOT_CONTEXT);
  return followSpans(new AsyncLocalStorage<Trail>(), {
    begin: (step, facts, parent) => {
      const attributes: Attributes = step === "request" ? asked(facts) : jobOf(facts.job);
      const within = parent?.context ?? remote(facts);
      const span = tracer.startSpan(step, { kind: KINDS[step] ?? SpanKind.INTERNAL, attributes }, within);
      return { context: trace.setSpan(within, span), span };
    },
    end: ({ span }, finished) => {
      const { attributes, failure } = endOf(finished);
      span.setAttributes(attributes);
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
      span.end();
    },
  });
}

const headersOf = ({ ask }: Facts): Headers => (ask as { headers?: Headers } | undefined)?.headers ?? {};

const TRACEPARENT = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const MOST_STATE = 512;

/** W3C Trace Context; a header that is not to the letter begins a trace of its own. */
function remoteContext(headers: Headers): Context {
  const [, version, traceId = "", spanId = "", flags = "", rest] =
    TRACEPARENT.exec(header(headers, "traceparent") ?? "") ?? [];
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  if (!isSpanContextValid(context) || (version === "00" && rest !== undefined)) return ROOT_CONTEXT;
  const state = header(headers, "tracestate");
  const traceState = state && state.length <= MOST_STATE ? { traceState: createTraceState(state) } : {};
  return trace.setSpanContext(ROOT_CONTEXT, { ...context, ...traceState });
}
