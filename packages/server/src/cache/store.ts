/** What every place to keep things agrees on. It knows neither freshness nor tiers nor requests: those are cache.ts's. */

/**
 * What is known of an entry without reading its body. Times are milliseconds since 1970.
 */
export interface Head {
  /** Where the original lies. */
  readonly source: string;
  readonly tags: readonly string[];
  /** When its source was asked last, before the first byte went out: a purge covers what was asked for until then. */
  readonly askedAt: number;
  /** The process that asked, since clocks of two may differ. */
  readonly by: string;
  /** Until then it is served without asking anybody. */
  readonly freshUntil: number;
  /** Until then it is served while it is renewed. */
  readonly staleUntil: number;
  /** Until then it is served where its source fails. */
  readonly failUntil: number;
  /** What the owner of the cache wants to know of it; anything that survives JSON. */
  readonly about: unknown;
}

/** What is kept under a key. */
export interface Entry {
  readonly head: Head;
  readonly body: Uint8Array;
}

/**
 * A place to keep entries. Keys are `<24 hexadecimal digits of the source>-<40 of all the rest>`, so that what was made of one
 * source lies together. Everything may reject, whatever went wrong: the caller degrades. A body that was handed out, or
 * in, is never written to.
 */
export interface CacheStore {
  /** Undefined for what is not there, and for what is there but cannot be trusted, which is dropped. */
  get(key: string): Promise<Entry | undefined>;
  /** Replaces what is there. May keep nothing, where the entry is too large. */
  set(key: string, entry: Entry): Promise<void>;
  /** Resolves as well where nothing is there. */
  delete(key: string): Promise<void>;
  /** All keys that begin so, in no order. What is written meanwhile may be missed. */
  keys(prefix: string): AsyncIterable<string>;
  /** The head of an entry without its body, as far as that is cheaper. */
  head(key: string): Promise<Head | undefined>;
  /** Ends what is under way and lets go of files and connections. */
  close(): Promise<void>;
}

const KEY = /^[\da-f]{24}-[\da-f]{40}$/;

/** Whether a text is a key, and so safe as a name of a file or an object. */
export const isKey = (text: string): boolean => KEY.test(text);
