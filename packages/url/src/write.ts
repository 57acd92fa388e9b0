import { encodeBase64 } from "./base64.ts";
import { FORMAT_NAMES } from "./formats.ts";
import type { Rule, Shape } from "./shape.ts";

type Held = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Held =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Values that are kept otherwise than they are written: what they are by the names of their arguments. */
const IN_ARGUMENTS: { readonly [R in Rule]?: (value: unknown) => unknown } = {
  // A gravity cannot be written without a height before it, and a height of 0 is the whole side, as none is.
  crop: (crop) => (isRecord(crop) && crop["gravity"] ? { ...crop, height: crop["height"] ?? 0 } : crop),
  filename: (name) =>
    typeof name !== "string" || /^[\w.-]+$/.test(name)
      ? { name }
      : { name: encodeBase64(name), encoded: true },
  // By the table of formats rather than by who came first: equal values are spelled alike.
  pairs: (value) =>
    isRecord(value)
      ? Object.entries(value)
          .filter(([, quality]) => quality !== undefined)
          .map(([format, quality]) => ({ format, quality }))
          .sort((one, other) => placeOf(one.format) - placeOf(other.format))
      : value,
  zoom: (zoom) => (isRecord(zoom) && zoom["x"] === zoom["y"] ? { ...zoom, y: undefined } : zoom),
};

const placeOf = (format: string): number => FORMAT_NAMES.findIndex((name) => name === format);

/** A value by the names of the arguments that its shape describes. */
export const inArguments = ({ rule }: Shape, value: unknown): unknown =>
  (rule && IN_ARGUMENTS[rule]?.(value)) ?? value;

/** One argument: a boolean as 1 or 0, everything else as it prints. */
export const writeOne = (value: unknown): string =>
  typeof value === "boolean" ? (value ? "1" : "0") : String(value);

/** A value as its arguments, trailing empty ones left out. The shape's codec reads them back. */
export function write(shape: Shape, value: unknown): string[] {
  const given = inArguments(shape, value);
  if (shape.kind === "list") return (given as readonly unknown[]).flatMap((item) => write(shape.of, item));
  if (shape.kind !== "fields") return [writeOne(given)];
  const held = given as Held;
  return trimEnd(
    Object.entries(shape.of).flatMap(([name, of]) =>
      held[name] === undefined ? [""] : write(of, held[name]),
    ),
  );
}

/** Drops trailing empty arguments, keeping at least one. */
export function trimEnd(parts: readonly string[]): string[] {
  let length = parts.length;
  while (length > 1 && parts[length - 1] === "") length--;
  return parts.slice(0, length);
}
