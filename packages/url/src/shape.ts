/** What a value is, as data: errors, docs, forms and builders are drawn from it. */
export type Shape = (
  | {
      readonly kind: "integer" | "number";
      readonly min?: number;
      readonly max?: number;
      /** Exclusive lower bound. */
      readonly above?: number;
      readonly multipleOf?: number;
    }
  | { readonly kind: "flag" | "color" | "hex" | "gravity" }
  | {
      readonly kind: "text";
      /** May not be empty. */
      readonly filled?: true;
    }
  | { readonly kind: "choice"; readonly of: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | {
      readonly kind: "fields";
      readonly of: Readonly<Record<string, Shape>>;
      /** So many of the first fields a value must have; none where left out. */
      readonly required?: number;
    }
) & {
  /** What more there is to the value than its arguments by name. */
  readonly rule?: Rule;
};

/** What `write.ts` and `check.ts` know of single shapes. */
export type Rule = "crop" | "filename" | "gravity" | "pairs" | "tags" | "zoom";

/** A value that is not what was expected. The message reads `expected ..., got ...`. */
export class CodecError extends Error {
  override readonly name = "CodecError";
}

/** A text for an error: in quotes, and not endless. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > 64 ? `${text.slice(0, 61)}...` : text);

/** Throws the one kind of sentence that a wrong argument gets. */
export function refuse(shape: Shape, got: string): never {
  throw new CodecError(`expected ${describe(shape)}, got ${quote(got)}`);
}

/** Says a shape in words, for errors and docs alike. */
export function describe(shape: Shape): string {
  switch (shape.kind) {
    case "integer":
    case "number":
      return describeNumber(shape);
    case "flag":
      return "a boolean (1, t, true or 0, f, false)";
    case "color":
      return "a colour of 3 or 6 hex digits";
    case "text":
      return "text";
    case "hex":
      return "an even number of hex digits";
    case "gravity":
      return "a gravity";
    case "choice":
      return `one of ${shape.of.join(", ")}`;
    case "list":
      return `a list, each item ${describe(shape.of)}`;
    case "fields":
      return Object.entries(shape.of)
        .map(([name, of]) => `${name}: ${describe(of)}`)
        .join("; ");
  }
}

/** What a number may be, both bounds included. */
export type Range = Omit<Extract<Shape, { readonly kind: "number" | "integer" }>, "kind" | "rule">;

function describeNumber({ kind, min, max, above, multipleOf }: Range & { readonly kind: string }): string {
  const noun = kind === "integer" ? "an integer" : "a number";
  const step = multipleOf === undefined ? "" : ` that is a multiple of ${multipleOf}`;
  if (above !== undefined) return `${noun} above ${above}${step}`;
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}${step}`;
  if (min !== undefined) return `${noun} of ${min} or more${step}`;
  if (max !== undefined) return `${noun} of ${max} or less${step}`;
  return `${noun}${step}`;
}

export const inRange = (
  value: number,
  { min = -Infinity, max = Infinity, above = -Infinity, multipleOf }: Range,
): boolean =>
  value >= min && value <= max && value > above && (multipleOf === undefined || value % multipleOf === 0);

export const COLOR = /^(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/;
