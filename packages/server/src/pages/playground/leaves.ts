/** A codec's shape, taken apart into what one can put a control to. */
import { ANCHORS, type Shape } from "@tintype/url";
import { RANGES, type Range } from "./ranges.ts";

interface Place {
  /** The option, or one of its arguments: `crop.width`. */
  readonly path: string;
  /** The argument's own name; empty where the option has only one. */
  readonly name: string;
}

/** A number with both ends known can be slid. */
export interface Slide extends Required<Range> {
  readonly whole: boolean;
}

/** One control, which stands for one argument; the last two kinds stand for any number of them. */
export type Leaf = Place &
  (
    | { readonly kind: "number"; readonly slide: Slide | undefined; readonly whole: boolean }
    | { readonly kind: "flag" | "color" | "text" }
    | { readonly kind: "choice" | "compass"; readonly of: readonly string[] }
    | { readonly kind: "several"; readonly of: readonly string[] }
    | { readonly kind: "words" }
  );

/** The controls of an option, in the order of its arguments. */
export function leavesOf(shape: Shape, path: string, name = ""): Leaf[] {
  switch (shape.kind) {
    case "integer":
    case "number":
      return [{ path, name, kind: "number", slide: slideOf(shape, path), whole: shape.kind === "integer" }];
    case "flag":
    case "color":
      return [{ path, name, kind: shape.kind }];
    case "choice":
      return isCompass(shape.of)
        ? [{ path, name: path.split(".").slice(1, -1).at(-1) ?? "", kind: "compass", of: shape.of }]
        : [{ path, name, kind: "choice", of: shape.of }];
    case "list":
      return [
        shape.of.kind === "choice"
          ? { path, name, kind: "several", of: shape.of.of }
          : { path, name, kind: "words" },
      ];
    case "fields":
      return Object.entries(shape.of).flatMap(([field, of]) => leavesOf(of, `${path}.${field}`, field));
    default:
      return [{ path, name, kind: "text" }];
  }
}

const isCompass = (of: readonly string[]): boolean => ANCHORS.every((anchor) => of.includes(anchor));

type NumberShape = Extract<Shape, { readonly kind: "integer" | "number" }>;

function slideOf({ kind, min, max, above, multipleOf }: NumberShape, path: string): Slide | undefined {
  const own: Partial<Range> = (RANGES as Readonly<Record<string, Range>>)[path] ?? {};
  const end = own.max ?? max;
  const start = own.min ?? min ?? above ?? (own.max === undefined ? undefined : 0);
  if (start === undefined || end === undefined) return undefined;
  const whole = kind === "integer";
  const step = own.step ?? multipleOf ?? (whole ? 1 : (end - start) / 100);
  return { min: start, max: end, step, rest: own.rest ?? start, whole };
}
