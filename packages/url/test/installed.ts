/** The package as it is published, in a folder of its own: what `npm pack` makes of it, unpacked into `node_modules`. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What a page needs beside it; linked, since nothing of ours is in it. */
const PEERS = ["react", "react-dom"];

export interface Installed {
  readonly folder: string;
  readonly remove: () => void;
}

const run = (file: string, args: readonly string[], cwd = ROOT): string =>
  execFileSync(file, args, { cwd, encoding: "utf8", timeout: 120_000 });

/** Builds `packages/url` and packs it into a folder; gives the path of the tarball. Takes some seconds. */
export function pack(into: string): string {
  run(process.execPath, ["node_modules/typescript/bin/tsc", "--build", "packages/url"]);
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", into];
  const [packed] = JSON.parse(run("npm", args, join(ROOT, "packages/url"))) as readonly {
    readonly filename: string;
  }[];
  return join(into, packed!.filename);
}

/** Unpacks the package beside a copy of `page`. */
export function install(page: string): Installed {
  const folder = mkdtempSync(join(tmpdir(), "tintype-page-"));
  const modules = join(folder, "node_modules");
  const home = join(modules, "@tintype/url");
  mkdirSync(home, { recursive: true });
  run("tar", ["-xzf", pack(folder), "-C", home, "--strip-components=1"]);
  for (const peer of PEERS) symlinkSync(join(ROOT, "node_modules", peer), join(modules, peer), "dir");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  cpSync(page, folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
