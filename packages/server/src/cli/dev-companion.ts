import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/settings.ts";
import { header, type Ask, type Reply } from "../message.ts";
import type { Companion } from "../site.ts";
import { isDropped } from "../source/dropped.ts";
import { isServed, Sightings, type Sighting } from "./dev-record.ts";
import { reportOn, type Report } from "./dev-report.ts";
import { createPlacing, type Placed } from "./dev-sources.ts";

export interface CompanionSettings {
  /** The local root. */
  readonly folder: string;
  readonly upstream: URL | undefined;
  /** Where the report's files are written; undefined for nowhere. */
  readonly write: string | undefined;
  /** Settings of the environment. */
  readonly url: Config["url"];
  readonly pathPrefix: string;
  /** Prints a line. */
  readonly out: (line: string) => void;
  /** Hears where the server is. */
  readonly onListening: (url: string) => void;
}

/** A site's companion that can be asked for its report before the end. */
export interface DevCompanion extends Companion {
  /** Prints the report, and writes its files where that was wished for. */
  readonly report: () => void;
}

type Told = Awaited<ReturnType<Parameters<Companion["between"]>[0]>>;

export const REPORT_PATH = "/dev/report";

/** Finds pictures where they are, remembers what was asked for, and says what production needs for it. */
export function createCompanion(settings: CompanionSettings): DevCompanion {
  const { out, write, url, pathPrefix } = settings;
  const sightings = new Sightings((most) =>
    out(
      `The record is full: of what is asked for beyond ${most} different requests, only the number is known.`,
    ),
  );
  const place = createPlacing(settings);
  let own: readonly string[] = [];

  const makeReport = (): Report => reportOn(sightings.all(), { url, pathPrefix, missed: sightings.missed });
  const report = (): void => {
    const { text, files } = makeReport();
    out(`\n${text}`);
    if (write === undefined) return;
    out(written(files, write));
  };

  return {
    between: (handle) => async (ask) => {
      const placed = await place(ask.target);
      const told = await handle(placed ? { ...ask, target: placed.target } : ask);
      const sighting = isOwn(ask, own) ? undefined : sightingOf(ask, placed, told);
      if (sighting) sightings.add(sighting);
      return told;
    },
    pages: { [REPORT_PATH]: () => textReply(makeReport().text) },
    onListening: (address) => {
      own = ownHosts(address);
      settings.onListening(address);
    },
    onLeaving: report,
    report,
  };
}

/** What became of the files, in a sentence: that one cannot be written is no reason not to end in order. */
function written(files: Report["files"], folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of files) writeFileSync(join(folder, name), content);
    return `Written to ${folder}: ${[...files.keys()].join(", ")}`;
  } catch (error) {
    return `Not written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const textReply = (body: string): Reply => ({
  status: 200,
  headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
  body,
});

function ownHosts(address: string): readonly string[] {
  const { host, port } = new URL(address);
  return [host, `localhost:${port}`];
}

/**
 * Whether a page of this server asks, whose pictures are no wish of the site that is developed. Where that site passes
 * requests on to here, its browser says "same origin" as well, but names another page.
 */
function isOwn({ headers }: Ask, own: readonly string[]): boolean {
  const referrer = header(headers, "referer");
  const isNamed = referrer === undefined || (URL.canParse(referrer) && own.includes(new URL(referrer).host));
  return (
    isNamed &&
    header(headers, "sec-fetch-site") === "same-origin" &&
    own.includes(header(headers, "host") ?? "")
  );
}

function sightingOf(
  { target }: Ask,
  placed: Placed | undefined,
  { job, rendition, reply, error }: Told,
): Sighting | undefined {
  if (job === undefined || isDropped(job.source)) return undefined;
  const { status } = reply;
  const seen = {
    source: placed?.source ?? job.source,
    ...(placed?.relative !== undefined && { relative: placed.relative }),
    options: job.options,
    isSpelled: placed !== undefined,
    accept: job.accepted[0] ?? "none",
    status,
    ...(error && { code: error.code }),
    path: target.split("?", 1)[0] ?? "",
  };
  const passedOn = isServed(seen) ? "original" : "none";
  return { ...seen, format: rendition?.format ?? passedOn };
}
