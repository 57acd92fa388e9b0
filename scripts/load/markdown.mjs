/** How reports are written. */

const row = (cells) => `| ${cells.join(" | ")} |`;

/** A table whose first column holds names and whose others hold numbers. */
export const markdown = (head, rows) =>
  [row(head), row(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(row)].join("\n");

/** One line to each requirement. */
export const verdictLines = (verdicts) =>
  verdicts.map(({ wish, got, isMet }) => `${isMet ? "PASS" : "FAIL"} ${wish}: ${got}`).join("\n");
