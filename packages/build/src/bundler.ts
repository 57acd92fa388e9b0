/** Rollup's words, which Rolldown and so Vite speak, as far as they are used here. */

/** What a bundler lends to its plugins. */
export interface Bundler {
  resolve(
    source: string,
    importer?: string,
    options?: { readonly skipSelf?: boolean },
  ): Promise<{ readonly id: string; readonly external: unknown } | null>;
  addWatchFile(file: string): void;
  getModuleIds(): IterableIterator<string>;
  emitFile(file: { type: "asset"; fileName: string; source: string | Uint8Array }): string;
  error(sentence: string): never;
}

/** The files of an output, by name. */
export type Bundle = Readonly<Record<string, Chunk | Asset>>;

export interface Chunk {
  readonly type: "chunk";
  readonly fileName: string;
  readonly code: string;
  readonly map?: { toString(): string } | null | undefined;
}

export interface Asset {
  readonly type: "asset";
  readonly fileName: string;
  readonly source: string | Uint8Array;
}

interface Loaded {
  readonly code: string;
  readonly map: null;
  readonly moduleSideEffects: false;
  readonly moduleType: "js";
}

interface Asked<Handler> {
  readonly filter: { readonly id: RegExp };
  readonly handler: Handler;
}

interface Late<Handler> {
  readonly order: "post";
  readonly handler: Handler;
}

/** A plugin that both bundlers take. */
export interface Hooks {
  readonly name: string;
  readonly resolveId: Asked<
    (this: Bundler, source: string, importer?: string) => Promise<string | undefined>
  >;
  readonly load: Asked<(this: Bundler, id: string) => Promise<Loaded | undefined>>;
  readonly buildEnd: (this: Bundler, error?: Error) => Promise<void>;
  readonly generateBundle: Late<(this: Bundler, options: unknown, bundle: Bundle) => void>;
  readonly writeBundle: Late<(this: Bundler, options: unknown, bundle: Bundle) => void>;
}
