import { isSecretName, redact } from "./redact.ts";

/** What may be logged; an Error is written as its message and those of its causes. */
export type Field =
  | string
  | number
  | boolean
  | null
  | undefined
  | Error
  | readonly Field[]
  | { readonly [name: string]: Field };

export type Fields = Readonly<Record<string, Field>>;

/** A field ready to be laid out: redacted, cut to a bounded size, without errors or undefined. */
export type Clean = string | number | boolean | null | readonly Clean[] | { readonly [name: string]: Clean };

const MOST_CHARACTERS = 16_384;
const MOST_DEPTH = 8;
const MOST_CAUSES = 8;

/** Fields that a reader wants at the end of a line, in this order (contract http.md, section 12). */
const LAST = ["error", "error_docs_url", "source", "stack"];

/** The fields as pairs in the order of writing, those without a value left out. */
export function cleanFields(fields: Fields): [string, Clean][] {
  const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
  const early = names.filter((name) => !LAST.includes(name));
  const late = LAST.filter((name) => fields[name] !== undefined);
  return [...early, ...late].map((name) => [name, cleanNamed(name, fields[name], 0)]);
}

/** Text as it may be logged: without passwords, and not longer than a line should be. */
export function cleanText(text: string): string {
  // Cut last, or a password across the cut would lose the `@` that it is known by; cut first to bound the work.
  const safe = redact(text.slice(0, 4 * MOST_CHARACTERS));
  return safe.length > MOST_CHARACTERS ? `${safe.slice(0, MOST_CHARACTERS)}…` : safe;
}

/** The messages of an error and of its causes, outermost first. */
export function errorText(error: unknown): string {
  const messages = chain(error).map((link) => (link instanceof Error ? link.message : printed(link)));
  // A wrapper often repeats its cause word by word.
  return messages.filter((message, index) => message !== messages[index - 1]).join(": ");
}

/** The stack of the innermost error that has one: where it all began. */
export function errorStack(error: unknown): string | undefined {
  const errors = chain(error).filter((link) => link instanceof Error);
  return errors.findLast((link) => link.stack !== undefined)?.stack;
}

function chain(error: unknown): unknown[] {
  const links: unknown[] = [];
  for (let link = error; link !== undefined && links.length < MOST_CAUSES;) {
    links.push(link);
    link = link instanceof Error ? link.cause : undefined;
  }
  return links;
}

const printed = (value: unknown): string => {
  try {
    // JSON has no word for functions and symbols, whatever its type says.
    const json = JSON.stringify(value) as string | undefined;
    return typeof value === "string" ? value : (json ?? typeof value);
  } catch {
    return typeof value;
  }
};

const cleanNamed = (name: string, value: Field, depth: number): Clean =>
  isSecretName(name) ? "***" : clean(value, depth);

function clean(value: Field, depth: number): Clean {
  if (typeof value === "string") return cleanText(value);
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return value;
  if (value instanceof Error) return cleanText(errorText(value));
  if (depth === MOST_DEPTH) return "…";
  if (isList(value)) return value.map((item) => clean(item, depth + 1));
  const pairs = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(pairs.map(([name, item]) => [name, cleanNamed(name, item, depth + 1)]));
}

const isList = (value: readonly Field[] | { readonly [name: string]: Field }): value is readonly Field[] =>
  Array.isArray(value);
