/** Values as one writes them in JavaScript. */

const SHORT = 60;

/** A value: names bare, and on one line what is short and stands inside of something. */
export function literal(value: unknown, indent = ""): string {
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, indent)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inside = `${indent}  `;
  const lines = Object.entries(value).map(([name, each]) => `${name}: ${literal(each, inside)}`);
  const short = `{ ${lines.join(", ")} }`;
  if (indent !== "" && short.length < SHORT && !short.includes("\n")) return short;
  return `{\n${lines.map((line) => `${inside}${line},`).join("\n")}\n${indent}}`;
}

/** A statement that calls a function. */
export const call = (name: string, ...values: readonly unknown[]): string =>
  `${name}(${values.map((value) => literal(value)).join(", ")});`;

/** An attribute of JSX, in which a quoted text knows no escapes. */
export function attribute(name: string, value: string | number): string {
  if (typeof value === "string" && /^[^"\\&{}<>\n]*$/.test(value)) return `${name}="${value}"`;
  return `${name}={${JSON.stringify(value)}}`;
}
