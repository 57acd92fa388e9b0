import { timingSafeEqual } from "node:crypto";
import { CodecError } from "@tintype/url";
import {
  below,
  checkSource,
  formatPick,
  hourToTime,
  isPrefix,
  message,
  parsePick,
  parsePolicy,
  rungs,
  split,
  TAG_BYTES,
  VERSION,
  type Parts,
  type Pick,
  type Terms,
} from "@tintype/url/capability/terms";
import { HttpError } from "../errors.ts";
import { createHmac256 } from "./hmac.ts";
import type { CapabilityKey, Keyring } from "./keyring.ts";

export interface CapabilitySettings {
  /** Whoever reads it anew may have changed it meanwhile. */
  readonly keyring: () => Keyring;
  /** The host that capabilities are made out to. */
  readonly audience: string;
  /** Takes capabilities that never expire. */
  readonly allowEndless: boolean;
}

/** A good capability: what may be made of which source. */
export interface Grant {
  readonly terms: Terms;
  readonly source: string;
  readonly pick: Pick;
  /** Milliseconds since 1970; Infinity for one without an end. */
  readonly expiresAt: number;
}

/** A good capability whose pick lies between two rungs: the path with the one above. */
export interface Moved {
  readonly path: string;
  readonly expiresAt: number;
}

/** Clocks of two machines may differ by so much. Milliseconds. */
export const SKEW = 60_000;
const KNOWN_POLICIES = 10_000;
/** Signs for a key that nobody has, so that an unknown id takes as long as a known one. */
const NOBODY: CapabilityKey = { mac: createHmac256(new Uint8Array(32)), until: Infinity };

/**
 * Makes the check of capabilities (docs/capability-urls.md). It takes what stands behind the version in a path. All that
 * is wrong with one is the same HttpError, apart from the words for the log.
 */
export function createCapabilityCheck(settings: CapabilitySettings): (rest: string) => Grant | Moved {
  const { audience, allowEndless } = settings;
  const policies = new Map<string, Known>();
  /** Only of a text whose tag is good, so that nobody else's policies push them out. */
  const known = (text: string): Known => {
    const policy = policies.get(text) ?? know(text);
    policies.delete(text);
    policies.set(text, policy);
    if (policies.size > KNOWN_POLICIES) policies.delete(policies.keys().next().value!);
    return policy;
  };
  return (rest) => {
    try {
      const parts = split(rest);
      const keyring = settings.keyring();
      checkTag(parts, keyring, audience);
      const policy = known(parts.policy);
      const { terms } = policy;
      const expiresAt = expiryOf(terms, allowEndless);
      const source = sourceOf(parts);
      checkRevoked(parts, terms, keyring, source);
      const asked = parsePick(parts.pick);
      const pick = fit(asked, policy);
      if (pick === asked) return { terms, source, pick, expiresAt };
      const path = `${VERSION}/${rest.slice(0, -parts.pick.length)}${formatPick(pick)}`;
      return { path, expiresAt };
    } catch (error) {
      if (error instanceof CodecError) throw new HttpError("bad_capability", error.message, { cause: error });
      throw error;
    }
  };
}

/** A policy with what would be counted anew at each request. */
interface Known {
  readonly terms: Terms;
  readonly widths: readonly number[];
  readonly heights: readonly number[] | undefined;
}

function know(text: string): Known {
  const terms = parsePolicy(text);
  const { ladder, widths, heights } = terms;
  return { terms, widths: rungs(ladder, ...widths), heights: heights && rungs(ladder, ...heights) };
}

function checkTag({ tag, policy, source }: Parts, { keys }: Keyring, audience: string): void {
  const bytes = Buffer.from(tag, "base64url");
  const isCanonical = bytes.length === TAG_BYTES && bytes.toString("base64url") === tag;
  const given = isCanonical ? bytes : Buffer.alloc(TAG_BYTES);
  const known = keys.get(given[0]!);
  const key = known && known.until > Date.now() ? known : NOBODY;
  const mac = key.mac(message(audience, policy, source));
  const fits = timingSafeEqual(mac.subarray(0, TAG_BYTES - 1), given.subarray(1));
  if (!fits || !isCanonical || key === NOBODY)
    throw new HttpError("bad_capability", "expected a tag that one of the keys made");
}

function expiryOf({ expires }: Terms, allowEndless: boolean): number {
  if (expires === 0 && !allowEndless)
    throw new CodecError("expected a capability that expires: TINTYPE_CAPABILITY_ALLOW_ENDLESS takes others");
  const expiresAt = expires === 0 ? Infinity : hourToTime(expires) + SKEW;
  if (expiresAt >= Date.now()) return expiresAt;
  throw new CodecError(
    `expected a later time, got a capability that expired at ${new Date(expiresAt).toISOString()}`,
  );
}

/** Throws CodecError where the bytes are no UTF-8, or the text is not the one spelling of them. */
function decode(text: string): string {
  const source = Buffer.from(text, "base64url").toString();
  if (Buffer.from(source).toString("base64url") !== text)
    throw new CodecError("expected a source in its one spelling");
  return source;
}

function sourceOf({ source, path }: Parts): string {
  const signed = decode(source);
  checkSource(signed);
  if (isPrefix(signed) !== (path !== undefined))
    throw new CodecError("expected a path below a signed prefix, and none behind a signed source");
  return path === undefined ? signed : below(signed, decode(path));
}

function checkRevoked(parts: Parts, terms: Terms, keyring: Keyring, source: string): void {
  const { revoked, leastGenerations } = keyring;
  const isRevoked =
    terms.generation < (leastGenerations.get(terms.namespace) ?? 0) ||
    (revoked.size > 0 &&
      (revoked.has(parts.tag) || revoked.has(source) || revoked.has(decode(parts.source))));
  if (isRevoked) throw new CodecError("expected a capability that holds, got one that was revoked");
}

/** The pick itself where its sizes are rungs, and one with the rungs above where they lie between; throws CodecError. */
function fit(pick: Pick, { terms: { aspects, formats }, widths, heights }: Known): Pick {
  const isMember =
    formats.includes(pick.format) &&
    (pick.height !== undefined) === (heights !== undefined) &&
    (aspects.length > 0 ? (pick.aspect ?? Infinity) < aspects.length : pick.aspect === undefined);
  if (!isMember) throw new CodecError("expected a pick that the policy has");
  const width = rungFrom(widths, pick.width);
  const height = heights && rungFrom(heights, pick.height!);
  if (width === pick.width && height === pick.height) return pick;
  return { ...pick, width, ...(height !== undefined && { height }) };
}

function rungFrom(rising: readonly number[], pixels: number): number {
  const rung = rising.find((each) => each >= pixels);
  if (rung === undefined) throw new CodecError(`expected at most ${rising.at(-1)} pixels, got ${pixels}`);
  return rung;
}
