import { createHash } from "node:crypto";
import { abortReason } from "../deadline.ts";
import { HttpError } from "../errors.ts";
import { tooBig, untilOver } from "./body.ts";
import { partOf } from "./part.ts";
import type { Source } from "./source.ts";

/** Pictures that a developer has put into the server by hand. */
export interface Shelf extends Source {
  /** Keeps a picture until newer ones push it out; answers with its URL, which is the same for the same bytes and name. */
  put(picture: Dropped): string;
}

/** A picture in memory. */
export interface Dropped {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

interface Picture extends Dropped {
  readonly etag: string;
  readonly modified: Date;
}

const SCHEME = "dropped";
const MOST_PICTURES = 8;
const ID_CHARACTERS = 16;

/** Whether a source is one of these. */
export const isDropped = (source: string): boolean => source.toLowerCase().startsWith(`${SCHEME}://`);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** The newest pictures that were put in, in memory: `dropped:///id/name`. */
export function createShelf(): Shelf {
  const pictures = new Map<string, Picture>();
  return {
    put: (dropped) => {
      const { name, bytes } = dropped;
      const digest = createHash("sha256").update(bytes).digest("hex");
      const url = `${SCHEME}:///${digest.slice(0, ID_CHARACTERS)}/${name}`;
      // Taken out first, so that it counts as the newest.
      pictures.delete(url);
      pictures.set(url, { ...dropped, etag: `"${digest}"`, modified: new Date() });
      for (const old of [...pictures.keys()].slice(0, -MOST_PICTURES)) pictures.delete(old);
      return url;
    },
    fetch: async (url, wish) => {
      if (wish.signal.aborted) throw abortReason(wish.signal);
      const picture = pictures.get(url);
      if (!picture)
        throw new HttpError(
          "source_unreachable",
          `expected one of the ${MOST_PICTURES} pictures that were dropped last, got ${url}`,
        );
      const { type, bytes, etag, modified } = picture;
      const validated = { etag, modified, size: bytes.byteLength };
      // Memory is all that it was given to.
      const common = { "content-type": type, "cache-control": "no-store" };
      const validators = { etag, "last-modified": modified.toUTCString() };
      const { status, headers, span } = partOf(validated, { common, validators }, wish);
      const length = span.to - span.from;
      if (wish.maxBytes > 0 && length > wish.maxBytes) throw tooBig(wish.maxBytes, String(length));
      const body = once(bytes.subarray(span.from, span.to));
      return Promise.resolve({
        status,
        headers,
        ...untilOver(body, wish.signal, () => undefined),
      });
    },
  };
}
