/** Rows of text under each other: for a terminal, and for Markdown. */

export type Row = readonly string[];

/** The first column reads from the left, figures from the right. */
export function plainTable(rows: readonly Row[]): readonly string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** As plain Markdown has it, columns in line so that a reader of the source sees a table as well. */
export function markdownTable([head = [], ...rows]: readonly Row[]): readonly string[] {
  const widths = widthsOf([head, ...rows]);
  const line = (row: Row): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)];
}

const widthsOf = (rows: readonly Row[]): readonly number[] =>
  (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));

/** $ without cents from ten upwards. */
export function dollars(value: number): string {
  const cents = value === 0 || value >= 10 ? 0 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: cents, maximumFractionDigits: cents });
}

/** A number as people read it: three digits that count, thousands apart. */
export const spaced = (value: number): string =>
  value.toLocaleString("en", { maximumSignificantDigits: value >= 1000 ? 4 : 3 });

/** A rate or a number of processors: two digits that count. */
export const rough = (value: number): string =>
  value.toLocaleString("en", {
    maximumSignificantDigits: value >= 100 ? Math.ceil(Math.log10(value + 1)) : 2,
  });
