import { isDeepStrictEqual } from "node:util";

/** Throws: what was expected, of what, and what was got instead. */
export function complain(what, of, got) {
  throw new Error(`expected ${what} ${of}, got ${got}`);
}

/** Throws where two values differ, and says in which part. */
export function expectEqual(what, got, wanted) {
  if (isDeepStrictEqual(got, wanted)) return;
  const parts =
    typeof wanted === "object" && wanted !== null && !Array.isArray(wanted) ? Object.keys(wanted) : [];
  const differing = parts.filter((part) => !isDeepStrictEqual(got?.[part], wanted[part]));
  if (differing.length === 0) complain(what, JSON.stringify(wanted), JSON.stringify(got));
  const pairs = differing.map(
    (part) => `${part}: ${JSON.stringify(wanted[part])}, got ${JSON.stringify(got?.[part])}`,
  );
  throw new Error(`${what}: expected ${pairs.join("; expected ")}`);
}
