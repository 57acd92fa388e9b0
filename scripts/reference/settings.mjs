/** docs/reference/settings.md: what an operator can say. */
import { FOREIGN } from "../../packages/server/src/config/foreign.ts";
import { ROWS } from "../../packages/server/src/config/names.ts";
import { code, codes, link, list, page, sentence, table, wordsFor } from "./markdown.mjs";

const GROUPS = {
  http: ["HTTP", "The door, the life of connections, and the headers of answers."],
  url: ["URLs", "How URLs are read, and what they may say."],
  guard: ["Guard", "Who may ask, and whom the server asks."],
  capability: [
    "Capabilities",
    "URLs of which the browser chooses the size without a key: [how they work](../capability-urls.md).",
  ],
  source: ["Sources", "Where originals come from, and how patiently."],
  cache: [
    "Cache",
    "What is kept of pictures and originals, where, and for how long: [the guide](../guide/caching.md) tells it at length.",
  ],
  cacheRedis: [
    "Cache in Redis",
    "A tier of the cache that replicas share, over which they tell each other of purges and take turns.",
  ],
  cacheS3: ["Cache in S3", "A tier of the cache that replicas share, for what is to be kept for long."],
  operator: [
    "Operator",
    "A listener of its own for whoever runs the server: purges, explanations, figures, metrics.",
  ],
  edge: ["CDNs", "Who is told of purges besides the server's own cache."],
  s3: ["Amazon S3", "Sources at `s3://bucket/key`: Amazon's, and what is compatible with it."],
  gcs: ["Google Cloud Storage", "Sources at `gs://bucket/key`."],
  abs: ["Azure Blob Storage", "Sources at `abs://container/key`."],
  swift: ["OpenStack Swift", "Sources at `swift://container/key`."],
  render: ["Rendering", "How many pictures at a time, and who waits."],
  limits: ["Limits", "What a picture may be."],
  encode: ["Encoding", "Formats, and how they are written."],
  image: ["Pictures", "What holds for every picture unless its URL says otherwise."],
  watermark: ["Watermark", "The picture that the `watermark` option draws."],
  fallback: ["Fallback", "The picture that is shown when a source fails."],
  observe: ["Watching", "Log and metrics."],
  env: ["Environment", "Where variables come from."],
};

const groups = [...new Set(ROWS.map(({ group }) => group))];
const ofGroup = (group) => ROWS.filter((row) => row.group === group);

/** The page as Markdown. */
export const settingsPage = () =>
  page("Settings", "packages/server/src/config/settings.ts", [
    `Every setting has a variable (${code("TINTYPE_HTTP_TTL")}) and a flag (${code("--http-ttl")}). Where imgproxy has the same
one, its variable (${code("IMGPROXY_TTL")}) is read as well, and so most deployments can stay as they are.`,
    list([
      `A flag goes before a variable. Two names of one setting with different values are an error, and so is a value that
makes no sense: the server does not start, and lists everything that is wrong.`,
      "A variable that is empty counts as not set.",
      `Lists have commas between their items. Booleans are ${codes(["1", "t", "true"])} or ${codes(["0", "f", "false"])}.`,
      `${code("npx tintype config")} prints what is in force and where each value came from; secrets are not shown.`,
      `${code("npx tintype serve --help")} is this page in a terminal.`,
    ]),
    table(
      ["Group", "What it is about"],
      groups.map((group) => {
        const [title, words] = wordsFor(GROUPS, group, "group of settings");
        return [link(title, title), words];
      }),
    ),
    `Variables of imgproxy that are none here stand under ${link("Variables of imgproxy", "Variables of imgproxy")}.`,
    groups.map(groupBlocks),
    foreignBlocks(),
  ]);

function groupBlocks(group) {
  const [title, words] = wordsFor(GROUPS, group, "group of settings");
  const settings = ofGroup(group);
  return [
    `## ${title}`,
    words,
    table(
      ["Setting", "What it says"],
      settings.map(({ variable, docs }) => [link(code(variable), variable), docs]),
    ),
    settings.map(settingBlocks),
  ];
}

const settingBlocks = (row) => [
  `### ${code(row.variable)}`,
  row.docs,
  list([
    `Also ${[row.imgproxy, `--${row.flag}`].filter(Boolean).map(code).join(" and ")}`,
    `Takes ${row.kind.expects}${unitOf(row)}`,
    `Default: ${defaultOf(row)}`,
    ...traitsOf(row),
  ]),
];

// Megapixels say so themselves.
const unitOf = ({ unit, kind }) => (unit && !kind.expects.includes(unit) ? `, in ${unit}` : "");

function defaultOf({ kind, fallback, derived, unit }) {
  if (derived !== undefined) return derived;
  const text = kind.write(fallback);
  if (text === "") return "none";
  return unit ? `${code(text)} ${unit}` : code(text);
}

const traitsOf = ({ secret, lenient, blank }) => [
  ...(secret ? ["Secret: it is never printed"] : []),
  ...(lenient ? ["A value that cannot be used is warned of and counts as none"] : []),
  ...(blank ? ["Set but empty is a value of its own"] : []),
];

const FEW = 2;

function foreignBlocks() {
  const groups = [...Map.groupBy(FOREIGN, ({ why }) => why)].map(([why, rows]) => ({
    why: why === "" ? "is not needed here" : why,
    names: rows.map(({ name }) => name),
  }));
  return [
    "## Variables of imgproxy",
    `These mean something to imgproxy and nothing to this version. Where one of them is set (and not to ${code("false")}),
the log says so when the server starts, as it does for a name that looks misspelt.`,
    groups
      .filter(({ names }) => names.length > FEW)
      .map(({ why, names }) => [`### What ${why}`, list(families(names).map(codes))]),
    "### The others",
    table(
      ["Variable", "What to know"],
      groups
        .filter(({ names }) => names.length <= FEW)
        .flatMap(({ why, names }) => names.map((name) => [code(name), linkSettings(sentence(why))])),
    ),
  ];
}

/** Names that begin alike stand together; those that are alone, together at the end. */
function families(names) {
  const family = (name) => /^[A-Z]+_(?:CACHE_[A-Z0-9]+|[A-Z0-9]+)/.exec(name)?.[0] ?? name;
  const all = [...Map.groupBy(names, family).values()];
  const alone = all.filter(({ length }) => length === 1).flat();
  return [...all.filter(({ length }) => length > 1), ...(alone.length > 0 ? [alone] : [])];
}

/** Names of variables in a sentence, each with a link to its setting. */
export const linkSettings = (text) =>
  text.replaceAll(/\b((?:IMGPROXY|TINTYPE)_[A-Z_]*[A-Z])(=\w+)?/g, (whole, name) => {
    const row = ROWS.find(({ variable, imgproxy }) => name === variable || name === imgproxy);
    return row === undefined ? code(whole) : link(code(whole), row.variable, "settings.md");
  });
