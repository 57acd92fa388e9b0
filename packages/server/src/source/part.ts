import { type Span, type Validated, isUnchanged, spanOf } from "./conditional.ts";
import type { Original, Wish } from "./source.ts";

/** What of a file is to be sent, and under which status. */
export interface Part {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Original["headers"];
  readonly span: Span;
}

type Kept = Original["headers"];

/** Headers of a file by the answers that they belong to. */
export interface PartHeaders {
  /** Of every answer that has a body, and of 416. */
  readonly common: Kept;
  /** Of the whole file and of 304. */
  readonly validators: Kept;
}

const NOTHING: Span = { from: 0, to: 0 };

/** Weighs what is asked for against a file whose size and validators are known (RFC 9110, sections 13.2 and 14.2). */
export function partOf(file: Validated, { common, validators }: PartHeaders, { mode, headers }: Wish): Part {
  const full = { ...common, ...validators, "content-length": String(file.size) };
  const whole: Part = { status: 200, headers: full, span: { from: 0, to: file.size } };
  if (isUnchanged(headers, file)) return { status: 304, headers: validators, span: NOTHING };
  if (mode === "picture") return whole;
  const span = spanOf(headers, file);
  if (span === undefined) return whole;
  if (span === "outside") {
    const range = `bytes */${file.size}`;
    return {
      status: 416,
      headers: { ...common, "content-range": range, "content-length": "0" },
      span: NOTHING,
    };
  }
  const range = `bytes ${span.from}-${span.to - 1}/${file.size}`;
  const length = String(span.to - span.from);
  return { status: 206, headers: { ...common, "content-range": range, "content-length": length }, span };
}
