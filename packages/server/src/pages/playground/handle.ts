/** All that is served below /playground. */
import { randomBytes } from "node:crypto";
import { header, type Ask, type Reply } from "../../message.ts";
import { readBody, says } from "./body.ts";
import { isHere, isOwn, type IsLoopback } from "./caller.ts";
import { findModules, type Modules } from "./modules.ts";
import { playgroundPage, playgroundPolicy, type Playground } from "./page.ts";
import { takePicture, type KeepPicture } from "./pictures.ts";

/** What a development server does for its own developer, and for nobody else. */
export interface Workshop {
  readonly isLoopback: IsLoopback;
  readonly keep: KeepPicture;
  /** Where a picture's path needs a signature. */
  readonly sign: ((path: string) => string) | undefined;
}

export interface PlaygroundSettings extends Pick<Playground, "prefix" | "gallery" | "grammar"> {
  /** URLs need a signature. */
  readonly signed: boolean;
  /** File names under the `local://` root. */
  readonly samples: () => Promise<readonly string[]>;
  readonly workshop: Workshop | undefined;
}

/** An answer, and whether it is worth a line in the log. */
export interface Shown {
  readonly reply: Reply;
  readonly quiet?: true;
}

export const HOME = "/playground";
const CODE = `${HOME}/code/`;
const PICTURES = `${HOME}/pictures/`;
const SIGN = `${HOME}/sign`;
const MOST_PATH_BYTES = 16_384;

/** Makes the handler; it is given the path without the prefix, and answers undefined where nothing is served. */
export function createPlayground(
  settings: PlaygroundSettings,
): (ask: Ask, path: string) => Promise<Shown | undefined> {
  let modules: Promise<Modules> | undefined;
  return async (ask, path) => {
    const isReading = ask.method === "GET" || ask.method === "HEAD";
    if (isReading && path === HOME) return { reply: await page(ask, settings) };
    if (isReading && path.startsWith(CODE)) {
      const text = (await (modules ??= findModules())).get(path.slice(CODE.length));
      return text === undefined ? undefined : { reply: module(text), quiet: true };
    }
    const { workshop } = settings;
    if (!workshop) return undefined;
    const isPut = ask.method === "PUT" && path.startsWith(PICTURES);
    const isSign = ask.method === "POST" && path === SIGN && workshop.sign !== undefined;
    if (!isPut && !isSign) return undefined;
    if (!isHere(ask, workshop.isLoopback))
      return { reply: says(403, "expected a request from this machine to this machine") };
    if (!isOwn(ask)) return { reply: says(403, "expected a request of the playground's own page") };
    if (isPut) return { reply: await takePicture(path.slice(PICTURES.length), ask, workshop.keep) };
    return { reply: await signature(ask, workshop.sign) };
  };
}

async function page(ask: Ask, { samples, workshop, signed, ...rest }: PlaygroundSettings): Promise<Reply> {
  const nonce = randomBytes(16).toString("base64");
  const isServed = workshop !== undefined && isHere(ask, workshop.isLoopback);
  const html = playgroundPage({
    ...rest,
    nonce,
    samples: await samples(),
    drops: isServed,
    signing: !signed ? "none" : isServed ? "here" : "elsewhere",
  });
  return {
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": playgroundPolicy(nonce),
      // A nonce is for one answer.
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
    },
    body: html,
  };
}

const module = (body: string): Reply => ({
  status: 200,
  headers: {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
  },
  body,
});

/** The signature of the path in a body `{ "path": ... }`. */
async function signature(ask: Ask, sign: Workshop["sign"]): Promise<Reply> {
  const length = Number(header(ask.headers, "content-length") ?? NaN);
  if (header(ask.headers, "content-type") !== "application/json" || !sign)
    return says(415, "expected application/json as the Content-Type");
  if (!(length <= MOST_PATH_BYTES)) return says(413, `expected at most ${MOST_PATH_BYTES} bytes`);
  const path = pathIn((await readBody(ask)).toString());
  if (path === undefined)
    return says(400, 'expected a body such as {"path": "w:300/plain/local:///cat.jpg"}');
  return says(200, sign(path));
}

function pathIn(body: string): string | undefined {
  try {
    const { path } = JSON.parse(body) as { readonly path?: unknown };
    return typeof path === "string" ? path : undefined;
  } catch {
    return undefined;
  }
}
