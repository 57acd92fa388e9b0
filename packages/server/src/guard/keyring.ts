import { deriveKey } from "@tintype/url/sign";
import { createHmac256 } from "./hmac.ts";

/** The keys that capabilities are checked with, and what of them holds no longer. */
export interface Keyring {
  readonly keys: ReadonlyMap<number, CapabilityKey>;
  /** By namespace: capabilities of an earlier generation are revoked. */
  readonly leastGenerations: ReadonlyMap<number, number>;
  /** Sources and tags, as their capabilities write them. */
  readonly revoked: ReadonlySet<string>;
}

export interface CapabilityKey {
  /** By a key that is derived from the one that was given, so that it is of no use anywhere else. */
  readonly mac: ReturnType<typeof createHmac256>;
  /** Milliseconds since 1970; it counts no longer then. */
  readonly until: number;
}

/** Keys for a keyring, as a line or a setting gives them. */
export interface KeyLine {
  readonly kid: number;
  /** Hex. */
  readonly key: string;
  readonly until?: number;
}

const MAX_REVOKED = 100_000;

const EXPECTED =
  "key <id> <hex>, generation <namespace> <least>, revoke source <url> or revoke tag <tag>; a date behind `until` where it ends";

const keyOf = ({ kid, key, until = Infinity }: KeyLine): [number, CapabilityKey] => {
  if (kid > 255) throw new Error(`expected the id of a key from 0 to 255, got ${kid}`);
  return [kid, { mac: createHmac256(deriveKey(key)), until }];
};

/**
 * Reads a keyring: one fact a line, `#` before a remark, laid over the keys of the settings. What has ended is left out.
 * Throws a sentence with the line's number, never with what the line holds: it may be a key.
 */
export function parseKeyring(
  text: string,
  given: readonly KeyLine[] = [],
  now: number = Date.now(),
): Keyring {
  const keys = new Map(given.map(keyOf));
  const leastGenerations = new Map<number, number>();
  const revoked = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    try {
      const { words, until } = wordsOf(line);
      if (until <= now) continue;
      const [verb, name = "", value = "", ...more] = words;
      if (more.length > 0) throw new Error(`expected ${EXPECTED}`);
      if (verb === "key" && isNumber(name) && /^(?:[\da-f]{2})+$/i.test(value)) {
        const [kid, key] = keyOf({ kid: Number(name), key: value, until });
        keys.set(kid, key);
      } else if (verb === "generation" && isNumber(name) && isNumber(value))
        leastGenerations.set(Number(name), Number(value));
      else if (verb === "revoke" && (name === "source" || name === "tag") && value !== "") revoked.add(value);
      else throw new Error(`expected ${EXPECTED}`);
      if (revoked.size > MAX_REVOKED)
        throw new Error(`expected at most ${MAX_REVOKED} revoked sources and tags`);
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  }
  return { keys, leastGenerations, revoked };
}

const isNumber = (word: string): boolean => /^\d{1,9}$/.test(word);

function wordsOf(line: string): { readonly words: readonly string[]; readonly until: number } {
  const words = line.trim().split(/\s+/);
  if (words.at(-2) !== "until") return { words, until: Infinity };
  const until = Date.parse(words.at(-1) ?? "");
  if (Number.isNaN(until)) throw new Error("expected a date behind `until`, such as 2030-01-01");
  return { words: words.slice(0, -2), until };
}
