import { readFileSync } from "node:fs";

/** The version of this package, as its package.json has it. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  // The package's own manifest, which npm refuses to publish without a version.
  return (manifest as { readonly version: string }).version;
}
