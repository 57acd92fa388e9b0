/** The package as it is published, in a folder of its own: what `npm pack` makes of it, unpacked into `node_modules`. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What a page needs beside it; linked, since nothing of ours is in it. */
const PEERS = ["react", "react-dom"];

export interface Installed {
  readonly folder: string;
  readonly remove: () => void;
}

/** Builds, packs and unpacks `packages/url` beside a copy of `page`. Takes some seconds. */
export function install(page: string): Installed {
  const folder = mkdtempSync(join(tmpdir(), "tintype-page-"));
  const run = (file: string, args: readonly string[], cwd = ROOT): string =>
    execFileSync(file, args, { cwd, encoding: "utf8", timeout: 120_000 });
  run(process.execPath, ["node_modules/typescript/bin/tsc", "--build", "packages/url"]);
  const [packed] = JSON.parse(
    run(
      "npm",
      ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
      join(ROOT, "packages/url"),
    ),
  ) as readonly { readonly filename: string }[];
  const home = join(folder, "node_modules/@tintype/url");
  mkdirSync(home, { recursive: true });
  run("tar", ["-xzf", join(folder, packed!.filename), "-C", home, "--strip-components=1"]);
  for (const peer of PEERS)
    symlinkSync(join(ROOT, "node_modules", peer), join(dirname(dirname(home)), peer), "dir");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  cpSync(page, folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
