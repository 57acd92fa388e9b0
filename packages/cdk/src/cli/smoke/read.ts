/** What an answer says of itself, and what it is. */
import type { Answer } from "./ask.ts";

const ascii = (body: Buffer, from: number, to: number): string => body.toString("latin1", from, to);

/** The type of a picture by its first bytes, whatever its headers say; undefined where it is none that servers make. */
export function typeOf(body: Buffer): string | undefined {
  if (ascii(body, 0, 3) === "\u00ff\u00d8\u00ff") return "image/jpeg";
  if (ascii(body, 1, 4) === "PNG") return "image/png";
  if (ascii(body, 0, 4) === "GIF8") return "image/gif";
  if (ascii(body, 0, 4) === "RIFF" && ascii(body, 8, 12) === "WEBP") return "image/webp";
  if (ascii(body, 4, 8) === "ftyp" && /^avi[fs]$/.test(ascii(body, 8, 12))) return "image/avif";
  return undefined;
}

/** Whether a cache in front had it. */
export type Kept = "hit" | "miss" | "unknown";

/**
 * By `X-Cache`. Behind CloudFront only CloudFront's own word counts, or a server that keeps pictures itself would be taken for a
 * CDN that does.
 */
export function keptOf({ headers }: Pick<Answer, "headers">): Kept {
  const words = (headers["x-cache"] ?? "").split(",").map((word) => word.trim().toLowerCase());
  const amazon = words.find((word) => word.endsWith(" from cloudfront"));
  const word = "x-amz-cf-id" in headers || amazon !== undefined ? amazon : words.at(-1);
  if (word === undefined) return "unknown";
  if (/^(?:refresh)?hit\b/.test(word)) return "hit";
  return /^miss\b/.test(word) ? "miss" : "unknown";
}

/** An answer in a few words. */
export const summaryOf = ({ status, headers }: Answer): string =>
  [status, headers["content-type"], headers["x-cache"] && `X-Cache: ${headers["x-cache"]}`]
    .filter((part) => part !== undefined && part !== "")
    .join(", ")
    .replace(/[^ -~]/g, "?");
