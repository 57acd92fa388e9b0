/** packages/url/src/lexicon.ts: what builders and editors need of the table of options. */
import { format, resolveConfig } from "prettier";
import * as args from "../../packages/url/src/arguments.ts";
import * as codecs from "../../packages/url/src/codec.ts";
import { FORMAT_NAMES } from "../../packages/url/src/formats.ts";
import { OPTIONS } from "../../packages/url/src/options.ts";

const FILE = new URL("../../packages/url/src/lexicon.ts", import.meta.url);

/** Shapes that codecs of the package share, by the names of these codecs. */
const NAMES = new Map(
  Object.entries({ ...args, ...codecs })
    .filter(([, value]) => typeof value?.shape === "object")
    .map(([name, { shape }]) => [shape, name]),
);

/** A shape as TypeScript; named ones are left to `declared`, where those that they need come first. */
function spell(shape, declared) {
  const name = NAMES.get(shape);
  if (name === undefined) return literal(shape, declared);
  if (!declared.has(name)) declared.set(name, literal(shape, declared));
  return name;
}

const literal = (shape, declared) =>
  `{ ${Object.entries(shape).map(([key, value]) => `${key}: ${inside(key, value, declared)}`)} }`;

function inside(key, value, declared) {
  if (value === FORMAT_NAMES) return "FORMAT_NAMES";
  if (key !== "of" || Array.isArray(value)) return JSON.stringify(value);
  if (value.kind !== undefined && typeof value.kind === "string") return spell(value, declared);
  return `{ ${Object.entries(value).map(([name, shape]) => property(name, spell(shape, declared)))} }`;
}

const property = (name, code) => (name === code ? name : `${name}: ${code}`);

/** A value as people write it. */
const typed = (value) =>
  JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, " ")
    .replace(/"(\w+)": /g, "$1: ");

/** The file, formatted as the repository is. */
export async function lexicon() {
  const declared = new Map();
  const rows = Object.entries(OPTIONS).map(([key, { names, arg, docs, example }]) => {
    const comment = ` * ${docs}\n * @example { ${key}: ${typed(arg.parse(example.split(":")))} }`;
    return `/**\n${comment}\n */\n${key}: ["${names.at(-1)}", ${spell(arg.shape, declared)}],`;
  });
  const text = [
    "// Made of options.ts by `npm run reference`; do not edit.",
    'import { FORMAT_NAMES } from "./formats.ts";',
    'import type { Shape } from "./shape.ts";',
    "",
    ...Array.from(declared, ([name, code]) => `const ${name}: Shape = ${code};`),
    "",
    "/**",
    " * Every option in the order of the table: the name that URLs are built with, and what its value is. This much of the",
    " * table a builder needs, so this much a page loads.",
    " */",
    "export const LEXICON = {",
    ...rows,
    "} as const satisfies Readonly<Record<string, readonly [name: string, shape: Shape]>>;",
    "",
  ].join("\n");
  return format(text, { ...(await resolveConfig(FILE)), parser: "typescript" });
}
