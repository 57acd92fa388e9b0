import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import type { Asset, Bundle, Bundler, Chunk, Hooks } from "./bundler.ts";
import { complainOf, type Emitted } from "./core/leaks.ts";
import { MANIFEST, manifestOf } from "./core/manifest.ts";
import { originalOf } from "./core/original.ts";
import type { Imported, Pictures } from "./core/pictures.ts";
import { cut, REQUEST } from "./core/request.ts";
import type { Needle } from "./core/secrets.ts";

/** What Rollup and Vite do otherwise. */
export interface HooksParts {
  /** Asked for each picture. */
  readonly pictures: () => Pictures | Promise<Pictures>;
  /** The folder of the output for originals. */
  readonly folder: () => string;
  /** Whether there is an output, into which originals go. */
  readonly isBuild: () => boolean;
  /** Whether browsers get what is built. */
  readonly isPublic: (bundler: Bundler) => boolean;
  readonly needles: readonly Needle[];
}

/** The hooks of a plugin that signs imported pictures, emits them, and looks for secrets in what was built. */
export function createHooks({ pictures, folder, isBuild, isPublic, needles }: HooksParts): Hooks {
  /** By the ids of their modules; a bundler that watches may ask for a module once and use it in every build. */
  const known = new Map<string, Imported>();
  const refuseLeaks = {
    order: "post" as const,
    handler(this: Bundler, _options: unknown, bundle: Bundle): void {
      if (!isPublic(this)) return;
      const complaint = complainOf(Object.values(bundle).flatMap(partsOf), needles);
      if (complaint !== undefined) this.error(complaint);
    },
  };
  return {
    name: "tintype",
    resolveId: {
      filter: { id: REQUEST },
      async handler(source, importer) {
        if (!REQUEST.test(source)) return undefined;
        // As if nothing stood behind the path, which Rollup would take for a part of the name.
        const { file, query } = cut(source);
        const found = await this.resolve(file, importer, { skipSelf: true });
        return found?.external === false ? `${found.id}?${query}` : undefined;
      },
    },
    load: {
      filter: { id: REQUEST },
      async handler(id) {
        if (!REQUEST.test(id)) return undefined;
        this.addWatchFile(cut(id).file);
        const picture = await (await pictures()).read(id);
        known.set(id, picture);
        // Rolldown would guess by the name, which is a picture's.
        return { code: picture.code, map: null, moduleSideEffects: false, moduleType: "js" };
      },
    },
    async buildEnd(error) {
      if (error || !isBuild()) return;
      await emit(
        this,
        folder(),
        [...this.getModuleIds()].flatMap((id) => known.get(id) ?? []),
      );
    },
    generateBundle: refuseLeaks,
    // Once more, for what others have added meanwhile.
    writeBundle: refuseLeaks,
  };
}

/** Emits originals, and the list of URLs. */
async function emit(bundler: Bundler, folder: string, pictures: readonly Imported[]): Promise<void> {
  const originals = new Map(pictures.map(({ original }) => [original.name, original.file]));
  for (const [name, file] of [...originals].sort()) {
    const bytes = await readFile(file);
    if (originalOf(file, bytes).name !== name) bundler.error(`${file} was changed while it was built`);
    bundler.emitFile({ type: "asset", fileName: posix.join(folder, name), source: bytes });
  }
  const list = manifestOf(pictures.flatMap(({ urls }) => urls));
  bundler.emitFile({ type: "asset", fileName: MANIFEST, source: list });
}

function partsOf(file: Chunk | Asset): Emitted[] {
  const name = file.fileName;
  if (file.type === "asset") return [{ name, content: file.source }];
  const map = file.map ? [{ name: `${name}.map`, content: file.map.toString() }] : [];
  return [{ name, content: file.code }, ...map];
}
