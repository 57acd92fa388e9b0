/**
 * A part of the repository's package-lock.json that is whole in itself: the server, the URL language, the optional packages
 * that are wanted, and all that these need, each with the version and the hash that the repository was tested with. So the
 * image's `npm ci` fetches nothing of what tests, sites and the AWS deployment need.
 *
 *     node lock.mjs <repository> <folder> [--optional name]... [--every-optional] [--tool name]...
 *
 * writes package.json, package-lock.json and a manifest for each workspace into the folder. `--optional` takes peers of the
 * server, `--tool` development dependencies of the repository.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const WORKSPACES = ["packages/server", "packages/url"];
const SERVER = "packages/server";

/** What the lock says of packages that are only tested with; in the part they are wanted. */
const FLAGS = new Set(["dev", "devOptional", "peer"]);

const without = (object, names) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));

/** The folder whose node_modules is looked into after that of `at`, or undefined at the top. */
function outer(at) {
  if (at === "") return undefined;
  const end = at.lastIndexOf("/node_modules/");
  return end === -1 ? "" : at.slice(0, end);
}

/** Where Node finds a package that is imported from `at`, by its key in the lock; undefined where it finds none. */
export function locate(packages, at, name) {
  for (let folder = at; folder !== undefined; folder = outer(folder)) {
    const key = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (packages[key] !== undefined) return key;
  }
  return undefined;
}

/** What a package cannot do without, and what it takes along where it fits the machine. */
function needsOf({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return {
    needed: [...Object.keys(dependencies), ...peers].filter((name) => !(name in optionalDependencies)),
    welcome: Object.keys(optionalDependencies),
  };
}

/** Keys of all that the packages at `roots` need, themselves included. Throws an Error for a package that is not locked. */
function closure(packages, roots) {
  const found = new Set();
  const visit = (key) => {
    if (found.has(key)) return;
    found.add(key);
    const { link, resolved, ...entry } = packages[key];
    if (link) return visit(resolved);
    const { needed, welcome } = needsOf(entry);
    for (const name of [...needed, ...welcome]) {
      const at = locate(packages, key, name);
      if (at !== undefined) visit(at);
      else if (needed.includes(name))
        throw new Error(`expected ${name}, which ${key} needs, in the lock; got none`);
    }
  };
  for (const root of roots) visit(root);
  return found;
}

/** The manifest of a workspace as the image has it: what was chosen of its peers is now a dependency like any other. */
function manifestOf(manifest, optional) {
  const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = manifest;
  const chosen = optional.map((name) => {
    if (!(name in peerDependencies))
      throw new Error(
        `expected optional packages of the server (${Object.keys(peerDependencies).join(", ")}), got ${name}`,
      );
    // The range of the tests, which is narrower than what users may have.
    return [name, devDependencies[name] ?? peerDependencies[name]];
  });
  return {
    ...without(manifest, new Set(["devDependencies"])),
    dependencies: { ...dependencies, ...Object.fromEntries(chosen) },
    peerDependencies: without(peerDependencies, new Set(optional)),
  };
}

/** What a lock repeats of a workspace's manifest. */
const REPEATED = [
  "name",
  "version",
  "license",
  "bin",
  "engines",
  "dependencies",
  "peerDependencies",
  "peerDependenciesMeta",
];

const entryOf = (manifest) =>
  Object.fromEntries(REPEATED.filter((name) => name in manifest).map((name) => [name, manifest[name]]));

/**
 * The part of a lock, and the manifests that go with it, by path. `read` gives the manifest at a path of the repository.
 * Throws an Error that says which package was not expected.
 */
export function partOf(lock, { read, optional = [], tools = [] }) {
  const root = read("package.json");
  const manifests = Object.fromEntries(
    WORKSPACES.map((path) => [
      path,
      manifestOf(read(join(path, "package.json")), path === SERVER ? optional : []),
    ]),
  );
  const devDependencies = Object.fromEntries(
    tools.map((name) => {
      const range = root.devDependencies?.[name];
      if (range === undefined)
        throw new Error(`expected a development dependency of the repository, got ${name}`);
      return [name, range];
    }),
  );
  const top = {
    name: "tintype-image",
    version: manifests[SERVER].version,
    workspaces: WORKSPACES,
    devDependencies,
  };
  const packages = {
    ...lock.packages,
    ...Object.fromEntries(WORKSPACES.map((path) => [path, entryOf(manifests[path])])),
  };
  const links = WORKSPACES.map((path) => `node_modules/${manifests[path].name}`);
  const kept = closure(packages, [...links, ...tools.map((name) => `node_modules/${name}`)]);
  const part = Object.fromEntries(
    Object.entries(packages)
      .filter(([key]) => kept.has(key))
      .map(([key, entry]) => [key, without(entry, FLAGS)]),
  );
  return {
    manifest: { ...top, private: true },
    manifests,
    lock: {
      name: top.name,
      version: top.version,
      lockfileVersion: lock.lockfileVersion,
      requires: true,
      packages: { "": top, ...part },
    },
  };
}

function main() {
  const many = { type: "string", multiple: true, default: [] };
  const options = { optional: many, tool: many, "every-optional": { type: "boolean", default: false } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [from, to] = positionals;
  const read = (path) => JSON.parse(readFileSync(join(from, path), "utf8"));
  const write = (path, value) => {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), `${JSON.stringify(value, undefined, 2)}\n`);
  };
  const words = (list) => list.flatMap((text) => text.split(/\s+/).filter(Boolean));
  const every = Object.keys(read(join(SERVER, "package.json")).peerDependencies);
  const optional = values["every-optional"] ? every : words(values.optional);
  const part = partOf(read("package-lock.json"), { read, optional, tools: words(values.tool) });
  write("package.json", part.manifest);
  write("package-lock.json", part.lock);
  for (const [path, manifest] of Object.entries(part.manifests)) write(join(path, "package.json"), manifest);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
