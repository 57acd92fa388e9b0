/** docs/reference/options.md: what a URL can ask of a picture. */
import { ANCHORS, describe, FORMAT_NAMES, OPTIONS, SHORTHANDS, STAGES } from "@tintype/url";
import { code, codes, link, list, page, sentence, table, wordsFor } from "./markdown.mjs";

const STAGE_WORDS = {
  admit: ["Before anything", "Presets, limits for the source, and what goes past the pipeline."],
  trim: ["Trimming", "Borders go first, because everything after counts from what is left."],
  crop: ["Cropping", "An area of the original, in its own pixels."],
  scale: ["Scaling", "The size of the result, and what stays when something must go."],
  orient: ["Turning", "Turns and mirrors."],
  filter: ["Filters", "Effects on the pixels, at the size of the result."],
  canvas: ["Canvas", "What lies around and behind the picture."],
  watermark: ["Watermarks", "A picture of the server's own on top."],
  encode: ["Encoding", "Format, quality, metadata and limits of the result."],
  reply: ["Reply", "How the answer behaves. These change no pixel."],
};

const ANCHOR_WORDS = {
  ce: "the middle",
  no: "the top edge",
  so: "the bottom edge",
  ea: "the right edge",
  we: "the left edge",
  noea: "the top right corner",
  nowe: "the top left corner",
  soea: "the bottom right corner",
  sowe: "the bottom left corner",
};

const rows = Object.entries(OPTIONS);
const ofStage = (stage) => rows.filter(([, row]) => row.stage === stage);
const optionLink = ([, { names }]) => link(code(names[0]), names[0]);

/** The page as Markdown. */
export const optionsPage = () =>
  page("Processing options", "packages/url/src/options.ts", [
    "An option is a segment of the path: its name, a colon, and its arguments with colons between them.",
    "```\n/{signature}/rs:fill:480:320/g:sm/plain/https://example.com/cat.jpg\n```",
    `The first segment without a colon ends the options and begins the source. Options may come in any order: a later one
wins over an earlier one, and the picture is always made in the order of this page.`,
    list(
      STAGES.map((stage) => {
        const [title] = wordsFor(STAGE_WORDS, stage, "stage");
        return `${link(title, title)}: ${ofStage(stage).map(optionLink).join(", ")}`;
      }),
    ),
    `Besides these there are ${link("shorthands", "Shorthands")}. How numbers, colours and the rest are written is under
${link("Values", "Values")}, and what stays when something must go under ${link("Gravity", "Gravity values")}.`,
    STAGES.map(stageBlocks),
    shorthandBlocks(),
    valueBlocks(),
    gravityBlocks(),
  ]);

function stageBlocks(stage) {
  const [title, words] = wordsFor(STAGE_WORDS, stage, "stage");
  return [`## ${title}`, words, ofStage(stage).map(optionBlocks)];
}

function optionBlocks([key, { names, arg, docs, example, gated }]) {
  const leaves = leavesOf(arg.shape);
  const value = arg.parse(example.split(":"));
  return [
    `### ${code(names[0])}`,
    docs,
    leaves.length > 1
      ? [spelling(names, usage(names[0], leaves, arg.shape)), argumentTable(leaves)]
      : `${spelling(names, code(names[0]))} Takes ${describe(arg.shape)}.`,
    gated === "bypass" && `Needs ${settingLink("TINTYPE_CACHE_ALLOW_BYPASS")}.`,
    gated === "security" &&
      `Changes a limit of the server, so it needs ${settingLink("TINTYPE_URL_ALLOW_SECURITY_OPTIONS")}.`,
    `Example: ${code(`/${names.at(-1)}:${example}`)}, in TypeScript ${code(`{ ${key}: ${literal(value)} }`)}.`,
  ].filter(Boolean);
}

const settingLink = (variable) => link(code(variable), variable, "settings.md");

const spelling = ([, ...others], full) =>
  others.length === 0
    ? `Written ${full}.`
    : `Written ${full}, or ${others.map(code).join(" or ")} for short.`;

const usage = (name, leaves, { kind }) =>
  code([name, ...leaves.map((leaf) => leaf.name), ...(kind === "list" ? ["..."] : [])].join(":"));

const argumentTable = (leaves) =>
  table(
    ["Argument", "Takes"],
    leaves.map(({ name, shape }) => [code(name), describe(shape)]),
  );

/** Arguments in the order in which they stand in a URL. What is nested begins with the name of the whole. */
function leavesOf(shape, name = "value") {
  if (shape.kind === "list") return leavesOf(shape.of, name);
  if (shape.kind !== "fields") return [{ name, shape }];
  return Object.entries(shape.of).flatMap(([key, of]) => {
    const [first, ...rest] = leavesOf(of, key);
    return [{ ...first, name: key }, ...rest];
  });
}

/** A value as TypeScript writes it. */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, of]) => `${key}: ${literal(of)}`);
  return `{ ${fields.join(", ")} }`;
}

const shorthandBlocks = () => [
  "## Shorthands",
  "A shorthand sets several options at once; arguments that are left empty set nothing.",
  SHORTHANDS.map(({ names, expands, docs, example }) => [
    `### ${code(names[0])}`,
    docs,
    `${spelling(names, code(names[0]))} Stands for ${expands.map((key) => optionLink([key, OPTIONS[key]])).join(", ")},
in this order; what is left over goes to the last.`,
    `Example: ${code(`/${names.at(-1)}:${example}`)}.`,
  ]),
];

const kinds = () => [
  [
    "boolean",
    `${codes(["1", "t", "T", "true", "TRUE", "True"])} are true. Everything else is false, and never an error.`,
  ],
  ["integer", `Decimal digits with or without a sign: ${codes(["300", "-10", "+5"])}.`],
  ["number", `Decimal, scientific or hexadecimal: ${codes(["0.5", ".5", "1e3", "0x1p-2"])}.`],
  ["colour", `Three or six hex digits without ${code("#")}: ${codes(["f80", "ff8800"])}.`],
  ["text", "Anything that has no colon and no slash in it."],
  ["format", sentence(`one of ${codes(FORMAT_NAMES)}; ${code("jpg")} means ${code("jpeg")}`)],
];

const valueBlocks = () => [
  "## Values",
  table(["Kind", "Written"], kinds()),
  `Arguments at the end may be left out. An empty one (${code("rs::300")}) keeps what a preset or an earlier option
said, or means nothing where nothing was said. A required argument that is empty or wrong, one argument too many, and an
option that nobody knows are refused with 404 and ${link(code("invalid_option"), "invalid_option", "errors.md")}; the log
says which option, what was expected and what came.`,
  `The colon can be exchanged for another separator: ${settingLink("TINTYPE_URL_ARGUMENTS_SEPARATOR")}.`,
];

const gravityBlocks = () => [
  "## Gravity values",
  `A gravity is a type and, where wanted, two offsets: ${codes(["no", "noea:10:10", "fp:0.5:0.3", "sm"])}.`,
  table(
    ["Type", "What stays"],
    [
      ...ANCHORS.map((name) => [code(name), sentence(wordsFor(ANCHOR_WORDS, name, "anchor"))]),
      [code("fp:x:y"), "What is around a focal point: fractions of width and height, 0 to 1."],
      [code("sm"), "What draws the eye most, found by the server. Takes no offsets."],
    ],
  ),
  `Offsets lead away from the edge that the type names, to the right and down where it names none, and the other way where
they are negative. From 1 up they are pixels, multiplied by the device pixel ratio (but not in
${link(code("crop"), "crop")}); below 1 they are a fraction of the side. Offsets that a preset or an earlier option has set
stay until others are given.`,
];
