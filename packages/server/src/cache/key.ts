import { hash } from "node:crypto";

const digest = (text: string, digits: number): string => hash("sha256", text, "hex").slice(0, digits);

/** A key that nothing is kept under, to ask whether a store answers. */
export const NOBODYS_KEY = `${"0".repeat(24)}-${"0".repeat(40)}`;

/** What all keys begin with that belong to a source. */
export const sourcePrefix = (source: string): string => `${digest(source, 24)}-`;

/** The key of one of the things that are kept of a source; `rest` is whatever else tells it apart. */
export const keyOf = (source: string, rest: readonly unknown[]): string =>
  sourcePrefix(source) + digest(JSON.stringify([source, ...rest]), 40);
