import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { gateSvg, rebuildSvg } from "./svg.ts";

const SVG = "http://www.w3.org/2000/svg";
const XLINK = "http://www.w3.org/1999/xlink";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const picture = (inside: string): string =>
  `<svg xmlns="${SVG}" xmlns:xlink="${XLINK}" width="120" height="80" viewBox="0 0 120 80"><!-- a comment -->${inside}</svg>`;

const PIXEL = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#c0f" } })
  .png()
  .toBuffer();

/** Good documents: what each of them shows must be there after the rebuild to the pixel. */
const GOOD: Readonly<Record<string, string>> = {
  shapes: picture(
    `<rect x="5" y="5" width="30" height="20" rx="4" fill="#c33" stroke="black" stroke-width="2"/><circle cx="60" cy="20" r="12" fill="rgb(10,200,30)"/><ellipse cx="95" cy="20" rx="15" ry="8" fill="hsl(200,80%,50%)"/><line x1="5" y1="50" x2="50" y2="70" stroke="teal" stroke-dasharray="4,2" stroke-linecap="round"/><polygon points="60,45 80,75 45,70" fill-rule="evenodd"/><polyline points="85,45 95,70 115,50" fill="none" stroke="orange"/>`,
  ),
  "paths and transforms": picture(
    `<g transform="translate(60 40) rotate(20) scale(1.2)"><path transform="skewX(10)" d="M-30-20 C-10,-40 10 0 30-20 S30 20 0 20 Q-20 30-30 10 T-30-10 A5 5 0 0110 0z" fill="navy" opacity=".7"/></g>`,
  ),
  gradients: picture(
    `<defs><linearGradient id="a"><stop offset="0" stop-color="red"/><stop offset="100%" style="stop-color:#00f;stop-opacity:.5"/></linearGradient><linearGradient id="b" xlink:href="#a" x1="0" y1="0" x2="0" y2="1" gradientTransform="rotate(15)"/><radialGradient id="c" cx=".3" cy=".3" r=".8" fx=".2" fy=".2" spreadMethod="reflect" href="#a"/></defs><rect width="60" height="40" fill="url(#a)"/><rect x="60" width="60" height="40" fill="url('#b') green"/><rect y="40" width="120" height="40" style="fill:url( &quot;#c&quot; )"/>`,
  ),
  filters: picture(
    `<filter id="f" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur in="SourceAlpha" stdDeviation="2" result="b"/><feOffset in="b" dx="3" dy="3" result="o"/><feFlood flood-color="red" flood-opacity=".6"/><feComposite in2="o" operator="in"/><feMerge><feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge></filter><filter id="t"><feTurbulence type="fractalNoise" baseFrequency=".05" numOctaves="2" seed="3"/><feColorMatrix type="matrix" values="1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 0 1"/></filter><rect x="10" y="10" width="40" height="40" fill="gold" filter="url(#f)"/><rect x="65" y="10" width="45" height="60" filter="url(#t)"/>`,
  ),
  "light and components": picture(
    `<filter id="f"><feSpecularLighting surfaceScale="5" specularConstant="1" specularExponent="10" lighting-color="white"><fePointLight x="30" y="20" z="30"/></feSpecularLighting><feComponentTransfer><feFuncR type="gamma" amplitude="1" exponent=".5" offset="0"/><feFuncG type="table" tableValues="0 .5 1"/></feComponentTransfer></filter><circle cx="60" cy="40" r="30" filter="url(#f)"/>`,
  ),
  "clip paths": picture(
    `<clipPath id="c" clipPathUnits="objectBoundingBox"><circle cx=".5" cy=".5" r=".5"/></clipPath><clipPath id="d"><path clip-rule="evenodd" d="M70 10h40v60h-40zM80 20v40h20v-40z"/></clipPath><rect x="5" y="5" width="50" height="70" fill="purple" clip-path="url(#c)"/><g clip-path="url(#d)"><rect width="120" height="80" fill="green"/></g>`,
  ),
  masks: picture(
    `<linearGradient id="g"><stop stop-color="white"/><stop offset="1" stop-color="black"/></linearGradient><mask id="m" maskUnits="userSpaceOnUse" x="0" y="0" width="120" height="80"><rect width="120" height="80" fill="url(#g)"/></mask><rect width="120" height="80" fill="crimson" mask="url(#m)"/>`,
  ),
  patterns: picture(
    `<pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(30)"><rect width="5" height="5" fill="blue"/><circle cx="7" cy="7" r="2" fill="red"/></pattern><pattern id="q" xlink:href="#p" patternTransform="scale(2)"/><rect width="60" height="80" fill="url(#p)"/><circle cx="90" cy="40" r="28" fill="url(#q)" stroke="url(#p)" stroke-width="4"/>`,
  ),
  markers: picture(
    `<marker id="m" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="6" markerHeight="6" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="context-stroke"/></marker><path d="M10 10L60 60L110 20" fill="none" stroke="brown" stroke-width="2" marker-start="url(#m)" marker-mid="url(#m)" marker-end="url(#m)"/>`,
  ),
  "uses, symbols and nested documents": picture(
    `<symbol id="s" viewBox="0 0 10 10" preserveAspectRatio="xMaxYMin slice"><path d="M0 0h10L5 10z"/></symbol><g id="h"><rect width="8" height="8" fill="currentColor"/></g><use xlink:href="#s" x="5" y="5" width="30" height="50" fill="olive"/><use href="#h" x="50" y="10" color="red"/><svg x="70" y="20" width="40" height="40" viewBox="0 0 20 20"><circle cx="10" cy="10" r="10"/></svg>`,
  ),
  text: picture(
    `<rect width="4" height="4"/><path id="t" d="M10 70Q60 40 110 70" fill="none"/><text x="10" y="25" font-family="'DejaVu Sans', sans-serif" font-size="16" font-weight="bold" letter-spacing="1">Aä &amp; <tspan fill="red" dy="5">b</tspan> c</text><text xml:space="preserve" x="10" y="50" text-anchor="start">  two   <tspan>x</tspan>  </text><text font-size="9"><textPath href="#t" startOffset="10%">along a path</textPath></text>`,
  ),
  "a style element": picture(
    `<style type="text/css"><![CDATA[ /* a comment */ .a{fill:#0a0;stroke:red} #b > .c:not(.d), rect.e { opacity : .5 } circle[r="9"]{fill:url(#g)!important} ]]></style><linearGradient id="g"><stop stop-color="red"/></linearGradient><rect class="a e" width="40" height="40"/><g id="b"><circle class="c" cx="80" cy="40" r="9"/><circle class="c d" cx="100" cy="40" r="7"/></g>`,
  ),
  "style attributes": picture(
    `<g style="fill:#123456; stroke : #fff ;stroke-width:3px;-inkscape-font-specification:'Sans'"><rect style="fill-opacity:0.5;transform-origin:5px 5px" x="10" y="10" width="50" height="50"/></g>`,
  ),
  "a prefix": `<?xml version="1.0" encoding="UTF-8"?><svg xmlns="${SVG}" xmlns:v="${SVG}" xmlns:l="${XLINK}" width="120" height="80"><v:defs><v:rect id="r" width="50" height="30" fill="red"/></v:defs><v:use l:href="#r" x="20" y="20"/></svg>`,
  "no namespace": `<svg width="120" height="80"><rect width="50" height="30" fill="red"/></svg>`,
  "a doctype and editors' own elements": `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="${SVG}" xmlns:i="urn:i" i:version="1" viewBox="0 0 120 80"><metadata><i:x/></metadata><i:view><rect xmlns="${SVG}" width="9" height="9"/></i:view><g i:label="a"><rect width="50" height="30" fill="red"/></g></svg>`,
  "switches and languages": picture(
    `<switch><g systemLanguage="xx"><rect width="50" height="50" fill="red"/></g><g><rect width="60" height="60" fill="blue"/></g></switch>`,
  ),
  "embedded pictures": picture(
    `<image x="10" y="10" width="60" height="60" preserveAspectRatio="none" image-rendering="optimizeSpeed" xlink:href="data:image/png;base64,\n${PIXEL.toString("base64")}\n"/>`,
  ),
  "links, titles and blending": picture(
    `<title>T</title><desc>D</desc><a href="https://example.com/"><rect width="50" height="50" fill="red"/></a><rect x="25" y="25" width="50" height="50" fill="lime" style="mix-blend-mode:multiply;isolation:isolate"/>`,
  ),
};

const pixels = async (svg: Uint8Array): Promise<Buffer> => sharp(svg).ensureAlpha().raw().toBuffer();

describe("rebuildSvg", () => {
  for (const [name, text] of Object.entries(GOOD))
    it(`shows the same with ${name}`, async () => {
      const original = encode(text);
      const before = await pixels(original);
      assert.ok(before.some((value) => value > 0));
      assert.ok(before.equals(await pixels(rebuildSvg(original))));
    });

  it("makes a document under a prefix one that is known by its first letters", async () => {
    const inside = `<rect width="50" height="30" fill="red"/>`;
    const prefixed = `<v:svg xmlns:v="${SVG}" width="120" height="80">${inside.replace("<", "<v:")}</v:svg>`;
    const plain = `<svg xmlns="${SVG}" width="120" height="80">${inside}</svg>`;
    assert.ok((await pixels(rebuildSvg(encode(prefixed)))).equals(await pixels(encode(plain))));
  });

  it("lets good documents through the gate, before and after", () => {
    for (const text of Object.values(GOOD)) {
      const before = gateSvg(encode(text));
      const after = gateSvg(rebuildSvg(encode(text)));
      assert.equal(after.references, before.references);
      assert.equal(after.drawnElements, before.drawnElements);
    }
  });

  it("leaves what is animated at its start", async () => {
    const text = picture(
      `<rect width="50" height="50" fill="red"><animate attributeName="width" to="9" dur="1s"/></rect>`,
    );
    assert.ok((await pixels(encode(text))).equals(await pixels(rebuildSvg(encode(text)))));
  });
});
