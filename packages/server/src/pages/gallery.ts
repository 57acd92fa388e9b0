/** The gallery: each sample beside what the server makes of it, with the URL that asks for it. */
import { escapeHtml, MARK, policyFor, renderDocument } from "./document.ts";
import { GALLERY_SCRIPT } from "./script.ts";
import { GALLERY_STYLE } from "./style.ts";
import { PICKED, treatmentOf } from "./treatment.ts";
import type { Segment, Treatment } from "./treatment.ts";

export interface GalleryOptions {
  /** File names under the `local://` root; what is no picture is left out. */
  readonly samples: readonly string[];
  /** Path prefix of the server, without a slash at its end; empty for none. */
  readonly prefix: string;
  /** Signs a path that begins with a slash, where URLs need that and the page is for the developer alone. */
  readonly sign?: ((path: string) => string) | undefined;
  /** URLs need a signature, and the page is for everybody. */
  readonly unsigned?: boolean;
}

const PICTURE = /\.(?:jpe?g|png|webp|avif|gif|svg)$/i;
// A folder of one's own may hold thousands, and each picture shown is one rendered.
const MOST = 24;

/** The gallery page as HTML. */
export function galleryPage({ samples, prefix, sign, unsigned = false }: GalleryOptions): string {
  const pictures = inOrder(samples.filter((name) => PICTURE.test(name)));
  const shown = pictures.slice(0, MOST);
  const rest = pictures.length - shown.length;
  const cards = shown.map((name, place) => card(name, treatmentOf(name, place), { prefix, sign }));
  const body = `${HEAD.replace("{home}", escapeHtml(`${prefix}/`))}
<main>
${unsigned ? UNSIGNED : ""}
${cards.length === 0 ? EMPTY : `<ol class="cards">${cards.join("")}</ol>`}
${rest > 0 ? `<p class="rest">${rest} more in the folder.</p>` : ""}
</main>
${footOf(shown)}`;
  return renderDocument({ title: "Tintype gallery", style: GALLERY_STYLE, script: GALLERY_SCRIPT, body });
}

/** The Content-Security-Policy header that the gallery page needs. */
export const galleryPolicy = (): string => policyFor({ style: GALLERY_STYLE, script: GALLERY_SCRIPT });

/** Our own samples as the table has them, then others by name. */
export function inOrder(names: readonly string[]): readonly string[] {
  const picked = Object.keys(PICKED);
  const place = (name: string): number => (picked.indexOf(name) + picked.length + 1) % (picked.length + 1);
  return [...names].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

function card(
  name: string,
  treatment: Treatment,
  { prefix, sign }: Pick<GalleryOptions, "prefix" | "sign">,
): string {
  const source = `plain/local:///${name.split("/").map(encodeURIComponent).join("/")}`;
  const firstFor = (path: string): string => `${prefix}/${sign?.(path) ?? "unsafe"}`;
  const original = `/raw:1/${source}`;
  const path = ["", ...treatment.options.map(({ text }) => text), source].join("/");
  const [before, first] = [`${firstFor(original)}${original}`, firstFor(path)];
  const after = `${first}${path}`;
  const segments = [
    { text: first, gloss: sign ? "the signature" : "not signed" },
    ...treatment.options.map(({ text, gloss }) => ({ text: `/${text}`, gloss, asks: true })),
    { text: `/${source}`, gloss: "the original" },
  ];
  return `
<li class="card" data-card>
<div class="about"><h2>${escapeHtml(treatment.title)}</h2><p>${escapeHtml(treatment.note)}</p></div>
<p class="saving" data-saving></p>
<div class="pair">
${plate({ url: before, side: "before", alt: `${name}, the original`, label: "Original" })}
${plate({ url: after, side: "after", alt: `${name}: ${treatment.title}`, label: "Served" })}
</div>
<div class="scale" aria-hidden="true"><span data-scale></span></div>
<div class="url"><p class="segments">${segments.map(segment).join("")}</p>
<button type="button" data-copy="${escapeHtml(after)}" hidden>Copy URL</button></div>
</li>`;
}

interface Plate {
  readonly url: string;
  readonly side: "before" | "after";
  readonly alt: string;
  readonly label: string;
}

function plate({ url, side, alt, label }: Plate): string {
  return `<figure class="${side}"><a class="plate" href="${escapeHtml(url)}"><img src="${escapeHtml(url)}" alt="${escapeHtml(alt)}" data-${side}></a>
<figcaption><span class="label">${label}</span> <span class="facts" data-facts></span></figcaption></figure>`;
}

function segment({ text, gloss, asks = false }: Segment & { readonly asks?: boolean }): string {
  return `<span class="segment${asks ? " asks" : ""}"><code>${escapeHtml(text)}</code><span class="gloss">${escapeHtml(gloss)}</span></span>`;
}

const HEAD = `<header class="top"><a class="brand" href="{home}">${MARK}<span>Tintype</span></a></header>
<section class="hero">
<h1>Made on the spot, from nothing but a URL.</h1>
<p class="lede">On the left the original as it lies in the folder, on the right what this server makes of it. Write the URL that you see below a pair into an <code>img</code> and you have the same.</p>
<div class="total" data-total>
<p class="figures"><span><b data-total-before>&ndash;</b><small>in the folder</small></span><span><b data-total-after>&ndash;</b><small>sent to your browser</small></span><span class="won"><b data-total-saving>&ndash;</b><small>saved</small></span></p>
<div class="scale" aria-hidden="true"><span data-total-scale></span></div>
</div>
</section>`;

const EMPTY = `<p class="empty">The folder holds no picture that a browser can show. Put a JPEG, PNG, WebP, AVIF, GIF or SVG file into it and load this page again.</p>`;

const UNSIGNED = `<p class="empty">This server wants signed URLs, and signs those of this page only in development mode. The pictures below are refused.</p>`;

const BYTES = "Bytes are those of the bodies that your browser receives, with the formats that it accepts.";
const LICENCES = "The authors and licences of the sample photographs are in <code>samples/LICENSE.md</code>.";

/** A folder of one's own has no licences of ours to tell of. */
const footOf = (shown: readonly string[]): string => {
  const isOurs = shown.some((name) => Object.hasOwn(PICKED, name));
  return `<footer><p>${isOurs ? `${BYTES} ${LICENCES}` : BYTES}</p></footer>`;
};
