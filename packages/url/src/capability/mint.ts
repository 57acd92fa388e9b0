import { bytesToBase64, encodeBase64 } from "../base64.ts";
import { CodecError } from "../codec.ts";
import type { Options } from "../options.ts";
import { formatSegments } from "../segments.ts";
import type { PickFormat } from "./formats.ts";
import type { Ladder } from "./ladder.ts";
import { commonDivisor, formatTerms, type Aspect, type Quality, type Terms } from "./policy.ts";
import { checkSource } from "./source.ts";
import { message, VERSION } from "./text.ts";

/** What a browser may choose, as a back end says it. */
export interface Policy {
  /** Pixels of the narrowest and the widest picture, 16 to 8192. */
  readonly widths: readonly [low: number, high: number];
  /** Pixels, where heights are chosen apart from widths; pictures are then cut to fill both. */
  readonly heights?: readonly [low: number, high: number];
  /** Steps between widths: 1 of 15 %, 2 of 25 %, 3 of 41 %. 2 where left out. */
  readonly ladder?: Ladder;
  /** Shapes to cut pictures to, such as `3x2`; their own where left out. */
  readonly aspects?: readonly ("natural" | `${number}x${number}`)[];
  /** AVIF, WebP and JPEG where left out; `auto` follows the Accept header. */
  readonly formats?: readonly PickFormat[];
  /** `standard`, which is what the server is set to, where left out. */
  readonly quality?: Quality;
  /** Options that hold for every picture, such as a watermark; what is picked wins over them. */
  readonly options?: Options;
  /** Rounded up to a whole hour, so that all pages of an hour share their URLs; in 30 days where left out. */
  readonly expires?: Date | "never";
  /** 0 where left out. A server revokes all of a namespace by raising its least generation. */
  readonly namespace?: number;
  readonly generation?: number;
}

export interface CapabilitySettings {
  /** Where the server is, such as `https://img.example.com`, with its path prefix. */
  readonly endpoint: string;
  /** The server's TINTYPE_CAPABILITY_AUDIENCE; the endpoint's host where left out. */
  readonly audience?: string;
  /** Hex, 16 bytes or more: one of the server's TINTYPE_CAPABILITY_KEYS. */
  readonly key: string;
  /** The id that the server knows the key by, 0 to 255. */
  readonly kid: number;
}

const HOUR = 3_600_000;
const EPOCH = Date.UTC(2020, 0, 1);
const MONTH = 30 * 24 * HOUR;

/** Milliseconds since 1970 at which so many hours since 2020 began. */
export const hourToTime = (hours: number): number => EPOCH + hours * HOUR;

/** What is signed, and how the capability is made of the MAC. */
export interface Draft {
  readonly message: string;
  /** Of the first 16 bytes of the MAC or more. */
  readonly seal: (mac: Uint8Array) => string;
}

/** Everything of minting but the MAC. Throws CodecError, which names the field, where policy or source cannot be signed. */
export function draft(settings: CapabilitySettings, source: string, policy: Policy): Draft {
  const { endpoint, kid } = settings;
  if (!Number.isInteger(kid) || kid < 0 || kid > 255)
    throw new CodecError(`kid: expected a whole number from 0 to 255, got ${kid}`);
  checkSource(source);
  const terms = formatTerms(termsOf(policy));
  const encoded = encodeBase64(source);
  return {
    message: message(settings.audience ?? hostOf(endpoint), terms, encoded),
    seal: (mac) => {
      const tag = bytesToBase64(Uint8Array.from([kid, ...mac.subarray(0, 16)]));
      return [endpoint.replace(/\/+$/, ""), VERSION, tag, terms, encoded].join("/");
    },
  };
}

function hostOf(endpoint: string): string {
  if (!URL.canParse(endpoint))
    throw new CodecError(`expected an audience, or an endpoint with a host, got ${JSON.stringify(endpoint)}`);
  return new URL(endpoint).host;
}

function termsOf(policy: Policy): Terms {
  const { widths, heights, expires = new Date(Date.now() + MONTH) } = policy;
  return {
    widths,
    ...(heights && { heights }),
    ladder: policy.ladder ?? 2,
    aspects: policy.aspects?.map(readAspect) ?? [],
    formats: policy.formats ?? ["avif", "webp", "jpg"],
    quality: policy.quality ?? "standard",
    options: formatSegments(policy.options ?? {}).join("/"),
    expires: expires === "never" ? 0 : Math.ceil((expires.getTime() - EPOCH) / HOUR),
    namespace: policy.namespace ?? 0,
    generation: policy.generation ?? 0,
  };
}

function readAspect(text: string): Aspect {
  if (text === "natural") return "natural";
  const [, width, height] = (/^(\d{1,9})x(\d{1,9})$/.exec(text) ?? []).map(Number);
  if (!width || !height)
    throw new CodecError(`aspects: expected "natural" or sides such as 3x2, got ${JSON.stringify(text)}`);
  const divisor = commonDivisor(width, height);
  return { width: width / divisor, height: height / divisor };
}
