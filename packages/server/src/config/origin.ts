import type { Row } from "./names.ts";

/** Where a value came from, and by which name. */
export type Origin =
  | { readonly place: "default" }
  | { readonly place: "flag" | "environment"; readonly name: string }
  | { readonly place: "file"; readonly name: string; readonly file: string };

/** A value before it is read. */
export interface Given {
  readonly text: string;
  readonly origin: Exclude<Origin, { place: "default" }>;
}

/** In words. */
export function describeOrigin(origin: Origin): string {
  if (origin.place === "default") return "default";
  return origin.place === "file" ? `${origin.name} in ${origin.file}` : origin.name;
}

/** What to call a setting in a sentence: as it was given, or else by the name that people know. */
export const nameOf = (row: Row, origin: Origin | undefined): string =>
  origin && origin.place !== "default" ? origin.name : (row.imgproxy ?? row.variable);
