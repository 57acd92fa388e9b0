/** The frame of every page of ours: one self-contained document, and the policy that allows exactly what is in it. */
import { createHash } from "node:crypto";

export interface PageParts {
  readonly title: string;
  readonly style: string;
  /** HTML, already escaped. */
  readonly body: string;
  readonly script?: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** The mark: an iron plate with clipped corners and the oval of its mat. */
export const MARK =
  '<svg class="mark" viewBox="0 0 32 40" width="24" height="30" aria-hidden="true">' +
  '<path fill="currentColor" fill-rule="evenodd" d="M4 0H28L32 4V36L28 40H4L0 36V4ZM16 7C9.9 7 6 12.8 6 20S9.9 33 16 33 26 27.2 26 20 22.1 7 16 7Z"/>' +
  '<ellipse class="lens" cx="16" cy="20" rx="5.2" ry="7"/></svg>';

const ICON =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 0 40 40"><path fill="#6f7778" fill-rule="evenodd" d="M4 0H28L32 4V36L28 40H4L0 36V4ZM16 7C9.9 7 6 12.8 6 20S9.9 33 16 33 26 27.2 26 20 22.1 7 16 7Z"/><ellipse cx="16" cy="20" rx="5.2" ry="7" fill="#3f9a83"/></svg>',
  );

/** A complete HTML document. */
export function renderDocument({ title, style, body, script }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body>
${body}
${script === undefined ? "" : `<script type="module">${script}</script>`}
</body>
</html>
`;
}

/** The Content-Security-Policy of a page: its own style and script by hash, pictures and measurements from its own origin. */
export function policyFor({ style, script }: Pick<PageParts, "style" | "script">): string {
  return [
    "default-src 'none'",
    "img-src 'self' data:",
    `style-src '${hashOf(style)}'`,
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`, "connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
