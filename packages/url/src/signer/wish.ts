import { MAX_BYTES, tooLong } from "./body.ts";
import { Refusal } from "./refusal.ts";

/** What somebody wants signed. */
export interface Wish {
  readonly sources: readonly string[];
  /** The policy's name. */
  readonly policy: string;
}

/**
 * Reads a body: its bytes, its text, or what a parser before made of it. Throws Refusal where it is anything but a wish for
 * one to `maxSources` sources.
 */
export function readWish(body: unknown, maxSources: number): Wish {
  const { sources, policy } = fieldsOf(
    typeof body === "string" || body instanceof Uint8Array ? parse(body) : body,
  );
  if (typeof policy !== "string" || !isTexts(sources))
    throw new Refusal(400, 'expected {"sources": ["…"], "policy": "…"}, got another JSON');
  if (sources.length === 0 || sources.length > maxSources)
    throw new Refusal(400, `sources: expected 1 to ${maxSources}, got ${sources.length}`);
  const wish = { sources, policy };
  // Whoever parsed it may have read more than is read here.
  if (new TextEncoder().encode(JSON.stringify(wish)).length > MAX_BYTES) throw tooLong();
  return wish;
}

function parse(body: string | Uint8Array): unknown {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (bytes.length > MAX_BYTES) throw tooLong();
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, "expected a body of JSON in UTF-8, got something else");
  }
}

const fieldsOf = (value: unknown): Partial<Record<keyof Wish, unknown>> =>
  typeof value === "object" && value !== null ? value : {};

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");
