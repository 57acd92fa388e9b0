import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { Compilation, Compiler, LoaderContext } from "webpack";
import { complainOf } from "./core/leaks.ts";
import { MANIFEST, manifestOf } from "./core/manifest.ts";
import { createPictures, type Pictures } from "./core/pictures.ts";
import { REQUEST } from "./core/request.ts";
import { needlesOf, type Needle } from "./core/secrets.ts";
import { folderOf, type BuildSettings } from "./core/settings.ts";

export type { Picture } from "./core/picture.ts";
export type { BuildPolicy, BuildSettings } from "./core/settings.ts";

const NAME = "TintypePlugin";

interface LoaderOptions {
  readonly pictures: Pictures;
  readonly folder: string;
}

/** Loaders get the bytes of a file. */
export const raw = true;

/** The loader that `TintypePlugin` puts in place: it needs what the plugin gives it. */
export default async function load(this: LoaderContext<LoaderOptions>, bytes: Buffer): Promise<void> {
  const done = this.async();
  try {
    const { pictures, folder } = this.getOptions();
    const { code, original, urls } = await pictures.read(this.resourcePath + this.resourceQuery, bytes);
    this.emitFile(posix.join(folder, original.name), bytes);
    // A cache that outlives this process keeps it together with the module.
    this._module!.buildInfo![NAME] = urls;
    done(null, code);
  } catch (error) {
    done(error as Error);
  }
}

/**
 * Webpack's plugin: `import hero from "./hero.jpg?tintype&policy=hero"`. What is built for browsers is looked through for
 * keys; what is built for servers (`target: "node"`) may hold them. Throws a sentence where the settings cannot hold.
 */
export class TintypePlugin {
  readonly #options: LoaderOptions;
  readonly #needles: readonly Needle[];

  constructor(settings: BuildSettings) {
    this.#options = { pictures: createPictures(settings), folder: folderOf(settings) };
    this.#needles = needlesOf(settings);
  }

  apply(compiler: Compiler): void {
    const loader = fileURLToPath(import.meta.url);
    // What was built under other settings is built anew.
    const ident = `tintype-${this.#options.pictures.fingerprint}`;
    compiler.options.module.rules.push({
      resourceQuery: REQUEST,
      type: "javascript/auto",
      sideEffects: false,
      use: [{ loader, ident, options: { ...this.#options } }],
    });
    compiler.hooks.thisCompilation.tap(NAME, (compilation) => {
      this.#list(compiler, compilation);
      if (compiler.platform.web !== false) this.#refuseLeaks(compiler, compilation);
    });
  }

  /** Emits the list of URLs. */
  #list({ webpack }: Compiler, compilation: Compilation): void {
    let list = "";
    // Later some modules are a part of others.
    compilation.hooks.finishModules.tap(NAME, (modules) => {
      list = manifestOf(
        [...modules].flatMap(({ buildInfo }) => (buildInfo?.[NAME] as string[] | undefined) ?? []),
      );
    });
    const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_ADDITIONAL;
    compilation.hooks.processAssets.tap({ name: NAME, stage }, () => {
      compilation.emitAsset(MANIFEST, new webpack.sources.RawSource(list));
    });
  }

  #refuseLeaks({ webpack }: Compiler, compilation: Compilation): void {
    const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
    compilation.hooks.processAssets.tap({ name: NAME, stage }, (assets) => {
      const files = Object.entries(assets).map(([name, source]) => ({ name, content: source.source() }));
      const complaint = complainOf(files, this.#needles);
      if (complaint !== undefined) compilation.errors.push(new webpack.WebpackError(complaint));
    });
  }
}
