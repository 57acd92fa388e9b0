import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What a renderer has to read of this machine. Nothing else is shown to it where the system can hide the rest. */
export interface Places {
  /** Files that are run: Node, and what the system starts it with. */
  readonly programs: readonly string[];
  /** Read with everything below them; none lies in another. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** Fonts, the rules by which one is chosen, and the index without which each renderer would read every font. */
const FONTS = [
  "/etc/fonts",
  "/usr/share/fonts",
  "/usr/local/share/fonts",
  "/usr/share/fontconfig",
  "/var/cache/fontconfig",
];

/** The index of the system's libraries. */
const LIBRARY_INDEX = "/etc/ld.so.cache";

export interface PlacesOptions {
  /** The main of a renderer process. */
  readonly entry: URL;
  /** A library to preload. */
  readonly preload?: string | undefined;
}

/** Finds them by what this process itself was made of, so that it holds for any system's way to lay things out. */
export function placesOf({ entry, preload }: PlacesOptions): Places {
  const libraries = sharedObjects();
  // The loader of programs counts as one: the system opens it as a program, whatever is run.
  const loaders = libraries.filter((path) => /^ld[-.]/.test(basename(path)));
  const given = preload === undefined ? [] : [preload, realpathSync(preload)];
  return {
    programs: [...new Set([process.execPath, realpathSync(process.execPath), ...loaders])],
    folders: outermost([...appFolders(fileURLToPath(entry)), ...libraries.map(dirname), ...FONTS]),
    files: [LIBRARY_INDEX, ...given].filter(existsSync),
  };
}

/** Libraries of this process by the paths under which they were loaded. */
function sharedObjects(): string[] {
  // Its types lack this setting of Node 22.13.
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  const { excludeNetwork = false } = report;
  // It would look the names of connected addresses up.
  report.excludeNetwork = true;
  // By the documented shape of diagnostic reports.
  const { sharedObjects: paths } = report.getReport() as { readonly sharedObjects: readonly string[] };
  report.excludeNetwork = excludeNetwork;
  return paths.filter((path) => path.startsWith(sep));
}

/** The package of a file, the folders that its imports are looked up in, and where links in those lead out of them. */
function appFolders(file: string): string[] {
  const folders = ancestors(file);
  const home = folders.find((folder) => existsSync(join(folder, "package.json"))) ?? dirname(file);
  const modules = folders.map((folder) => join(folder, "node_modules")).filter(existsSync);
  const linked = dependenciesOf(home).flatMap((name) => {
    const found = modules.map((folder) => join(folder, name)).find(existsSync);
    return found === undefined ? [] : [realpathSync(found)];
  });
  return [home, ...modules, ...linked];
}

const ancestors = (path: string): string[] => {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestors(parent)];
};

function dependenciesOf(folder: string): string[] {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return [];
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies);
}

/** Those that exist, without those that lie in another. */
function outermost(folders: readonly string[]): string[] {
  const existing = [...new Set(folders)].filter(existsSync);
  return existing.filter((folder) => !existing.some((other) => folder.startsWith(`${other}${sep}`)));
}
