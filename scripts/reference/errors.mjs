/** docs/reference/errors.md: how the server refuses. */
import { ERRORS } from "../../packages/server/src/errors.ts";
import { refusal } from "../../packages/server/src/http/refusal.ts";
import { code, link, page, table } from "./markdown.mjs";
import { linkSettings } from "./settings.mjs";

const KEEPING = { "no-store": "never", short: "for a moment" };

/** What the door says to requests that are none, before any of the codes could apply. */
const AT_THE_DOOR = {
  408: "The request did not arrive in time.",
  414: "The path is longer than 8192 bytes.",
  417: "The request expects something else than `100-continue`.",
  431: "There are more than 100 headers, or more than 16 KiB of them.",
};

const shownStatus = ({ status }) => (status === 0 ? "the source's own" : String(status));
const LONGEST_WORDS = 40;

function shownWords({ message }) {
  if (message.trim() === "") return "a space";
  return message.length > LONGEST_WORDS ? "a sentence, see below" : message;
}

const quoted = ({ message }) => (message.trim() === "" ? "a space" : code(message));

/** The page as Markdown. */
export const errorsPage = () =>
  page("Errors", "packages/server/src/errors.ts", [
    `A refusal tells the client a status and a few fixed words, never why. The why is in the log: one line with the code of
this page, the private detail and the request's id, which the client finds in the header ${code("X-Request-ID")}.`,
    table(
      ["Code", "Status", "The client reads", "`type` in metrics", "Caches may keep it"],
      Object.entries(ERRORS).map(([name, entry]) => [
        link(code(name), name),
        shownStatus(entry),
        shownWords(entry),
        code(entry.metric),
        KEEPING[entry.keeping],
      ]),
    ),
    `"For a moment" is ${code("max-age")} of
${link(code("TINTYPE_HTTP_ERROR_TTL"), "tintype_http_error_ttl", "settings.md")} seconds: long enough that a CDN does not ask
for a broken source again and again, short enough that a mended one is seen soon. Everything else is ${code("no-store")}.
Bodies are ${code("text/plain")}.`,
    `The detail goes into the body as well where
${link(code("TINTYPE_HTTP_DEVELOPMENT_ERRORS_MODE"), "tintype_http_development_errors_mode", "settings.md")} is set, which
the server permits only while it listens on its own machine.`,
    "## What happened, and what to do",
    Object.entries(ERRORS).map(([name, entry]) => [
      `### ${code(name)}`,
      linkSettings(entry.docs),
      `Answered with ${shownStatus(entry)} and ${quoted(entry)}.`,
    ]),
    "## At the door",
    `A request that is none is answered before any of this, by the door itself (besides
${link(code("bad_request"), "bad_request")}):`,
    table(
      ["Status", "The client reads", "What happened"],
      Object.entries(AT_THE_DOOR).map(([status, words]) => [status, refusal(Number(status), {}).body, words]),
    ),
  ]);
