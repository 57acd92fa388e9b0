/** What went wrong, for the developer whose browser asked: only ever served to this machine. */
import { escapeHtml, MARK, policyFor, renderDocument } from "./document.ts";
import { LANDING_STYLE } from "./style.ts";

/** A refusal with everything that is known of it. */
export interface Failure {
  readonly status: number;
  /** The words that a client reads in earnest. */
  readonly message: string;
  readonly code: string;
  /** When this happens and what to do about it, in a sentence. */
  readonly docs: string;
  readonly requestId: string;
  readonly version: string;
  /** The error, and what caused it. */
  readonly error: Error;
}

const STYLE = `${LANDING_STYLE}
main { align-self: start; }
h1 { font-size: clamp(1.8rem, 5vw, 2.8rem); }
h2 { font-size: 1.15rem; margin-top: 2rem; overflow-wrap: anywhere; }
pre { font: 0.8rem/1.5 var(--mono); color: var(--soft); overflow-x: auto; margin-top: 0.6rem; }
`;

const MOST_CAUSES = 8;

/** The error and its causes, outermost first. */
function chain(error: unknown): Error[] {
  const links: Error[] = [];
  for (let link = error; link instanceof Error && links.length < MOST_CAUSES; link = link.cause)
    links.push(link);
  return links;
}

/** Where it was thrown and by whose calls, without the first line, which only repeats the message. */
const framesOf = ({ stack = "" }: Error): string =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .join("\n");

const linkHtml = (error: Error): string =>
  `<h2>${escapeHtml(error.name)}: ${escapeHtml(error.message)}</h2>\n<pre>${escapeHtml(framesOf(error))}</pre>`;

/** The page of a refusal as HTML. */
export function failurePage({ status, message, code, docs, requestId, version, error }: Failure): string {
  const body = `<header class="top"><span class="brand">${MARK}<span>Tintype</span></span></header>
<main>
<h1>${status} ${escapeHtml(message.trim())}</h1>
<p class="lede"><code>${escapeHtml(code)}</code>: ${escapeHtml(docs)}</p>
${chain(error).map(linkHtml).join("\n")}
</main>
<footer><p>Request ${escapeHtml(requestId)}, Tintype ${escapeHtml(version)}. Only development errors say so much.</p></footer>`;
  return renderDocument({ title: `${status} ${message.trim()}`, style: STYLE, body });
}

/** The Content-Security-Policy header that the page needs. */
export const failurePolicy = (): string => policyFor({ style: STYLE });
