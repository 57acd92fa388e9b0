import { httpDate } from "../message.ts";

/** Bytes `from` up to, not including, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a file is compared by. */
export interface Validated {
  /** With its quotes. */
  readonly etag: string;
  readonly modified: Date;
  /** Bytes. */
  readonly size: number;
}

type Asked = Readonly<Record<string, string>>;

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** Tells whether the asker's copy is still good (RFC 9110, section 13.2.2); an ETag is asked before a date. */
export function isUnchanged(asked: Asked, { etag, modified }: Validated): boolean {
  const match = asked["if-none-match"];
  if (match !== undefined) {
    const tags: readonly string[] = match.match(/"[^"]*"/g) ?? [];
    return match.trim() === "*" || tags.includes(etag);
  }
  const since = new Date(httpDate(asked["if-modified-since"]));
  // A date that cannot be read compares as NaN, which is never at least anything.
  return seconds(since) >= seconds(modified);
}

function holds(asked: Asked, { etag, modified }: Validated): boolean {
  const condition = asked["if-range"];
  if (condition === undefined) return true;
  return condition.includes('"')
    ? condition.trim() === etag
    : seconds(new Date(httpDate(condition))) === seconds(modified);
}

/**
 * The one span that a `Range` header asks for: undefined where the whole file is the answer (no range, several, a
 * malformed one, or a copy that `If-Range` finds outdated), "outside" where the file has no such bytes.
 */
export function spanOf(asked: Asked, file: Validated): Span | "outside" | undefined {
  const { size } = file;
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/i.exec(asked["range"]?.trim() ?? "") ?? [];
  if ((first === "" && last === "") || !holds(asked, file)) return undefined;
  if (first === "")
    return last === "0" || size === 0 ? "outside" : { from: Math.max(0, size - Number(last)), to: size };
  if (last !== "" && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return "outside";
  return { from: Number(first), to: last === "" ? size : Math.min(size, Number(last) + 1) };
}
