import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gateSvg } from "./svg.ts";

const SVG = "http://www.w3.org/2000/svg";
const XLINK = "http://www.w3.org/1999/xlink";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const svg = (inside: string): Uint8Array =>
  encode(`<svg xmlns="${SVG}" xmlns:xlink="${XLINK}">${inside}</svg>`);
const many = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join("");
const nested = (levels: number, inside: string): string =>
  "<g>".repeat(levels) + inside + "</g>".repeat(levels);

const GIF = Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(256 * 1024)]);
const embed = (bytes: Uint8Array): string =>
  `<image href="data:image/gif;base64,${Buffer.from(bytes).toString("base64")}"/>`;
const HEAVY = `<pattern id="p" width="9" height="9">${"<rect/>".repeat(50)}</pattern>`;
const LINE = `<path d="M0 0${"h1".repeat(5_000)}" `;

/** The most that passes, one more that does not, and what the refusal says. */
const EDGES: readonly (readonly [what: string, good: string, bad: string, message: string])[] = [
  ["elements", "<g/>".repeat(9_999), "<g/>".repeat(10_000), "at most 10000 elements, got 10001"],
  ["depth", nested(63, ""), nested(64, ""), "at most 64 levels of elements, got 65"],
  [
    "text",
    `<text>${"a".repeat(4_000)}</text>`.repeat(5),
    `<text>${"a".repeat(4_000)}</text>`.repeat(5) + "<a>b</a>",
    "at most 20000 characters of text, got 20001",
  ],
  [
    "one run of text",
    `<text>${"a".repeat(4_000)}<tspan/>${"b".repeat(4_000)}</text>`,
    `<text>${"a".repeat(4_000)}<!-- -->b</text>`,
    "at most 4000 characters in one run of text, got 4001",
  ],
  [
    "path data",
    `<path d="${" ".repeat(200 * 1024)}"/><polygon points="${" ".repeat(56 * 1024)}"/>`,
    `<path d="${" ".repeat(200 * 1024)}"/><polygon points="${" ".repeat(56 * 1024 + 1)}"/>`,
    "at most 262144 bytes of path data, got 262145",
  ],
  [
    "CSS rules",
    `<style>${"a{}".repeat(999)}@media x{}</style>`,
    `<style>${"a{}".repeat(999)}</style><style>@media x{a{}}</style>`,
    "at most 1000 CSS rules, got 1001",
  ],
  [
    "CSS",
    `<style>a{x:url(${"x".repeat(300_000)})}</style>`,
    `<style>/*${"x".repeat(262_141)}*/</style>`,
    "at most 262144 bytes of CSS, got 262145",
  ],
  [
    "dash arrays",
    `<path stroke-dasharray="${"1 ".repeat(998)}"/><g style="stroke-dasharray:1"/><style>a{stroke-dasharray:.5}</style>`,
    `<path stroke-dasharray="${"1 ".repeat(998)}"/><g style="stroke-dasharray:1"/><style>a{stroke-dasharray:.5,2}</style>`,
    "at most 1000 numbers in dash arrays, got 1001",
  ],
  [
    "selectors of one rule, tried on each element",
    `<style>${Array(2_000).fill(".a").join(",")}{fill:red}</style>${"<g/>".repeat(9_998)}`,
    `<style>${Array(2_001).fill(".a").join(",")}{fill:red}</style>${"<g/>".repeat(9_998)}`,
    "at most 20000000 comparisons of elements with selectors, got 20010000",
  ],
  [
    "selectors that look at siblings",
    `<style>.a~g{fill:red}</style>${"<g/>".repeat(6_000)}`,
    `<style>.a~g{fill:red}</style>${"<g/>".repeat(7_000)}`,
    "at most 20000000 comparisons of elements with selectors, got 24517504",
  ],
  [
    "classes, each compared",
    `<style>.b{fill:red}</style><g class="${"a ".repeat(500_000)}"/>`,
    `<style>${".b,".repeat(50)}.b{fill:red}</style><g class="${"a ".repeat(500_000)}"/>`,
    "at most 20000000 comparisons of elements with selectors, got 25500000",
  ],
  [
    "primitives in a filter",
    `<filter>${"<feOffset/>".repeat(64)}</filter>`.repeat(2),
    `<filter>${"<feTile/>".repeat(65)}</filter>`,
    "at most 64 primitives in one filter, got 65",
  ],
  [
    "an embedded picture",
    embed(GIF.subarray(0, 256 * 1024)),
    embed(GIF),
    "at most 262144 bytes in one embedded picture, got 262150",
  ],
  [
    "references of uses",
    `<g id="a"/>${"<use href='#a'/>".repeat(9_997)}`,
    `<g id="a"><use href="#b"/><use xlink:href="#b"/></g><g id="b"/>${"<use href='#a'/>".repeat(3_333)}`,
    "at most 10000 references, got 10001",
  ],
  [
    "references of inherited paint",
    `<linearGradient id="p"/><g fill="url(#p)">${"<rect/>".repeat(9_990)}</g>`,
    `<linearGradient id="p"/><g fill="url(#p)" stroke="url(#p)">${"<rect/>".repeat(5_001)}</g>`,
    "at most 10000 references, got 10001",
  ],
  [
    "references of rules",
    `<style>.a{filter:url(#f)}</style>${"<g/>".repeat(9_990)}`,
    `<style>g g *{filter:url(#f);mask:url(#m)}</style>${nested(2, "<g/>".repeat(5_001))}`,
    "at most 10000 references, got 10001",
  ],
  [
    "references of markers",
    `<marker id="m"/>${LINE} marker-mid="url(#m)"/>`,
    `<marker id="m"/>${`${LINE} marker="url(#m)"/>`.repeat(2)}`,
    "at most 10000 references, got 10001",
  ],
  [
    "drawn elements",
    `${HEAVY}<g fill="url(#p)">${"<rect/>".repeat(1_900)}</g>`,
    `${HEAVY}<g fill="url(#p)">${"<rect/>".repeat(1_970)}</g>`,
    "at most 100000 drawn elements, got 100001",
  ],
  [
    "drawn depth",
    many(9, (index) => `<g id="a${index}">${nested(20, `<use href="#a${index + 1}"/>`)}</g>`),
    many(13, (index) => `<g id="a${index}">${nested(20, `<use href="#a${index + 1}"/>`)}</g>`),
    "at most 256 levels of drawn elements, got 257",
  ],
  [
    "drawn text",
    `<text id="t">${"a".repeat(1_000)}</text>${"<use href='#t'/>".repeat(19)}`,
    `<text id="t">${"a".repeat(1_000)}</text>${"<use href='#t'/>".repeat(20)}`,
    "at most 20000 characters of drawn text, got 21000",
  ],
  [
    "drawn paths",
    `<path id="t" d="${" ".repeat(256 * 1024)}"/>${"<use href='#t'/>".repeat(9)}`,
    `<path id="t" d="${" ".repeat(256 * 1024)}"/>${"<use href='#t'/>".repeat(10)}`,
    "at most 2621440 bytes of drawn path data, got 2883584",
  ],
  [
    "applied filters",
    `<filter id="f">${"<feOffset/>".repeat(64)}</filter>${"<g filter='url(#f)'/>".repeat(10)}`,
    `<filter id="f">${"<feOffset/>".repeat(64)}</filter>${"<g filter='url(#f)'/>".repeat(10)}<g filter="blur(3px)"/>`,
    "at most 640 applied filter primitives, got 641",
  ],
  [
    "dashes",
    `<path stroke-dasharray=".5" d="M0 0h500000"/>`,
    `<g style="stroke-dasharray:.5px"><path d="M0 0h500001"/></g>`,
    "at most 1000000 dashes, got 1000002",
  ],
  [
    "values to choose from",
    `<style>${many(64, (index) => `*{fill:url(#a${index})}`)}</style><g/>`,
    `<style>${many(65, (index) => `*{fill:url(#a${index})}`)}</style><g/>`,
    "at most 64 values for one property of one element, got 65",
  ],
];

describe("gateSvg", () => {
  for (const [what, good, bad, message] of EDGES)
    it(`limits ${what}`, () => {
      assert.doesNotThrow(() => gateSvg(svg(good)));
      assert.throws(() => gateSvg(svg(bad)), { code: "broken_svg", message: `expected ${message}` });
    });

  it("limits bytes", () => {
    const spaces = " ".repeat(2 ** 20 - svg("").length);
    assert.equal(gateSvg(svg(spaces)).bytes, 2 ** 20);
    assert.throws(() => gateSvg(svg(`${spaces} `)), {
      code: "broken_svg",
      message: "expected at most 1048576 bytes, got 1048577",
    });
  });

  it("lifts the limits on bytes and elements tenfold when told to, and no others", () => {
    const spaces = " ".repeat(2 ** 20);
    assert.equal(gateSvg(svg(`${spaces}${"<g/>".repeat(99_999)}`), { unlimited: true }).elements, 100_000);
    for (const bad of [spaces.repeat(10), nested(64, ""), "<g/>".repeat(100_000)])
      assert.throws(() => gateSvg(svg(bad), { unlimited: true }), { code: "broken_svg" });
  });
});

/** References that lead back to themselves. */
const LOOPS: Readonly<Record<string, string>> = {
  "a use of itself": `<use id="a" href="#a"/>`,
  "a use of what it is in": `<g id="a"><g><use xlink:href="#a"/></g></g>`,
  "uses of one another": `<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>`,
  "a pattern that fills itself": `<pattern id="p"><rect fill="url(#p)"/></pattern><rect fill="url(#p)"/>`,
  "a pattern that is built on itself": `<pattern id="p" href="#p"/><rect style="fill:url(#p)"/>`,
  "gradients that are built on one another": `<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/><rect fill="url(#a)"/>`,
  "a mask that masks itself": `<mask id="m" mask="url(#m)"/><g mask="url(#m)"/>`,
  "a clip path in itself": `<clipPath id="c"><rect clip-path="url(#c)"/></clipPath><g clip-path="url(#c)"/>`,
  "a marker in itself": `<marker id="m"><path d="M0 0h1" marker-start="url(#m)"/></marker><line x2="1" marker-end="url(#m)"/>`,
  "a filter of what it filters": `<filter id="f"><feImage href="#a"/></filter><g id="a" filter="url(#f)"/>`,
};

describe("gateSvg of loops", () => {
  for (const [name, inside] of Object.entries(LOOPS))
    it(`refuses ${name}`, () => {
      assert.throws(() => gateSvg(svg(inside)), {
        code: "broken_svg",
        message: /^expected no reference to lead back to itself, got one at /,
      });
    });

  it("does not mind loops that nothing draws", () => {
    const inside = `<defs><g id="a"><use href="#a"/></g><pattern id="p" href="#p"/></defs><a href="#b"><g id="b"/></a>`;
    assert.equal(gateSvg(svg(inside)).references, 0);
  });
});

/** Documents and what drawing them comes to, in elements with the root among them. */
const DRAWN: readonly (readonly [what: string, inside: string, references: number, elements: number])[] = [
  ["nothing", "", 0, 1],
  ["what is only defined", `<defs><g/></defs>${HEAVY}<symbol><rect/></symbol><title/>`, 0, 1],
  ["a use", `<defs><g id="a"><rect/></g></defs><use href="#a"/>`, 1, 4],
  ["a use of a symbol", `<symbol id="a"><rect/></symbol><use href="#a"/>`, 1, 4],
  [
    "a use of nothing, of a resource, of elsewhere",
    `${HEAVY}<use href="#x"/><use href="#p"/><use href="x#p"/>`,
    2,
    4,
  ],
  ["the first of two with one name", `<g id="a"/><g id="a"><g/></g><use href="#a"/>`, 1, 6],
  ["one with the name of what a rebuild leaves out", `<foo id="a"/><g id="a"><g/></g><use href="#a"/>`, 1, 6],
  ["a pattern", `${HEAVY}<rect fill="url(#p)"/>`, 1, 52],
  ["a pattern built on another", `${HEAVY}<pattern id="q" href="#p"/><rect fill="url(#q)"/>`, 2, 52],
  [
    "a pattern and what replaces it",
    `${HEAVY}<g fill="url(#p)"><rect fill="red"/><rect fill="#F00"/></g>`,
    0,
    4,
  ],
  ["a pattern and what is no colour", `${HEAVY}<g fill="url(#p)"><rect fill="bogus"/></g>`, 1, 53],
  ["a pattern and what may be none", `${HEAVY}<g fill="url(#p)"><rect fill="url(#x) bogus"/></g>`, 2, 53],
  ["a pattern in a use", `${HEAVY}<defs><rect id="r"/></defs><use href="#r" fill="url(#p)"/>`, 2, 53],
  ["a pattern that stands in a filled group", `<g fill="url(#q)">${HEAVY}<path/></g>`, 1, 3],
  [
    "a pattern by class",
    `${HEAVY}<style>g .a{fill:url(#p)}</style><rect class="a"/><rect class="b"/>`,
    1,
    53,
  ],
  [
    "effects, which are not inherited",
    `<mask id="m"/><g mask="url(#m)"><rect/><rect mask="inherit"/></g>`,
    2,
    4,
  ],
  ["a mask and its content", `<mask id="m"><rect/></mask><g mask="url(#m)" clip-path="url(#m)"/>`, 2, 4],
  [
    "markers on corners",
    `<marker id="m"><rect/></marker><path d="M0 0h1v1h1" style="marker:url(#m)"/>`,
    4,
    6,
  ],
  ["markers on what has no corners", `<marker id="m"/><rect marker="url(#m)"/>`, 0, 2],
  [
    "a filter's picture of an element",
    `<g id="a"/><filter id="f"><feImage href="#a"/></filter><g filter="url(#f)"/>`,
    2,
    4,
  ],
  [
    "a marker that paints as its line",
    `${HEAVY}<marker id="m"><rect fill="context-stroke"/></marker><path d="M0 0" stroke="url(#p)" marker-end="url(#m)"/>`,
    3,
    103,
  ],
  [
    "a use that hands a paint on",
    `${HEAVY}<defs><g id="a"><rect fill="context-fill"/></g></defs><use href="#a" fill="url(#p)"/>`,
    2,
    54,
  ],
];

describe("gateSvg's facts", () => {
  for (const [what, inside, references, drawnElements] of DRAWN)
    it(`count ${what}`, () => {
      const facts = gateSvg(svg(inside));
      assert.deepEqual([facts.references, facts.drawnElements], [references, drawnElements]);
    });

  it("hold what stands in the document and what is drawn of it", () => {
    const inside = `<style>g{stroke-dasharray:1 3}</style><defs><text id="t">four</text></defs><use href="#t"/><g filter="blur(1px)"><path d="M0 0h8"/></g>${embed(GIF.subarray(0, 30))}`;
    const { images, ...counts } = gateSvg(svg(inside));
    assert.deepEqual(
      images.map((image) => Buffer.from(image)),
      [GIF.subarray(0, 30)],
    );
    assert.deepEqual(counts, {
      bytes: svg(inside).length,
      elements: 8,
      depth: 3,
      textCharacters: 4,
      textRun: 4,
      pathBytes: 6,
      cssRules: 1,
      cssBytes: 23,
      comparisons: 8,
      dashNumbers: 2,
      filterPrimitives: 0,
      imageBytes: 30,
      references: 1,
      drawnElements: 6,
      drawnDepth: 3,
      drawnCharacters: 4,
      drawnPathBytes: 6,
      drawnPrimitives: 1,
      dashes: 4,
    });
  });

  it("refuse embedded pictures that are no rasters", () => {
    for (const href of [
      "data:image/svg+xml,x",
      " data:text/html;base64,AAAA",
      "data:image/png;base64,PHN2Zz4=",
    ])
      for (const piece of [`<image href="${href}"/>`, `<filter><feImage xlink:href="${href}"/></filter>`])
        assert.throws(() => gateSvg(svg(piece)), {
          code: "broken_svg",
          message: /^expected an embedded PNG, JPEG, GIF, WebP or AVIF, got "data:/,
        });
  });
});
