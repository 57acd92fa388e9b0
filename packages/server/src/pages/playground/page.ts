/** The playground: a page drawn from the option table, on which a URL is written by sliding, clicking and dragging. */
import { createHash } from "node:crypto";
import type { FormatName, Grammar } from "@tintype/url";
import { escapeHtml, MARK, renderDocument } from "../document.ts";
import { inOrder } from "../gallery.ts";
import { ONE_PIXEL } from "../script.ts";
import type { PageSettings } from "./browser/settings.ts";
import { controls } from "./controls.ts";
import { BARE, ENTRY } from "./modules.ts";
import { PLAYGROUND_STYLE } from "./style.ts";

export interface Playground {
  /** Path prefix of the server, without a slash at its end; empty for none. */
  readonly prefix: string;
  /** Whether the gallery is served too, so that the page may link to it. */
  readonly gallery: boolean;
  /** What a URL may say here. */
  readonly grammar: Grammar;
  /** File names under the `local://` root; what is no picture is left out. */
  readonly samples: readonly string[];
  /** Whether pictures can be dropped into the page. */
  readonly drops: boolean;
  readonly signing: PageSettings["signing"];
  /** Of the policy, for the scripts of this one answer. */
  readonly nonce: string;
}

const PICTURE = /\.(?:jpe?g|png|webp|avif|gif|svg|jxl|heic|tiff?|bmp|ico)$/i;
/** A folder of one's own may hold thousands, and each picture shown is one rendered. */
const MOST_SAMPLES = 24;
const COMPARED: readonly (readonly [FormatName, string])[] = [
  ["avif", "AVIF"],
  ["webp", "WebP"],
  ["jpeg", "JPEG"],
];
const RECIPES = [
  ["url", "URL"],
  ["img", "<img>"],
  ["react", "React"],
  ["curl", "curl"],
  ["capability", "Capability"],
] as const;

/** The Content-Security-Policy header of the answer whose scripts have a nonce; modules that these import have it, too. */
export const playgroundPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    // Results are shown as the bytes that were measured.
    "img-src 'self' data: blob:",
    `style-src 'sha256-${createHash("sha256").update(PLAYGROUND_STYLE).digest("base64")}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** The page as HTML. */
export function playgroundPage(playground: Playground): string {
  const { prefix, gallery, grammar, drops, signing, nonce } = playground;
  const samples = inOrder(playground.samples.filter((name) => PICTURE.test(name))).slice(0, MOST_SAMPLES);
  const sources = samples.map((name) => ({ name, source: `local:///${name}` }));
  const body = `<header class="top"><a class="brand" href="${escapeHtml(`${prefix}/`)}">${MARK}<span>Tintype</span></a><h1>Playground</h1>${gallery ? `<nav><a href="${escapeHtml(`${prefix}/gallery`)}">Gallery</a></nav>` : ""}</header>
<noscript><p class="note">The playground needs JavaScript in the browser.</p></noscript>
${signing === "elsewhere" ? UNSIGNED : ""}
<main>
${picker(sources, drops)}
${VIEWER}
${ADDRESS}
<section class="controls" aria-labelledby="options" data-controls><div class="head"><h2 id="options">Options</h2><button type="button" data-clear-all>Clear all</button></div>
${controls({
  presets: [...(grammar.presets?.keys() ?? [])].filter((name) => name !== "default"),
  onlyPresets: grammar.onlyPresets ?? false,
  allowed: grammar.allowed ?? new Set(),
  security: grammar.security ?? false,
  bypass: grammar.bypass ?? false,
})}</section>
<section class="glance" aria-labelledby="formats"><h2 id="formats">In three formats</h2><div class="tiles">${COMPARED.map(tile).join("")}</div></section>
<section class="recipes" aria-labelledby="recipes" data-recipes><div class="head"><h2 id="recipes">Copy as</h2><div class="tabs" role="radiogroup" aria-labelledby="recipes">${RECIPES.map(tab).join("")}</div></div>
<div class="code"><pre tabindex="0" aria-label="Code"><code></code></pre><button type="button">Copy</button></div></section>
</main>
<div class="welcome" aria-hidden="true"><p>Drop it anywhere</p></div>
<script type="application/json" id="settings">${json(settingsOf(playground, sources[0]?.source ?? ""))}</script>
<script type="importmap" nonce="${nonce}">${json({ imports: Object.fromEntries(Object.entries(BARE).map(([name, path]) => [name, `${prefix}/playground/code/${path}`])) })}</script>
<script type="module" nonce="${nonce}" src="${escapeHtml(`${prefix}/playground/code/${ENTRY}`)}"></script>`;
  return renderDocument({ title: "Tintype playground", style: PLAYGROUND_STYLE, body });
}

function settingsOf({ prefix, grammar, signing }: Playground, start: string): PageSettings {
  return {
    prefix,
    separator: grammar.separator ?? ":",
    onlyPresets: grammar.onlyPresets ?? false,
    presets: [...(grammar.presets ?? [])],
    allowed: [...(grammar.allowed ?? [])],
    security: grammar.security ?? false,
    bypass: grammar.bypass ?? false,
    base64IncludesFilename: grammar.base64IncludesFilename ?? false,
    start,
    signing,
    pixels: ONE_PIXEL,
  };
}

/** Data as it may stand in a script element. */
const json = (value: unknown): string => JSON.stringify(value).replace(/</g, "\\u003c");

interface Sample {
  readonly name: string;
  readonly source: string;
}

const picker = (
  sources: readonly Sample[],
  drops: boolean,
): string => `<section class="picker" aria-label="Picture" data-picker>
<div class="strip" data-strip>${sources.map(({ name, source }) => `<button type="button" data-pick="${escapeHtml(source)}" aria-label="${escapeHtml(name)}" title="${escapeHtml(name)}" aria-pressed="false"><img alt=""></button>`).join("")}</div>
<div class="other"><label class="from"><span class="unseen">URL of a picture</span><input type="text" data-source placeholder="https://…" inputmode="url" autocomplete="off" autocapitalize="none" spellcheck="false"></label>${
  drops
    ? `<label class="file"><input type="file" accept="image/*,.avif,.jxl,.heic,.heif" multiple><span>Choose or drop a file</span></label>`
    : ""
}</div><p class="bad" role="alert"></p></section>`;

const UNSIGNED = `<p class="note">This server wants signed URLs and signs them only in development mode, for a browser on its own machine. The URLs below are not signed, so it will refuse them.</p>`;

const side = (name: "original" | "result", title: string, inside: string, tools: string): string =>
  `<figure class="side ${name}" data-side="${name}"><div class="frame"><div class="sheet" data-sheet="${name}"><img alt="${title}" draggable="false">${inside}</div></div>
<figcaption><span class="label">${title}</span><span class="facts" data-facts></span><span class="tools">${tools}</span></figcaption></figure>`;

const VIEWER = `<section class="viewer" aria-label="Original and result" data-viewer data-view="pair">
<div class="views" role="radiogroup" aria-label="View"><label class="chip"><input type="radio" name="view" value="pair" checked><span>Side by side</span></label><label class="chip"><input type="radio" name="view" value="swipe"><span>Swipe</span></label><span class="saving" data-saving aria-live="polite"></span></div>
<div class="sides">
${side(
  "original",
  "Original",
  `<div class="cut" data-cut tabindex="0" role="group" hidden>${["nw", "ne", "sw", "se"].map((corner) => `<span class="corner ${corner}" data-corner="${corner}"></span>`).join("")}</div><button type="button" class="point" data-point hidden></button>`,
  `<button type="button" data-tool="crop" aria-pressed="false" disabled>Crop</button><button type="button" data-tool="point" aria-pressed="false" disabled>Focal point</button>`,
)}
${side("result", "Result", `<span class="side-name" aria-hidden="true">Original</span><span class="side-name" aria-hidden="true">Result</span><img class="reference" alt="Original, in the same cut" data-reference draggable="false"><input class="handle" type="range" min="0" max="100" value="50" step="0.5" data-handle aria-label="Original to the left of it, result to the right">`, `<a data-save>Save</a>`)}
</div></section>`;

const ADDRESS = `<section class="address" aria-label="URL" data-address>
<div class="typed"><pre aria-hidden="true"><code data-drawn></code></pre><textarea aria-label="URL of the result" rows="1" spellcheck="false" autocapitalize="none" autocomplete="off"></textarea></div>
<div class="under"><p class="legend" data-legend></p><button type="button" data-copy-url>Copy URL</button></div>
<p class="bad" role="alert"></p></section>`;

const tile = ([format, name]: readonly [FormatName, string]): string =>
  `<button type="button" class="tile" data-format="${format}" aria-pressed="false"><span class="thumb"><img alt=""></span><span class="what"><b>${name}</b><span data-amount></span><span class="time" data-time></span></span><span class="bar" data-bar></span></button>`;

const tab = ([kind, name]: (typeof RECIPES)[number], place: number): string =>
  `<label class="chip"><input type="radio" name="recipe" value="${kind}"${place === 0 ? " checked" : ""}><span>${escapeHtml(name)}</span></label>`;
