import { choice, CodecError, describe, integer, number, strictFlag, text, type Scalar } from "@tintype/url";

/** A kind of value that settings can have: from the text of a variable to a value and back. */
export interface Kind<T> {
  /** What the text has to be, to stand behind "expected". */
  readonly expects: string;
  /** A flag of the command line without a value means true. */
  readonly bare?: true;
  /** Throws CodecError. `peer` gives the text that another setting of the same group has. */
  read(given: string, peer: (key: string) => string): T;
  write(value: T): string;
}

const quote = (given: string): string =>
  JSON.stringify(given.length > 64 ? `${given.slice(0, 61)}...` : given);

/** Throws the sentence that a wrong value gets. */
export function refuse(expects: string, given: string): never {
  throw new CodecError(`expected ${expects}, got ${quote(given)}`);
}

/** A value of the URL language as a setting. */
export const plain = <T>({ shape, read, write }: Scalar<T>): Kind<T> => ({
  expects: describe(shape),
  read: (given) => read(given),
  write: (value) => write(value),
});

export const bool: Kind<boolean> = { ...plain(strictFlag), bare: true };
export const string: Kind<string> = plain(text);
export const count: Kind<number> = plain(integer({ min: 0 }));
export const positive: Kind<number> = plain(integer({ min: 1 }));
export const between = (min: number, max: number): Kind<number> => plain(integer({ min, max }));

/** A count whose values above `ceiling` mean `ceiling`. */
export const capped = (ceiling: number, { min = 0 } = {}): Kind<number> => {
  const whole = plain(integer({ min }));
  return { ...whole, read: (given, peer) => Math.min(ceiling, whole.read(given, peer)) };
};

/** Seconds for a timer; Node's timers end at once where they would be longer than 2^31 milliseconds. */
export const timer = (range: { readonly min: number }): Kind<number> => capped(2_147_483, range);

/** One word of a closed set, in upper or lower case. */
export function word<const T extends string>(of: readonly T[]): Kind<T> {
  const { expects, read, write } = plain(choice(of));
  return { expects, read: (given, peer) => read(given.toLowerCase(), peer), write };
}

/** Items between commas, each trimmed; an empty item is an item. */
export const list = <T>(item: Scalar<T>): Kind<readonly T[]> => ({
  expects: `a list with commas, each item ${describe(item.shape)}`,
  read: (given) => given.split(",").map((part) => item.read(part.trim())),
  write: (values) => values.map((value) => item.write(value)).join(","),
});

/** Megapixels in the text, whole pixels in the value; what is left of a pixel is dropped. */
export function megapixels(range: { readonly min?: number; readonly above?: number }): Kind<number> {
  const millions = number(range);
  return {
    expects: `${describe(millions.shape)}, in megapixels`,
    read: (given) => Math.trunc(millions.read(given) * 1e6),
    write: (pixels) => String(pixels / 1e6),
  };
}

/** A scalar with a further condition, and the words for both. */
function only<T>(scalar: Scalar<T>, expects: string, holds: (value: T) => boolean): Kind<T> {
  return {
    expects,
    read: (given) => {
      try {
        const value = scalar.read(given);
        if (holds(value)) return value;
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
      }
      return refuse(expects, given);
    },
    write: (value) => scalar.write(value),
  };
}

/** Something, and at most all. */
export const share: Kind<number> = only(
  number({ max: 1 }),
  "a number above 0 and up to 1",
  (value) => value > 0,
);

/** A status of HTTP, or 0 for "as it would have been". */
export const status: Kind<number> = only(
  integer({ min: 0, max: 599 }),
  "0 or an integer from 100 to 599",
  (value) => value === 0 || value >= 100,
);

/** A path that begins with a slash and ends without one, or nothing. */
export const prefix: Kind<string> = only(
  text,
  "a path that begins with / and does not end with it",
  (value) => /^\/.*[^/]$/.test(value),
);

/** A path that begins with a slash, as it stands in a request. */
export const path: Kind<string> = only(text, "a path that begins with /", (value) =>
  /^\/[!-"$->@-~]*$/.test(value),
);

const LINE = /^[\t -~\u0080-\u00ff]*$/;

/** What can be sent as the value of a header. */
export const headerValue: Kind<string> = only(
  text,
  "one line of Latin letters, digits and signs, which a header can hold",
  (value) => LINE.test(value),
);

/** What can stand inside the quotes of an ETag. */
export const unquoted: Kind<string> = only(
  text,
  "one line of Latin letters, digits and signs, without quotes",
  (value) => LINE.test(value) && !value.includes('"'),
);

/** An absolute URL of any scheme. */
export const url: Kind<string> = only(text, "an absolute URL", (value) =>
  /^[a-z][a-z\d+.-]*:\/\/\S+$/i.test(value),
);

/** A name of metrics, as Prometheus allows it. */
export const metricName: Kind<string> = only(
  text,
  "letters, digits and underscores, no digit first",
  (value) => /^[a-zA-Z_]\w*$/.test(value),
);
