/** The page's modules, as they lie in this package and in `@tintype/url`: one language for server and browser. */
import { readFile } from "node:fs/promises";

/** Path of each module below the page's own folder of code, and what is in it. */
export type Modules = ReadonlyMap<string, string>;

interface Root {
  readonly at: string;
  readonly folder: string;
}

const LANGUAGE = "@tintype/url";
const language = import.meta.resolve(LANGUAGE);

/** Nothing outside of these is ever served, whatever a module imports. */
const ROOTS: readonly Root[] = [
  { at: "tintype/", folder: new URL("../../", import.meta.url).href },
  { at: "url/", folder: new URL("./", language).href },
];

const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const entry = new URL(`./browser/main${EXTENSION}`, import.meta.url).href;

/** Throws a plain Error for a module that lies outside of every root. */
function pathOf(module: string): string {
  const root = ROOTS.find(({ folder }) => module.startsWith(folder));
  if (root) return root.at + module.slice(root.folder.length);
  throw new Error(`expected a module of the playground or of ${LANGUAGE}, got ${module}`);
}

/** Throws a plain Error for a name that the page's import map has not got. */
function resolve(name: string, from: string): string {
  if (name === LANGUAGE) return language;
  if (name.startsWith(".")) return new URL(name, from).href;
  throw new Error(`expected a relative import or ${LANGUAGE}, got ${name} in ${from}`);
}

/** Where the page begins, and where its bare imports lead. */
export const ENTRY: string = pathOf(entry);
export const BARE: Readonly<Record<string, string>> = { [LANGUAGE]: pathOf(language) };

const IMPORT = /^(?:import|export)\b[^;"]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"/gm;

/** Every module that the page needs. Rejects where one cannot be read, or is not to be served. */
export async function findModules(): Promise<Modules> {
  const found = new Map<string, string>();
  const visit = async (module: string): Promise<void> => {
    const path = pathOf(module);
    if (found.has(path)) return;
    found.set(path, "");
    const text = await readModule(module);
    found.set(path, text);
    const imports = [...text.matchAll(IMPORT)].map(([, from, bare]) => from ?? bare ?? "");
    await Promise.all(imports.map((name) => visit(resolve(name, module))));
  };
  await visit(entry);
  return found;
}

async function readModule(module: string): Promise<string> {
  const text = await readFile(new URL(module), "utf8");
  // The map would be asked for, and is not served.
  if (EXTENSION === ".js") return text.replace(/^\/\/# sourceMappingURL=.*$/m, "");
  const { stripTypeScriptTypes } = await import("node:module");
  return stripTypeScriptTypes(text);
}
