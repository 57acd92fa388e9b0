import { UsageError } from "./command.ts";

/** A class of clients that get the same picture. */
export interface AcceptClass {
  readonly name: string;
  /** The Accept header of such a client, in the form that CDNs in front of the server reduce it to. */
  readonly header: string;
}

const HEADERS: ReadonlyMap<string, string> = new Map([
  ["avif", "image/avif,image/webp"],
  ["webp", "image/webp"],
  ["none", "*/*"],
]);

const EXPECTED = [...HEADERS.keys()].join(", ");

/** Reads a list such as `avif,webp,none`. Throws UsageError. */
export function readAccepts(list: string): readonly AcceptClass[] {
  const names = new Set(list.split(",").map((name) => name.trim()));
  return [...names].map((name) => {
    const header = HEADERS.get(name);
    if (header === undefined)
      throw new UsageError(`expected ${EXPECTED} behind --accept, got ${JSON.stringify(name)}`);
    return { name, header };
  });
}

/** The header of one class, or a header as it is. Throws UsageError. */
export function acceptOf(given: string): string {
  const header = HEADERS.get(given) ?? given;
  if (/^[!-~ ]*\/[!-~ ]*$/.test(header)) return header;
  throw new UsageError(
    `expected ${EXPECTED} or an Accept header behind --accept, got ${JSON.stringify(given)}`,
  );
}
