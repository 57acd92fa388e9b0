/** Originals that come into being when a test needs one, and change when it wants them to. */
import { after } from "node:test";
import { Changing } from "../fixtures/changing.ts";
import { startOrigin, type Page, type Seen } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";

export interface Original {
  readonly page: Changing;
  readonly url: string;
  /** Where a server shows it under options. */
  readonly path: (options?: string) => string;
  /** Every request for it so far. */
  readonly seen: () => readonly Seen[];
  /** Gives it other bytes, the ETag `"b"` and a Cache-Control. */
  readonly change: (control: string) => Promise<void>;
  /** Has requests wait for their answer until the function is called that comes back. */
  readonly hold: () => () => void;
}

/** A PNG that is new to every server, sent with these headers. */
export type Make = (headers?: Readonly<Record<string, string>>) => Promise<Original>;

/** Starts an origin that ends with the tests of the file. */
export async function startOriginals(): Promise<Make> {
  const pages: Record<string, Page> = {};
  const origin = await startOrigin(new Proxy({}, { get: (_, path) => pages[String(path)] }));
  after(() => origin.close());
  let made = 0;
  return async (headers = {}) => {
    const path = `/${(made += 1)}.png`;
    const url = origin.url(path);
    const page = new Changing(await picture("png"), headers);
    const answer = page.page as Extract<Page, (...exchange: never[]) => void>; // It is made no other way.
    let open: Promise<unknown> = Promise.resolve();
    pages[path] = (...exchange) => void open.then(() => answer(...exchange));
    return {
      page,
      url,
      path: (options = "w:2") => `/_/${options}/plain/${url}`,
      seen: () => origin.seen.filter(({ target }) => target === path),
      change: async (control) => {
        page.body = await picture("jpeg");
        page.headers = { ETag: '"b"', "Cache-Control": control };
      },
      hold: () => {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        open = promise;
        return () => resolve(undefined);
      },
    };
  };
}
