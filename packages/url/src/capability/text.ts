import { CodecError } from "../codec.ts";
import { PICK_FORMATS, type PickFormat } from "./formats.ts";

/** Opens every capability: the version of its format. */
export const VERSION = "c1";
/** Bytes of a key's id and of the MAC that are kept; together they are the tag. */
export const TAG_BYTES = 17;
/** Separates this use of a key from every other one (RFC 5869, info). */
export const KEY_INFO = "img-cap-v1";
/** Bytes of the derived key. */
export const KEY_BYTES = 32;
/** Characters of the longest target that is looked at. */
export const MAX_LENGTH = 4096;

/** What the MAC is made over: the texts as they stand in the URL, their lengths before them, so that none can lend to another. */
export const message = (audience: string, policy: string, source: string): string =>
  `imgcap1\0${audience}\0${policy.length}:${policy}\0${source.length}:${source}`;

/** A target cut at its slashes, nothing decoded or believed. */
export interface Parts {
  readonly tag: string;
  readonly policy: string;
  readonly source: string;
  /** The way from a signed prefix to one source, where there is one. */
  readonly path?: string;
  readonly pick: string;
}

/** Cuts what follows the version. Throws CodecError where it has not the parts, or anything that is never in one. */
export function split(rest: string): Parts {
  const [tag, policy, source, ...more] = rest.split("/", 6);
  const pick = more.pop();
  if (rest.length > MAX_LENGTH || /[^\w.,/-]/.test(rest) || pick === undefined || more.length > 1)
    throw new CodecError("expected tag, policy, source and pick");
  const [path] = more;
  return { tag: tag!, policy: policy!, source: source!, pick, ...(path !== undefined && { path }) };
}

/** The member of a policy that a browser asks for. */
export interface Pick {
  /** Pixels. */
  readonly width: number;
  /** Pixels, where the policy lets heights be picked. */
  readonly height?: number;
  /** Which of the policy's aspects, from 0. */
  readonly aspect?: number;
  readonly format: PickFormat;
}

const SPELLING = /^w([1-9]\d{0,4})(?:h([1-9]\d{0,4})|a(0|[1-9]\d{0,2}))?(?:\.([a-z]{3,4}))?$/;
const NAMED: ReadonlySet<string> = new Set(Object.values(PICK_FORMATS).filter((name) => name !== "auto"));

/** Reads `w640a1.avif`; a pick without an extension leaves the format to the server. Throws CodecError. */
export function parsePick(text: string): Pick {
  const [, width, height, aspect, extension] = SPELLING.exec(text) ?? [];
  if (width === undefined || (extension !== undefined && !NAMED.has(extension)))
    throw new CodecError(`expected a pick such as w640.avif, got ${JSON.stringify(text)}`);
  return {
    width: Number(width),
    ...(height !== undefined && { height: Number(height) }),
    ...(aspect !== undefined && { aspect: Number(aspect) }),
    format: (extension ?? "auto") as PickFormat,
  };
}

export const formatPick = ({ width, height, aspect, format }: Pick): string =>
  `w${width}` +
  (height === undefined ? "" : `h${height}`) +
  (aspect === undefined ? "" : `a${aspect}`) +
  (format === "auto" ? "" : `.${format}`);
