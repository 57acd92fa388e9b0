/** Codecs: one vocabulary of values. Each reads arguments, writes them back, and says in data what it expects. */
import { COLOR, CodecError, inRange, refuse, type Range, type Shape } from "./shape.ts";
import { write, writeOne } from "./write.ts";

export { CodecError, describe, refuse, type Shape } from "./shape.ts";
export { trimEnd } from "./write.ts";

export interface Codec<T> {
  readonly shape: Shape;
  /**
   * Arguments to value; `undefined` unsets the option. `before` is the value that an earlier segment set:
   * an empty optional argument keeps its part of it.
   */
  parse(args: readonly string[], before?: T): T | undefined;
  format(value: T): string[];
}

/** A codec of exactly one argument. */
export interface Scalar<T> extends Codec<T> {
  read(text: string): T;
  write(value: T): string;
}

/** A codec of what `shape` says, which is written as `write.ts` writes it. */
export const codec = <T>(shape: Shape, parse: Codec<T>["parse"]): Codec<T> => ({
  shape,
  parse,
  format: (value) => write(shape, value),
});

/** Refuses more than `max` arguments. */
export function atMost(max: number, args: readonly string[]): void {
  if (args.length > max)
    throw new CodecError(
      `expected at most ${max} ${max === 1 ? "argument" : "arguments"}, got ${args.length}`,
    );
}

function scalar<T>(
  shape: Shape,
  read: (text: string) => T,
  write: (value: T) => string = writeOne,
): Scalar<T> {
  return {
    shape,
    read,
    write,
    parse: (args) => {
      atMost(1, args);
      return read(args[0] ?? "");
    },
    format: (value) => [write(value)],
  };
}

// No 64-bit integer has more than 19 digits behind its leading zeros.
const INTEGER = /^[+-]?0*\d{1,19}$/;
const INT64_MAX = 2n ** 63n - 1n;

/** A signed 64-bit decimal integer; beyond 2^53 it is held as the nearest safe integer, which no limit tells apart. */
export function integer(range: Range = {}): Scalar<number> {
  const shape: Shape = { kind: "integer", ...range };
  return scalar(shape, (text) => {
    if (!INTEGER.test(text)) refuse(shape, text);
    const exact = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (exact > INT64_MAX || exact < -INT64_MAX - 1n) refuse(shape, text);
    const value = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(exact)));
    if (!inRange(value, range)) refuse(shape, text);
    return value + 0;
  });
}

// The float syntax of Go's strconv.ParseFloat without underscores, infinities and NaN.
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d{1,5})$/;

function readFloat(text: string): number {
  if (FLOAT.test(text)) return Number(text);
  const hex = HEX_FLOAT.exec(text);
  if (!hex || (hex[2] === "" && hex[3] === "")) return NaN;
  const [, sign = "", whole = "", fraction = "", exponent = ""] = hex;
  const mantissa = parseInt(whole + fraction, 16);
  return (sign === "-" ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
}

/** A finite number in decimal, scientific or hexadecimal notation. */
export function number(range: Range = {}): Scalar<number> {
  const shape: Shape = { kind: "number", ...range };
  return scalar(shape, (text) => {
    const value = text.length > 400 ? NaN : readFloat(text);
    if (!Number.isFinite(value) || !inRange(value, range)) refuse(shape, text);
    return value + 0; // Turns -0 into 0, so that equal values are spelled alike.
  });
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** A boolean of the URL language: whatever is not a spelling of true is false, never an error. */
export const flag: Scalar<boolean> = scalar({ kind: "flag" }, (text) => TRUE.has(text));

/** A boolean of a setting, where a misspelling is an error. */
export const strictFlag: Scalar<boolean> = scalar(
  { kind: "flag" },
  (text) => TRUE.has(text) || (FALSE.has(text) ? false : refuse({ kind: "flag" }, text)),
  String,
);

/** One word of a closed set; `aliases` maps further spellings to it. */
export function choice<const T extends string>(
  of: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): Scalar<T> {
  const shape: Shape = { kind: "choice", of };
  const words = new Map<string, T>([
    ...of.map((word): [string, T] => [word, word]),
    ...Object.entries(aliases),
  ]);
  return scalar(shape, (text) => words.get(text) ?? refuse(shape, text));
}

export const text: Scalar<string> = scalar({ kind: "text" }, (word) => word);

/** A text that must not be empty. */
export const word: Scalar<string> = scalar(
  { kind: "text", filled: true },
  (given) => given || refuse({ kind: "text" }, given),
);

/** A colour as six lower-case hex digits; three digits are doubled. */
export const color: Scalar<string> = scalar({ kind: "color" }, (given) => {
  if (!COLOR.test(given)) refuse({ kind: "color" }, given);
  const digits = given.toLowerCase();
  return digits.length === 6 ? digits : digits.replace(/./g, "$&$&");
});

const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** Bytes in hex, kept as lower-case text. */
export const hex: Scalar<string> = scalar({ kind: "hex" }, (given) =>
  HEX.test(given) ? given.toLowerCase() : refuse({ kind: "hex" }, given),
);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the seam: FieldValues gives each field its type back
type Fields = Readonly<Record<string, Scalar<any>>>;
type FieldValues<F> = { -readonly [K in keyof F]?: F[K] extends Scalar<infer T> ? T : never };

/** Deals positional arguments out in the order in which the fields are written; an empty one keeps what was there. */
export function fields<const F extends Fields>(
  of: F,
  { max, required = 0 }: { max?: number; required?: number } = {},
): Codec<FieldValues<F>> {
  const columns: [string, Scalar<unknown>][] = Object.entries(of);
  const shapes = Object.fromEntries(columns.map(([name, { shape }]) => [name, shape]));
  return codec({ kind: "fields", of: shapes, ...(required && { required }) }, (args, before) => {
    atMost(max ?? columns.length, args);
    const given = columns.flatMap(([name, { read }], i) => (args[i] ? [[name, read(args[i])] as const] : []));
    // Each value was read by the codec of its own field.
    return { ...before, ...Object.fromEntries(given) } as FieldValues<F>;
  });
}

/** One item an argument, in any number. */
export const list = <T>(of: Scalar<T>): Codec<readonly T[]> =>
  codec({ kind: "list", of: of.shape }, (args) => args.map(of.read));
