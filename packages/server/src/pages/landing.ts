/** The page at `/`: what runs here, how its URLs read, and where to look next. */
import { escapeHtml, MARK, policyFor, renderDocument } from "./document.ts";
import { LANDING_STYLE } from "./style.ts";

export interface LandingOptions {
  readonly version: string;
  /** Whether the gallery is served too, so that the page may link to it. */
  readonly gallery: boolean;
  /** Whether the playground is served, too. */
  readonly playground?: boolean;
  /** Path prefix of the server, without a slash at its end. */
  readonly prefix?: string;
}

const ANATOMY = [
  ["/<signature>", "proves that the URL is yours", ""],
  ["/rs:fill:480:320", "fill 480 × 320 pixels", "asks"],
  ["/g:sm", "keep what draws the eye", "asks"],
  ["/plain/https://a.example/cat.jpg", "the original", ""],
] as const;

/** The landing page as HTML. */
export function landingPage({ version, gallery, playground = false, prefix = "" }: LandingOptions): string {
  const segments = ANATOMY.map(
    ([text, gloss, kind]) =>
      `<span class="segment ${kind}"><code>${escapeHtml(text)}</code><span class="gloss">${gloss}</span></span>`,
  );
  const link = (path: string, words: string, kind = ""): string =>
    `<a href="${escapeHtml(prefix + path)}"${kind}>${words}</a>`;
  const links = [
    ...(gallery ? [link("/gallery", "Open the gallery", ' class="go"')] : []),
    ...(playground ? [link("/playground", "Playground")] : []),
    link("/health", "Health check"),
  ];
  const body = `<header class="top"><span class="brand">${MARK}<span>Tintype</span></span></header>
<main>
<h1>The picture you ask for, made while you wait.</h1>
<p class="lede">An image server is running here. A URL says what is wanted of a picture; the server fetches the original, makes it, keeps it and serves it.</p>
<p class="segments">${segments.join("")}</p>
<p class="links">${links.join("")}</p>
</main>
<footer><p>Tintype ${escapeHtml(version)}</p></footer>`;
  return renderDocument({ title: "Tintype", style: LANDING_STYLE, body });
}

/** The Content-Security-Policy header that the landing page needs. */
export const landingPolicy = (): string => policyFor({ style: LANDING_STYLE });
