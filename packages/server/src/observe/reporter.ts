/** Errors that somebody should look at, told to a service that collects them. Sentry is one; the hook fits others. */
import { peer } from "../peer.ts";
import { faultOf, type ReportFacts } from "./fault.ts";

export type { ReportFacts } from "./fault.ts";

export interface Reporter {
  /** Reports what is a fault of the server; ignores everything else, such as refusals and clients that hung up. Never throws. */
  report(error: unknown, facts?: ReportFacts): void;
  /** Sends what is left, for at most a few seconds. Never rejects. */
  close(): Promise<void>;
}

export interface ReporterOptions {
  /** Where Sentry takes errors; nothing is reported where it is empty or left out. */
  readonly sentryDsn?: string | undefined;
  readonly environment?: string | undefined;
  readonly release?: string | undefined;
}

const CLOSE_MS = 2000;

/** Undefined where no service is named. Rejects with a sentence where its package is missing, or the DSN is none. */
export async function openReporter(options: ReporterOptions): Promise<Reporter | undefined> {
  const { sentryDsn: dsn = "" } = options;
  if (dsn === "") return undefined;
  const { openSentry } = await import("./sentry.ts");
  const sentry = await peer("@sentry/node", "report errors to Sentry", () => import("@sentry/node"));
  const { send, close } = openSentry(sentry, { ...options, dsn });
  return {
    report: (error, facts = {}) => {
      const fault = faultOf(error, facts);
      if (fault !== undefined) send(fault);
    },
    close: () => close(CLOSE_MS),
  };
}
