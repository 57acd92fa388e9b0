/** The server of the demo: two versions of a page, the originals, and Tintype behind a path of its own as behind a CDN. */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createBuilder, placeholder } from "@tintype/url";
import * as after from "./after.mjs";
import * as before from "./before.mjs";
import { readCredits } from "./credits.mjs";
import { PHOTOGRAPHS } from "./photographs.mjs";

const PAGES = new Map(Object.entries({ before, after }));
/** Where browsers find Tintype. */
const PICTURES = "/pictures";
const TYPES = { css: "text/css", js: "text/javascript", jpg: "image/jpeg" };

const here = (name) => join(import.meta.dirname, name);

/**
 * Listens on this machine. `tintype` is the URL of a running Tintype that serves the folder `originals` as `local:///`, and
 * `sign` gives the signatures that it wants. `port` 0 takes a free one.
 */
export async function openDemo({ tintype, originals, sign = () => "unsafe", port = 0 }) {
  const settings = {
    endpoint: PICTURES,
    sign,
    credits: readCredits(originals),
    lines: differingLines(),
    placeholders: await placeholdersFrom(createBuilder({ endpoint: tintype, sign })),
  };

  const files = new Map([
    ...["style.css", "demo.css", "page.js"].map((name) => [`/${name}`, here(name)]),
    ...Object.values(PHOTOGRAPHS).map(({ file }) => [`/originals/${file}`, join(originals, file)]),
  ]);

  const server = createServer((request, response) => {
    const path = request.url.split("?")[0];
    const entry = path.slice(1);
    const reply = (type, body) => send(request, response, type, body);
    if (path.startsWith(`${PICTURES}/`)) relay(request, response, tintype);
    else if (path === "/") response.writeHead(302, { Location: "/before" }).end();
    else if (PAGES.has(entry))
      reply("text/html", PAGES.get(entry).page({ ...settings, entry, figures: readFigures() }));
    else if (files.has(path)) reply(TYPES[path.split(".").at(-1)], readFileSync(files.get(path)));
    else response.writeHead(404).end("Not found\n");
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

function send(request, response, type, body) {
  const isPicture = type.startsWith("image/");
  const isPacked = !isPicture && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  const bytes = isPacked ? gzipSync(body) : Buffer.from(body);
  response.writeHead(200, {
    "Content-Type": isPicture ? type : `${type}; charset=utf-8`,
    "Content-Length": bytes.length,
    "Cache-Control": isPicture ? "public, max-age=3600" : "no-cache",
    ...(isPacked && { "Content-Encoding": "gzip" }),
  });
  response.end(bytes);
}

/** Hands a request for a picture on, headers and all. */
function relay(request, response, tintype) {
  const asked = ask(tintype + request.url.slice(PICTURES.length), {
    // A connection that is kept may have been closed a moment ago at its other end, and a new one costs nothing here.
    agent: false,
    method: request.method,
    headers: endToEnd(request.headers),
  });
  asked.once("response", (answer) => {
    response.writeHead(answer.statusCode, endToEnd(answer.headers));
    answer.pipe(response);
  });
  asked.once("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.once("close", () => asked.destroy());
  request.pipe(asked);
}

/** Without what is said of one connection and not of the picture. */
const endToEnd = ({ connection, "keep-alive": keepAlive, ...headers }) => headers;

/** A picture of a few pixels for each photograph, small enough to travel inside the page. */
async function placeholdersFrom(url) {
  const entries = Object.values(PHOTOGRAPHS).map(async ({ file }) => {
    const answer = await fetch(placeholder(url, `local:///${file}`), { headers: { Accept: "image/webp" } });
    if (!answer.ok) throw new Error(`expected a placeholder for ${file}, got ${answer.status}`);
    const type = answer.headers.get("content-type");
    return [file, `data:${type};base64,${Buffer.from(await answer.arrayBuffer()).toString("base64")}`];
  });
  return new Map(await Promise.all(entries));
}

/** The line of each version that the other has not: there is one, and a test says so. */
export function differingLines() {
  const [one, other] = [...PAGES.keys()].map((name) => readFileSync(here(`${name}.mjs`), "utf8").split("\n"));
  const place = one.findIndex((line, index) => line !== other[index]);
  return { before: one[place], after: other[place] };
}

/** What was measured last, or undefined. */
function readFigures() {
  const path = here("figures.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
