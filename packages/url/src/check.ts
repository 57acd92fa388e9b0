import { COLOR, CodecError, describe, inRange, quote, type Range, type Shape } from "./shape.ts";
import { inArguments, isRecord } from "./write.ts";

/** Cloudflare, CloudFront and Fastly between them take these, at most so many, in headers of which a comma or a space parts them. */
const TAG = /^[!-+\--~]{1,256}$/;
const MOST_TAGS = 50;

/** Throws CodecError, its message behind `prefix`, where tags are too many or one of them is no tag. */
export function checkTags(tags: readonly string[], prefix = ""): void {
  const wrong = tags.find((tag) => !TAG.test(tag));
  if (wrong !== undefined)
    throw new CodecError(
      `${prefix}expected tags of up to 256 printable characters without commas, got ${JSON.stringify(wrong)}`,
    );
  if (tags.length > MOST_TAGS)
    throw new CodecError(`${prefix}expected at most ${MOST_TAGS} tags, got ${tags.length}`);
}

const show = (value: unknown): string => {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
};

/** Throws CodecError where a value is none that its shape can write and read back. `name` is the value's name in the error. */
export function check(shape: Shape, value: unknown, name: string): void {
  const given = inArguments(shape, value);
  if (shape.kind === "fields") checkFields(shape, given, name);
  else if (shape.kind === "list") checkList(shape, given, name);
  else if (!admits(shape, given))
    fail(name, shape.kind === "flag" ? "true or false" : describe(shape), given);
}

function fail(name: string, expected: string, got: unknown): never {
  throw new CodecError(`${name}: expected ${expected}, got ${show(got)}`);
}

type ShapeOf<K extends Shape["kind"]> = Extract<Shape, { readonly kind: K }>;

function admits(shape: Exclude<Shape, ShapeOf<"fields" | "list">>, value: unknown): boolean {
  if (shape.kind === "flag") return typeof value === "boolean";
  if (shape.kind === "integer" || shape.kind === "number")
    return (
      typeof value === "number" &&
      (shape.kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
      inRange(value, shape)
    );
  if (typeof value !== "string") return false;
  if (shape.kind === "choice") return shape.of.includes(value);
  if (shape.kind === "color") return COLOR.test(value);
  return shape.kind !== "text" || !shape.filled || value !== "";
}

function checkList({ of, rule }: ShapeOf<"list">, value: unknown, name: string): void {
  if (!Array.isArray(value)) fail(name, describe({ kind: "list", of }), value);
  const items: readonly unknown[] = value;
  items.forEach((item, index) => check(of, item, `${name}[${index}]`));
  // All of them are texts by now.
  if (rule === "tags") checkTags(items as readonly string[], `${name}: `);
}

function checkFields({ of, required = 0, rule }: ShapeOf<"fields">, value: unknown, name: string): void {
  const fields = Object.entries(of);
  const expected = `an object with ${Object.keys(of).join(", ")}`;
  if (!isRecord(value)) fail(name, expected, value);
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(of, key) && value[key] !== undefined);
  if (unknown !== undefined) fail(name, expected, unknown);
  fields.forEach(([key, field], index) => {
    if (index < required || value[key] !== undefined) check(field, value[key], `${name}.${key}`);
  });
  if (rule === "gravity") checkGravity(value, name);
}

/** The coordinates of a focal point, as fractions of width and height. */
export const FOCUS: Range = { min: 0, max: 1 };

function checkGravity({ type, x, y }: Readonly<Record<string, unknown>>, name: string): void {
  if (type === "fp")
    for (const [axis, value] of Object.entries({ x, y }))
      check({ kind: "number", ...FOCUS }, value, `${name}.${axis}`);
  if (type === "sm" && (x ?? y) !== undefined) fail(name, "no offsets beside sm", x ?? y);
}
