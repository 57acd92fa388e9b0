/** A client of Sentry that does nothing by itself: no instrumentation, no globals, no breadcrumbs, no sessions. */
import type { ErrorEvent } from "@sentry/node";
import type { Fault } from "./fault.ts";

type Sentry = typeof import("@sentry/node");

export interface SentryOptions {
  readonly dsn: string;
  readonly environment?: string | undefined;
  readonly release?: string | undefined;
}

/** Throws an Error with a sentence where the DSN is none. */
export function openSentry(sentry: Sentry, { dsn, environment, release }: SentryOptions) {
  // Sentry only warns, and then sends nothing.
  if (!/^https?:\/\/[^@/\s]+@[^/\s]+\/(?:\S*\/)?\d+$/.test(dsn))
    throw new Error("expected a Sentry DSN like https://key@host/1, got other text");
  const client = new sentry.NodeClient({
    dsn,
    ...(environment && { environment }),
    ...(release && { release }),
    transport: sentry.makeNodeTransport,
    stackParser: sentry.defaultStackParser,
    integrations: [],
    sendClientReports: false,
    enableRuntimeChannelInjection: false,
    beforeSend: bare,
  });
  return {
    send: ({ error, tags }: Fault): void => {
      const scope = new sentry.Scope();
      scope.setClient(client);
      scope.setTags(tags);
      scope.captureException(error);
    },
    close: async (milliseconds: number): Promise<void> => {
      await client.close(milliseconds);
    },
  };
}

/** Whatever a later version may add to an event by itself, this leaves out what tells of people. */
function bare(event: ErrorEvent): ErrorEvent {
  const { user: _user, request: _request, breadcrumbs: _breadcrumbs, extra: _extra, ...rest } = event;
  return rest;
}
