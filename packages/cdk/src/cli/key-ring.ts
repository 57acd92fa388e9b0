/** The pairs of key and salt that a deployment knows: in the secret as two comma lists, at the edge as JSON. */
import { createHash, randomBytes } from "node:crypto";
import { MAX_VALUE_BYTES } from "tintype/deploy";

export interface Pair {
  /** Hex. */
  readonly key: string;
  /** Hex. */
  readonly salt: string;
}

export interface Ring {
  /** The first signs; all are taken for good. */
  readonly pairs: readonly Pair[];
  /** The fingerprint of the pair that was added and does not sign yet. */
  readonly pending?: string;
}

/** Bytes of a new key and of a new salt. */
const NEW_BYTES = 32;

/** Eight hex digits that tell a pair apart and give nothing of it away. */
export const fingerprint = ({ key, salt }: Pair): string =>
  createHash("sha256").update(`${key}:${salt}`.toLowerCase()).digest("hex").slice(0, 8);

export const randomPair = (): Pair => ({
  key: randomBytes(NEW_BYTES).toString("hex"),
  salt: randomBytes(NEW_BYTES).toString("hex"),
});

const listOf = (text: string): readonly string[] =>
  text.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));

const isHex = (text: string): boolean => /^(?:[\da-f]{2})+$/i.test(text);

/** Pairs of two comma lists, as the server reads them. Throws a sentence that holds none of it. */
export function pairsOf(keys: string, salts: string, where: string): readonly Pair[] {
  const [first, second] = [listOf(keys), listOf(salts)];
  if (first.length !== second.length)
    throw new Error(
      `expected as many keys as salts in ${where}, got ${first.length} keys and ${second.length} salts`,
    );
  if (![...first, ...second].every(isHex))
    throw new Error(`expected keys and salts in hex in ${where}, got something else`);
  return first.map((key, i) => ({ key, salt: second[i] ?? "" }));
}

/** Reads the secret's JSON: `{"key": "new,old", "salt": "new,old"}`. Throws a sentence that holds none of it. */
export function readRing(text: string): Ring {
  const { key, salt, pending } = jsonOf(text);
  if (typeof key !== "string" || typeof salt !== "string")
    throw new Error("expected JSON with the texts `key` and `salt` in the secret, got something else");
  const pairs = pairsOf(key, salt, "the secret");
  if (pairs.length === 0) throw new Error("expected a pair of key and salt in the secret, got none");
  const waits = pairs.slice(1).some((pair) => fingerprint(pair) === pending);
  return { pairs, ...(waits && { pending: String(pending) }) };
}

/** The secret's JSON anew; fields that are not of keys stay. */
export function writeRing({ pairs, pending }: Ring, before: string): string {
  const { pending: _over, ...rest } = jsonOf(before);
  return JSON.stringify({
    ...rest,
    key: pairs.map(({ key }) => key).join(","),
    salt: pairs.map(({ salt }) => salt).join(","),
    ...(pending !== undefined && { pending }),
  });
}

/** The edge's value under `keys` with these pairs; what it says of capabilities stays. Throws a sentence where it is too long. */
export function writeStore({ pairs }: Ring, before: string | undefined): string {
  const value = JSON.stringify({
    ...(before === undefined ? {} : jsonOf(before)),
    signatures: pairs.map(({ key, salt }) => [key, salt]),
  });
  if (value.length <= MAX_VALUE_BYTES) return value;
  throw new Error(
    `expected keys of ${MAX_VALUE_BYTES} bytes together at the edge, got ${value.length}: retire a pair first`,
  );
}

/** Step one: a pair at the end, which is taken for good and signs nothing. */
export const withPending = ({ pairs }: Ring, pair: Pair): Ring => ({
  pairs: [...pairs, pair],
  pending: fingerprint(pair),
});

/** Step two: the waiting pair in front. */
export const promoted = ({ pairs, pending }: Ring): Ring => ({
  pairs: [
    ...pairs.filter((pair) => fingerprint(pair) === pending),
    ...pairs.filter((pair) => fingerprint(pair) !== pending),
  ],
});

/** Step three: all but one. */
export function without({ pairs, pending }: Ring, print: string): Ring {
  const rest = pairs.filter((pair) => fingerprint(pair) !== print);
  return { pairs: rest, ...(pending !== undefined && pending !== print && { pending }) };
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
