/** The laws of the house, as far as a reader of imports can check them (ARCHITECTURE.md). */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * The floors of `packages/server/src`, top to bottom. An entry is a file, a room (`source/`) or a wing of one: whatever
 * begins with it and with no longer entry. A file imports from floors below its own and from its own entry; those who
 * share a floor are strangers.
 */
const FLOORS = [
  ["cli.ts", "index.ts", "deploy.ts"],
  ["cli/", "serve.ts", "inspect.ts"],
  ["watching.ts"],
  ["site.ts"],
  ["app.ts", "edge-function.ts", "routes.ts", "renderer.ts"],
  ["explaining.ts", "handle.ts", "policies.ts", "purging.ts"],
  ["access.ts", "caches.ts", "edges.ts", "relay.ts", "reply.ts"],
  ["keeping.ts", "reading.ts", "rendering.ts", "weigh.ts"],
  ["assets.ts", "granting.ts", "sources.ts"],
  ["fallback.ts"],
  ["download.ts"],
  ["job.ts", "lifetime.ts", "header-text.ts", "rendition.ts"],
  [
    "cache/",
    "config/",
    "edge/",
    "guard/",
    "http/",
    "image/",
    "observe/",
    "operator/",
    "pages/",
    "render/",
    "scan/",
    "source/",
  ],
  ["image/codec/", "image/metadata/", "image/svg"],
  ["flight.ts", "plan/", "quarantine.ts", "queue.ts"],
  ["deadline.ts", "detect.ts", "s3-client.ts", "svg-size.ts"],
  ["collector.ts", "errors.ts", "formats.ts", "message.ts", "peer.ts", "scope.ts"],
] as const;

/** What only some may import, apart from types. Paths are those of `packages/server/src`, or beginnings of them. */
const RESERVED: readonly { readonly what: RegExp; readonly to: readonly string[]; readonly why: string }[] = [
  { what: /^sharp$/, to: ["image/"], why: "only renderers load libvips" },
  { what: /^undici/, to: ["source/", "edge/"], why: "every fetch of what strangers name passes the gate" },
  {
    what: /^(?:@aws-sdk|@azure|@google-cloud)\/|^google-auth-library$/,
    to: ["source/", "edge/cloudfront.ts", "s3-client.ts"],
    why: "they open sockets of their own",
  },
  {
    what: /^node:(?:https?|http2|net|tls|dns|dns\/promises|dgram)$/,
    to: ["source/", "http/", "render/child.ts", "render/renderer.ts", "render/probe.ts", "cli/health.ts"],
    why: "a socket that nobody watches is a hole",
  },
  { what: /^ioredis$/, to: ["cache/redis"], why: "it opens sockets of its own" },
  { what: /^@(?:opentelemetry|sentry)\//, to: ["observe/"], why: "nobody else knows who watches" },
  { what: /^node:child_process$/, to: ["render/"], why: "processes have one keeper" },
  { what: /^prom-client$/, to: ["observe/"], why: "a room may be watched by something else one day" },
];

/** What some entries of the language stand on: those for servers, and those for one framework. */
const GUESTS: readonly { readonly entry: string; readonly may: RegExp }[] = [
  { entry: "sign/index.ts", may: /^imports node:crypto$/ },
  { entry: "react/", may: /^imports react(?:-dom)?$/ },
  // Next writes the value in its place.
  { entry: "next/loader.ts", may: /^uses process\.$/ },
];

const isGuest = (path: string, breach: string): boolean =>
  GUESTS.some(({ entry, may }) => path.startsWith(`packages/url/src/${entry}`) && may.test(breach));

/** Files that may be long because they are nothing but a table. */
const TABLES = ["packages/server/src/config/settings.ts", "packages/url/src/options.ts"];

const LONGEST_FILE = 400;
const LONGEST_MEDIAN = 100;

/** Names that say nothing of what is inside. */
const EMPTY_NAME =
  /^(?:utils?|utilities|helpers?|common|shared|misc|types?|constants?|lib|interfaces?)(?:\.ts)?$/;

interface Import {
  readonly from: string;
  readonly names: string;
  readonly typeOnly: boolean;
}

interface File {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const IMPORT =
  /^(?:import|export)\s+(type\s+)?((?:[^"';]|\n)*?)\sfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;

function importsOf(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, names = "", from, bare, dynamic]) => ({
    from: from ?? bare ?? dynamic ?? "",
    names,
    typeOnly: type !== undefined,
  }));
}

function filesUnder(folder: string): File[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, "utf8");
      return { path: relative(ROOT, file).split(sep).join("/"), text, imports: importsOf(text) };
    });
}

const isTest = ({ path }: File): boolean => path.endsWith(".test.ts");
const SERVER = "packages/server/src/";
const server = filesUnder(SERVER);
const url = filesUnder("packages/url/src");
const sources = [...server, ...url].filter((file) => !isTest(file));
const serverSources = server.filter((file) => !isTest(file));

const inside = ({ path }: Pick<File, "path">): string => path.slice(SERVER.length);

/** Where a relative import leads, as a path of the repository. */
const targetOf = ({ path }: File, { from }: Import): string | undefined =>
  from.startsWith(".") ? join(dirname(path), from).split(sep).join("/") : undefined;

/** The entry of FLOORS that a file belongs to: the longest that it begins with. */
function entryOf(path: string): string | undefined {
  const fitting = FLOORS.flat().filter((entry) => path.startsWith(entry));
  return fitting.toSorted((one, other) => other.length - one.length)[0];
}

const floorOf = (entry: string): number => FLOORS.findIndex((floor) => [...floor].includes(entry as never));

/** Comments and the contents of text would speak of what the code does not do. */
const codeOf = ({ text }: File): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');

function climbing(file: File): string[] {
  const here = entryOf(inside(file));
  if (here === undefined) return [`${file.path} stands on no floor: give it a place in FLOORS`];
  return file.imports.flatMap((each) => {
    const target = targetOf(file, each);
    if (target === undefined) return [];
    if (!target.startsWith(SERVER)) return [`${file.path} imports ${each.from}, outside the house`];
    const there = entryOf(target.slice(SERVER.length));
    if (there === undefined || there === here || floorOf(there) > floorOf(here)) return [];
    return [
      `${file.path} imports ${target}: ${floorOf(there) === floorOf(here) ? "a stranger" : "a floor above"}`,
    ];
  });
}

/** A way from a file back to itself, if there is one. */
function circleFrom(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string[] | undefined => {
    for (const next of edges.get(path) ?? []) {
      if (next === start) return [...trail, path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...trail, path]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, []);
}

describe("floors", () => {
  it("no import climbs, and rooms on one floor are strangers", () => {
    assert.deepEqual(serverSources.flatMap(climbing), []);
  });

  it("every entry has its files", () => {
    const entries = new Set(serverSources.map((file) => entryOf(inside(file))));
    assert.deepEqual(
      FLOORS.flat().filter((entry) => !entries.has(entry)),
      [],
    );
  });

  it("no file leads back to itself", () => {
    const edges = new Map(
      sources.map((file) => [file.path, file.imports.flatMap((each) => targetOf(file, each) ?? [])]),
    );
    const circles = [...edges.keys()].flatMap((path) => circleFrom(path, edges)?.join(" -> ") ?? []);
    assert.deepEqual(circles, []);
  });

  it("the front takes nothing from image/ but types", () => {
    const breaches = serverSources.filter(
      (file) =>
        !inside(file).startsWith("image/") &&
        inside(file) !== "renderer.ts" &&
        file.imports.some((each) => !each.typeOnly && targetOf(file, each)?.startsWith(`${SERVER}image/`)),
    );
    assert.deepEqual(breaches.map(inside), []);
  });

  it("the language stands alone, and runs anywhere", () => {
    const breaches = url
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        [
          ...file.imports
            .filter((each) => !targetOf(file, each)?.startsWith("packages/url/src/"))
            .map(({ from }) => `imports ${from}`),
          ...[...codeOf(file).matchAll(/\b(?:Buffer|process|document|window|require)\b[.(]/g)].map(
            ([word]) => `uses ${word}`,
          ),
        ]
          .filter((breach) => !isGuest(file.path, breach))
          .map((breach) => `${file.path} ${breach}`),
      );
    assert.deepEqual(breaches, []);
  });
});

describe("what is reserved", () => {
  for (const { what, to, why } of RESERVED) {
    it(`${what.source} to ${to.join(", ")}: ${why}`, () => {
      const breaches = serverSources.filter(
        (file) =>
          !to.some((place) => inside(file).startsWith(place)) &&
          // What an address looks like is no secret, and asking opens no socket.
          file.imports.some(
            ({ from, names, typeOnly }) =>
              what.test(from) && !typeOnly && !/^\{\s*isIP(?:v[46])?\s*\}$/.test(names),
          ),
      );
      assert.deepEqual(breaches.map(inside), []);
    });
  }

  it("the environment to config/", () => {
    const breaches = serverSources.filter(
      (file) =>
        !inside(file).startsWith("config/") &&
        (/\bprocess\s*\??\.\s*env\b|\benv\b[^{}]*\}\s*=\s*process\b/.test(codeOf(file)) ||
          file.imports.some(({ from, names }) => from === "node:process" && /\benv\b/.test(names))),
    );
    assert.deepEqual(breaches.map(inside), []);
  });

  it("requests without the gate to nobody", () => {
    const breaches = serverSources.filter((file) => {
      const code = codeOf(file).replace(/`(?:[^`\\]|\\.)*`/g, "``");
      const isOwn = /\b(?:const|function)\s+fetch\b|[{(,]\s*fetch\s*[:,})]|\bfetch\(url: string, wish/.test(
        code,
      );
      // The operator's own commands ask the operator's own server.
      if (inside(file) === "cli/operator.ts") return false;
      return (
        /\bglobalThis\b|\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b/.test(code) ||
        (!isOwn && /(?<![.\w])fetch\(/.test(code))
      );
    });
    assert.deepEqual(breaches.map(inside), []);
  });
});

describe("files", () => {
  const lengths = new Map(sources.map(({ path, text }) => [path, text.split("\n").length - 1]));

  it("are short: half of them under a hundred lines", () => {
    const sorted = [...lengths.values()].toSorted((one, other) => one - other);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    assert.ok(median < LONGEST_MEDIAN, `the median is ${median} lines`);
  });

  it("are short: none over four hundred lines but tables", () => {
    const long = [...lengths].filter(([, lines]) => lines > LONGEST_FILE).map(([path]) => path);
    assert.deepEqual(long.sort(), TABLES.toSorted());
  });

  it("are named by what is inside", () => {
    const empty = [...server, ...url, ...filesUnder("packages/server/test"), ...filesUnder("scripts")]
      .flatMap(({ path }) => path.split("/").slice(2))
      .filter((name) => EMPTY_NAME.test(name));
    assert.deepEqual(empty, []);
  });

  it("hide no barrel: index.ts is the face of a package, or of one of its entries", () => {
    const indexes = sources.map(({ path }) => path).filter((path) => path.endsWith("/index.ts"));
    assert.deepEqual(
      indexes.filter((path) => !/^packages\/(?:[^/]+\/src|url\/src\/[^/]+)\/index\.ts$/.test(path)),
      [],
    );
  });

  it("are finished", () => {
    const all = [...server, ...url, ...filesUnder("packages/server/test"), ...filesUnder("scripts")];
    // Spelled so that they do not find themselves.
    const words = /\b(?:TO{1}DO|FIX{1}ME|X{3}|HAC{1}K)\b/;
    assert.deepEqual(
      all.filter(({ text }) => words.test(text)).map(({ path }) => path),
      [],
    );
  });
});
