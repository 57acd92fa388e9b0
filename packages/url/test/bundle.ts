import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type * as url from "@tintype/url";

export interface Bundle {
  readonly code: string;
  /** Bytes. */
  readonly minified: number;
  /** Bytes behind gzip. */
  readonly gzipped: number;
  /** Names of the files that something is left of. */
  readonly parts: readonly string[];
}

/** What a page loads that imports these names, as bundlers ship it. */
export const bundle = (...names: readonly (keyof typeof url)[]): Promise<Bundle> =>
  bundleOf(`export { ${names.join(", ")} } from "@tintype/url";`);

/** What comes of a module, as bundlers ship it. */
export async function bundleOf(contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["tintype-source"],
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  assert.ok(file);
  return {
    code: file.text,
    minified: file.contents.length,
    gzipped: gzipSync(file.contents, { level: 9 }).length,
    parts: Object.values(metafile.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path.replace(/^.*\//, "")),
  };
}
