import { differencesOf } from "./differences.ts";
import type { Loaded } from "./load.ts";
import { ROWS, type Row } from "./names.ts";
import { describeOrigin } from "./origin.ts";
import type { Config } from "./settings.ts";

/** A setting in force, as text. */
export interface Line {
  readonly path: string;
  readonly value: string;
  readonly origin: string;
}

const LONGEST = 60;

const USER = /\/\/[^/@\s]*@/g;

/** A value as it would be written into a variable; secrets and what would fill the screen are not shown. */
function show({ secret, kind, unit }: Row, value: unknown): string {
  const text = kind.write(value).replace(USER, "//***@");
  if (secret && text !== "") return "***";
  if (text.length > LONGEST) return `${text.slice(0, LONGEST - 3)}...`;
  return unit && text !== "" ? `${text} ${unit}` : text;
}

/** Every setting with its value and where that came from. */
export function linesOf({ config, origins }: Loaded): readonly Line[] {
  const groups = config as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return ROWS.map((row) => ({
    path: row.path,
    value: show(row, groups[row.group]?.[row.key]),
    origin: describeOrigin(origins.get(row.path) ?? { place: "default" }),
  }));
}

/** What is in force, where it came from, how it differs from imgproxy and what is odd about it: a page of text. */
export function explain(loaded: Loaded): string {
  const lines = linesOf(loaded);
  const widths = [width(lines.map(({ path }) => path)), width(lines.map(({ value }) => value))] as const;
  const table = lines.map(({ path, value, origin }) =>
    `${path.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${origin}`.trimEnd(),
  );
  return [...table, "", ...explainDifferences(loaded.config), ...explainWarnings(loaded.warnings)].join("\n");
}

const width = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));

const explainDifferences = (config: Config): readonly string[] => [
  "What is otherwise than in imgproxy:",
  ...differencesOf(config).map(
    ({ imgproxy, here, why }) => `- imgproxy: ${imgproxy}\n  here: ${here} (${why})`,
  ),
];

const explainWarnings = (warnings: readonly string[]): readonly string[] =>
  warnings.length === 0 ? [] : ["", "Warnings:", ...warnings.map((warning) => `- ${warning}`)];
