/** The few forms that the pages of the reference are made of. */

const COLUMNS = 118;

/** Text as code, whatever backticks are in it. */
export function code(text) {
  const fence = text.includes("`") ? "``" : "`";
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** Several words of code in a sentence. */
export const codes = (words) => words.map(code).join(", ");

/** The anchor that a heading gets where Markdown is shown. */
export const anchor = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

/** A link to a heading of the same page, or of another one. */
export const link = (words, heading, page = "") => `[${words}](${page}#${anchor(heading)})`;

/** A table whose columns line up in the source as well. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map((cell) => String(cell).replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const [titles, ...body] = cells;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(titles), rule, ...body.map(line)].join("\n");
}

/** A list, its items wrapped. */
export const list = (items) => items.map((item) => wrap(item, "- ")).join("\n");

/** A list whose order matters. */
export const numbered = (items) => items.map((item, index) => wrap(item, `${index + 1}. `)).join("\n");

/** A sentence: its first letter large, a full stop at its end. */
export const sentence = (words) =>
  `${words[0].toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;

/** Text in lines of bearable length; code and links stay whole. */
function wrap(text, mark = "") {
  const indent = " ".repeat(mark.length);
  const lines = [mark.trimEnd()];
  for (const word of text.match(/(?:`[^`]*`|\[[^\]]*\]\([^)]*\)|\S)+/g) ?? []) {
    const grown = `${lines.at(-1)}${lines.at(-1) === "" ? "" : " "}${word}`;
    if (grown.length <= COLUMNS || lines.at(-1) === indent) lines[lines.length - 1] = grown;
    else lines.push(indent + word);
  }
  return lines.join("\n");
}

const isProse = (block) => !/^(?:[|#<]|```|- |\d+\. )/.test(block);

/** A page of blocks, with a note that nobody should edit it by hand. `origin` is the file that it is made from. */
export function page(title, origin, blocks) {
  const note = `<!-- Made from ${origin} by scripts/reference.mjs; edit there. -->`;
  const whole = [`# ${title}`, note, ...blocks.flat(Infinity)];
  refuseTwins(whole.filter((block) => block.startsWith("#")).map(anchor), title);
  return `${whole.map((block) => (isProse(block) ? wrap(block) : block)).join("\n\n")}\n`;
}

function refuseTwins(anchors, title) {
  const twin = anchors.find((name, index) => anchors.indexOf(name) !== index);
  if (twin !== undefined) throw new Error(`expected each heading of "${title}" once, got "${twin}" twice`);
}

/** The value of a key, or an error that says which table has grown. */
export function wordsFor(words, key, what) {
  if (Object.hasOwn(words, key)) return words[key];
  throw new Error(`expected words for the ${what} ${JSON.stringify(key)} in scripts/reference, got none`);
}
