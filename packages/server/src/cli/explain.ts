import { UsageError, type Command } from "./command.ts";
import { only, parseFlags, type Flags } from "./flags.ts";
import {
  askOperator,
  OPERATOR_DETAILS,
  OPERATOR_FLAGS,
  operatorOf,
  printable,
  type FindOperator,
} from "./operator.ts";
import { acceptOf } from "./warm-accept.ts";

const FLAGS: Flags = new Map([...OPERATOR_FLAGS, ["accept", false], ["json", true]]);

/** What the public listener would get to see of a URL: all behind its host. Throws UsageError. */
function targetOf(url: string): string {
  const [, rest = ""] = /^(?:https?:\/\/[^/?#]+)?(\/[^#]*)/i.exec(url) ?? [];
  if (rest === "")
    throw new UsageError(`expected a URL of a picture or its path, got ${JSON.stringify(url)}`);
  return rest;
}

/** The target as clients send it that follow the standard of URLs, this one among them: without dot segments, for one. */
function asSent(target: string): string {
  const { pathname, search } = new URL(`http://a${target}`);
  return `${pathname}${search}`;
}

type Entries = [name: string, value: unknown][];

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

/** What fits into a line of its own. */
const isFlat = (value: unknown): boolean =>
  isScalar(value) ||
  (Array.isArray(value) ? value.every(isScalar) : Object.keys(value as object).length === 0);

function show(value: unknown): string {
  if (Array.isArray(value)) return value.map(show).join(", ") || "none";
  if (typeof value === "string") return printable(value);
  // An object comes here only where nothing is in it.
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "none";
}

/** Facts first, a line for each; then what has parts of its own, indented. */
function outline(value: unknown, isTop = true): readonly string[] {
  if (isFlat(value)) return [show(value)];
  if (Array.isArray(value)) return value.flatMap((item) => bulleted(outline(item, false)));
  const entries: Entries = Object.entries(value as object);
  const flat = entries.filter(([, part]) => isFlat(part));
  const width = Math.max(0, ...flat.map(([name]) => name.length));
  return [
    ...flat.map(([name, part]) => `${printable(name).padEnd(width)}  ${show(part)}`),
    ...entries
      .filter(([, part]) => !isFlat(part))
      .flatMap(([name, part]) => [
        ...(isTop ? [""] : []),
        printable(name),
        ...outline(part, false).map((line) => `  ${line}`),
      ]),
  ];
}

const bulleted = (lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `${index === 0 ? "-" : " "} ${line}`);

/** `find` says where the operator's listener is and what its token is, where flags do not. */
export const explain = (find: FindOperator): Command => ({
  usage: "explain <url> [--accept avif] [--json] [--server URL] [--token TOKEN]",
  summary:
    "Prints what a running server makes of the URL of a picture: source, options, format, cache, refusal.",
  details: () =>
    [
      "The URL may be a whole one or only its path; --accept is avif, webp, none or an Accept header.",
      "--json prints for machines.",
      OPERATOR_DETAILS,
    ].join("\n"),
  run: async ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, FLAGS);
    const target = targetOf(only(positionals, "one URL"));
    const accept = acceptOf(flags.get("accept") ?? "none");
    const sent = asSent(target);
    const said = await askOperator(operatorOf(flags, find), `/explain${sent}`, { headers: { accept } });
    if (flags.has("json")) {
      out(JSON.stringify(said, undefined, 2));
      return 0;
    }
    if (sent !== target) out(`As browsers do, this asked for ${printable(sent)}`);
    for (const line of outline(said)) out(line);
    return 0;
  },
});
