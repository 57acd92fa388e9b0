import { hash } from "node:crypto";
import { detectFormat, HEAD_BYTES } from "./detect.ts";
import { isFormat, type Format } from "./formats.ts";

/** What a source said of a picture's original, by which it is asked whether that is still the same. */
export interface Known {
  /** SHA-256 of its bytes, base64url. */
  readonly digest: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** A finished picture, and what its source said of itself. Survives JSON but for its bytes. */
export interface Rendition {
  readonly bytes: Uint8Array;
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly sourceFrames: number;
  readonly origin: { readonly width: number; readonly height: number; readonly bytes: number };
  /** The source's `last-modified`, `cache-control` and `expires`. */
  readonly headers: Readonly<Partial<Record<"last-modified" | "cache-control" | "expires", string>>>;
  /** What its ETag is made of: a hash of the bytes. */
  readonly hash: string;
  readonly original: Known;
  /** When the original was made, or last said to be unchanged, as far as can be told. Milliseconds since 1970. */
  readonly bornAt: number;
  /** When its source was asked last, before the first byte went out. Milliseconds since 1970. */
  readonly askedAt: number;
  /** Milliseconds that its making took, by step. */
  readonly steps: Readonly<Record<"fetch" | "wait" | "render", number>>;
}

/** What is passed on of the headers of a source. */
export function saidOf(headers: Readonly<Partial<Record<string, string>>>): Rendition["headers"] {
  const names = ["last-modified", "cache-control", "expires"] as const;
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

/** SHA-256, base64url. */
export const digestOf = (bytes: Uint8Array): string => hash("sha256", bytes, "base64url");

/** The part of an ETag that says what the bytes are: 160 bits of their digest. */
export const hashOf = (bytes: Uint8Array): string => digestOf(bytes).slice(0, 27);

const NUMBERS = ["width", "height", "frames", "sourceFrames", "bornAt"] as const;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every((each) => typeof each === "string" && !/[\r\n\0]/.test(each));

const isNumbers = (value: unknown, names: readonly string[]): boolean =>
  isRecord(value) && names.every((name) => Number.isFinite(value[name]) && Number(value[name]) >= 0);

/**
 * A rendition from what was kept of it; undefined for what only looks like one. Whoever can write to a shared store may
 * put anything there: neither another type nor a header of its own may come of it.
 */
export function readRendition(about: unknown, bytes: Uint8Array): Rendition | undefined {
  if (!isRecord(about)) return undefined;
  const { format, headers, hash, original, origin, steps } = about;
  const isWhole =
    typeof format === "string" &&
    isFormat(format) &&
    detectFormat(bytes.subarray(0, HEAD_BYTES), {}) === format &&
    isNumbers(about, NUMBERS) &&
    isNumbers(origin, ["width", "height", "bytes"]) &&
    isNumbers(steps, ["fetch", "wait", "render"]) &&
    isTexts(headers) &&
    isTexts(original) &&
    typeof hash === "string" &&
    /^[\w-]{27}$/.test(hash);
  return isWhole ? ({ ...about, bytes } as Rendition) : undefined;
}
