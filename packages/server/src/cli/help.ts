import { describe, OPTIONS, SHORTHANDS, type AnyOption } from "@tintype/url";
import { ROWS, type Row } from "../config/names.ts";
import type { Command } from "./command.ts";

/** What all commands do. */
export function describeCommands(commands: ReadonlyMap<string, Command>): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  return [
    "tintype: a dynamic image server",
    "",
    ...[...commands].map(([name, { summary }]) => `  tintype ${name.padEnd(width)}  ${summary}`),
    "",
    "`tintype <command> --help` says more.",
  ].join("\n");
}

/** What one command does. */
export const describeCommand = ({ usage, summary, details }: Command): string =>
  [`tintype ${usage}`, "", summary, ...(details ? ["", details()] : [])].join("\n");

const defaultOf = ({ kind, fallback, derived }: Row): string => derived ?? (kind.write(fallback) || "none");

/** Every setting: its flag, its variables, what it takes and what holds without it. */
export const describeSettings = (): string =>
  ROWS.map((row) =>
    [
      `  --${row.flag}`,
      `      ${row.docs}`,
      `      ${row.kind.expects}${row.unit ? `; ${row.unit}` : ""}; default: ${defaultOf(row)}`,
      `      ${[row.variable, row.imgproxy].filter(Boolean).join(", ")}`,
    ].join("\n"),
  ).join("\n");

/** Every option of a URL: its flags, what it takes and what it does. */
export const describeOptions = (): string =>
  [
    "Where --endpoint is left out, the URL is one of the server that this environment configures.",
    "--plain leaves the source readable rather than in base64.",
    "",
    ...Object.values(OPTIONS as Readonly<Record<string, AnyOption>>).map(({ names, arg, docs, example }) =>
      [`  ${flagsOf(names)} ${example}`, `      ${docs}`, `      ${describe(arg.shape)}`].join("\n"),
    ),
    ...SHORTHANDS.map(({ names, docs, example }) => `  ${flagsOf(names)} ${example}\n      ${docs}`),
  ].join("\n");

const flagsOf = (names: readonly string[]): string =>
  names.map((name) => `--${name.replaceAll("_", "-")}`).join(", ");
