import type { Scope } from "../scope.ts";
import { Complaint } from "./complaint.ts";

const MOST_VALUE_BYTES = 8192;

const EXPECTED = "expected source=, prefix=, tag= or all=true in the query";

const wrong = (message: string): Complaint => new Complaint(400, "bad_purge", message);

/** Control characters, of which no tag has any. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const VALUED: ReadonlySet<string> = new Set(["source", "prefix", "tag"]);
const ALL: Readonly<Record<string, readonly string[]>> = { all: ["true"], everything: ["", "true"] };

const isValued = (name: string): name is "source" | "prefix" | "tag" => VALUED.has(name);

/**
 * Reads the scopes of a purge from a raw query, without its question mark: one kind, once or several times. Nothing but
 * percent signs is decoded. A bare plus is refused, because it is a plus to some and a space to others, and a purge of
 * the wrong name looks like one of a name that nobody asked for. Throws a Complaint of status 400.
 */
export function readScopes(query: string): readonly Scope[] {
  const scopes = query
    .split("&")
    .filter((part) => part !== "")
    .map(readScope);
  const [first] = scopes;
  if (first === undefined) throw wrong(`${EXPECTED}, got nothing`);
  const other = scopes.find(({ kind }) => kind !== first.kind);
  if (other) throw wrong(`expected scopes of one kind, got ${first.kind} and ${other.kind}`);
  return first.kind === "all" ? [first] : scopes;
}

function readScope(part: string): Scope {
  const cut = part.indexOf("=");
  const name = cut < 0 ? part : part.slice(0, cut);
  const raw = cut < 0 ? "" : part.slice(cut + 1);
  if (Object.hasOwn(ALL, name)) {
    if (ALL[name]?.includes(raw)) return { kind: "all" };
    throw wrong(`expected ${name}=true, got ${shown(part)}`);
  }
  if (!isValued(name))
    throw wrong(`${EXPECTED}, got ${shown(name)} (an ampersand inside of a value is written %26)`);
  return { kind: name, value: readValue(name, raw) };
}

function readValue(name: string, raw: string): string {
  if (raw.includes("+"))
    throw wrong(`expected %2B for a plus or %20 for a space in ${name}, got a bare plus`);
  const value = decode(name, raw);
  if (value === "") throw wrong(`expected a value behind ${name}=, got nothing`);
  const bytes = Buffer.byteLength(value);
  if (bytes > MOST_VALUE_BYTES)
    throw wrong(`expected at most ${MOST_VALUE_BYTES} bytes in ${name}, got ${bytes}`);
  if (name === "tag" && CONTROL.test(value))
    throw wrong("expected a tag without control characters, got one with some");
  return value;
}

function decode(name: string, raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw wrong(`expected percent-encoded UTF-8 in ${name}, got a broken escape`);
  }
}

/** A word of the client's, short enough for a sentence. */
const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
