import type { Options } from "@tintype/url";
import { ERRORS, type HttpError } from "./errors.ts";
import { FORMATS } from "./formats.ts";
import type { Served } from "./keeping.ts";
import { lifetime, type LifetimeSettings } from "./lifetime.ts";
import { disposition, fileName, linkTo } from "./header-text.ts";
import { header, httpDate, type Ask, type Reply } from "./message.ts";
import type { Rendition } from "./rendition.ts";
import { spanOf } from "./source/conditional.ts";

export interface ReplySettings extends LifetimeSettings {
  readonly useEtag: boolean;
  readonly etagBuster: string;
  readonly useLastModified: boolean;
  readonly lastModifiedBuster: Date | undefined;
  readonly setCanonicalHeader: boolean;
  readonly returnAttachment: boolean;
  readonly enableDebugHeaders: boolean;
  /** Request headers that change pictures, as Vary names them. */
  readonly vary: readonly string[];
  /** Headers by which CDNs know what a picture is called in a purge. */
  readonly tag: (source: string, tags: readonly string[]) => Reply["headers"];
}

interface Asked {
  readonly source: string;
  readonly options: Options;
}

/** Rendition to answer: headers as in contract http.md, section 4, and 304 where the client has it already. */
export function replyWith(served: Served, asked: Asked, ask: Ask, settings: ReplySettings): Reply {
  const { rendition, fallbackStatus } = served;
  const validators = validatorsOf(served, settings);
  const { headers } = rendition;
  const shared = {
    ...validators,
    ...lifetime({ headers, fallbackStatus }, asked.options, settings),
    ...(settings.vary.length > 0 && { Vary: settings.vary.join(", ") }),
    ...settings.tag(asked.source, asked.options.cacheTags ?? []),
    ...passageOf(served),
  };
  if (isFresh(ask, validators)) return { status: 304, headers: shared, body: "" };
  const { extension, mime } = FORMATS[rendition.format];
  const name = `${fileName(asked.source, asked.options.filename)}${extension}`;
  const whole: Reply & { readonly body: Uint8Array } = {
    status: fallbackStatus ?? 200,
    headers: {
      ...shared,
      "Content-Type": mime,
      "Content-Disposition": disposition(name, asked.options.returnAttachment ?? settings.returnAttachment),
      ...(settings.setCanonicalHeader && linkTo(asked.source)),
      ...framesHeader(rendition, asked.options),
      ...(settings.enableDebugHeaders && debugHeaders(rendition)),
    },
    body: rendition.bytes,
  };
  // What stands in for a picture has no validator that could hold its parts together.
  return fallbackStatus === undefined ? ranged(whole, ask) : whole;
}

/** The one part that the client asks for, or all (RFC 9110, section 14): several parts at once are never sent. */
function ranged(whole: Reply & { readonly body: Uint8Array }, { method, headers }: Ask): Reply {
  const { body } = whole;
  const all = { ...whole, headers: { ...whole.headers, "Accept-Ranges": "bytes" } };
  const range = header(headers, "range");
  if (method !== "GET" || range === undefined) return all;
  const condition = header(headers, "if-range");
  const span = spanOf(
    { range, ...(condition !== undefined && { "if-range": condition }) },
    // The date is the source's: two formats of one picture share it, so no part may rely on it.
    { etag: whole.headers["ETag"] ?? "", modified: new Date(NaN), size: body.byteLength },
  );
  if (span === undefined) return all;
  if (span === "outside") return unsatisfiable(body.byteLength);
  const { from, to } = span;
  const said = { ...all.headers, "Content-Range": `bytes ${from}-${to - 1}/${body.byteLength}` };
  return { status: 206, headers: said, body: body.subarray(from, to) };
}

const unsatisfiable = (size: number): Reply => ({
  status: 416,
  headers: { "Content-Type": "text/plain", "Cache-Control": "no-store", "Content-Range": `bytes */${size}` },
  body: "",
});

/** Says so where an animation lost frames to the limits: none is missed where a still format was asked for. */
function framesHeader(
  { frames, sourceFrames, format }: Rendition,
  options: Options,
): { "X-Frames"?: string } {
  const couldMove = FORMATS[format].animationOut || options.format === undefined;
  return frames < sourceFrames && couldMove ? { "X-Frames": `${frames}/${sourceFrames}` } : {};
}

const debugHeaders = ({ origin, width, height }: Rendition) => ({
  "X-Origin-Width": String(origin.width),
  "X-Origin-Height": String(origin.height),
  "X-Origin-Content-Length": String(origin.bytes),
  "X-Result-Width": String(width),
  "X-Result-Height": String(height),
});

interface Validators {
  readonly ETag?: string;
  readonly "Last-Modified"?: string;
}

/** Our own strong ETag over the bytes; the source's Last-Modified, or the buster where that is later. */
function validatorsOf({ rendition, fallbackStatus }: Served, settings: ReplySettings): Validators {
  const { hash, headers } = rendition;
  if (fallbackStatus !== undefined) return {};
  const modified = modifiedAt(headers["last-modified"], settings.lastModifiedBuster);
  return {
    ...(settings.useEtag && { ETag: etagOf(hash, settings.etagBuster) }),
    ...(settings.useLastModified && modified && { "Last-Modified": modified.toUTCString() }),
  };
}

const etagOf = (hash: string, buster: string): string =>
  buster === "" ? `"${hash}"` : `"${buster}/${hash}"`;

/** How the picture came here: from which place, how old, and what it took (RFC 9111, section 5.1; W3C Server Timing). */
function passageOf({ rendition: { bornAt, steps }, state }: Served): Reply["headers"] {
  const kept = state === "hit" || state === "stale";
  const age = Math.max(0, Math.floor((Date.now() - bornAt) / 1000));
  const timing = kept
    ? [`cache;desc=${state}`]
    : Object.entries(steps).map(([step, milliseconds]) => `${step};dur=${milliseconds.toFixed(1)}`);
  return {
    ...((kept || age > 0) && { Age: String(age) }),
    "X-Cache": state.toUpperCase(),
    "Server-Timing": timing.join(", "),
  };
}

function modifiedAt(text: string | undefined, buster: Date | undefined): Date | undefined {
  const time = httpDate(text);
  if (Number.isNaN(time)) return undefined;
  return new Date(Math.max(time, buster?.getTime() ?? 0));
}

/** RFC 9110, sections 13.1.2 and 13.1.3: If-None-Match decides alone where it is sent. */
function isFresh({ headers }: Ask, validators: Validators): boolean {
  const known = header(headers, "if-none-match");
  if (known !== undefined) return validators.ETag !== undefined && matches(known, validators.ETag);
  const since = httpDate(header(headers, "if-modified-since"));
  const modified = httpDate(validators["Last-Modified"]);
  return modified <= since;
}

const matches = (list: string, etag: string): boolean =>
  list.trim() === "*" ||
  (list.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, "") === etag);

export interface RefusalSettings {
  /** Seconds that a CDN may keep an answer that the source is to blame for. */
  readonly errorTtl: number;
  /** Puts the private detail into the body. */
  readonly detailed: boolean;
}

/** A refusal to answer: fixed public words, nothing of the inside. */
export function refuseWith(error: HttpError, { errorTtl, detailed }: RefusalSettings): Reply {
  const kept = ERRORS[error.code].keeping === "short" && errorTtl > 0;
  return {
    status: error.status,
    headers: {
      "Content-Type": detailed ? "text/plain; charset=utf-8" : "text/plain",
      "Cache-Control": kept ? `max-age=${errorTtl}, public` : "no-store",
      ...(error.retryAfter !== undefined && { "Retry-After": String(error.retryAfter) }),
    },
    body: detailed ? `${error.code}: ${error.message}\n\n${error.stack ?? ""}` : error.publicMessage,
  };
}
