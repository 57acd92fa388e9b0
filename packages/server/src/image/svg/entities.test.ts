import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../../errors.ts";
import { readEntities } from "./entities.ts";
import { rebuildSvg } from "./svg.ts";

const NS = "http://www.w3.org/2000/svg";

describe("readEntities", () => {
  for (const [doctype, expected] of [
    ['svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"', {}],
    [`svg [ <!ENTITY ns_svg "${NS}"> <!ENTITY  w '10' > ]`, { ns_svg: NS, w: "10" }],
  ] as const)
    it(doctype, () => assert.deepEqual(readEntities(doctype, "&w;"), expected));

  for (const doctype of [
    'svg [<!ENTITY x SYSTEM "file:///etc/passwd">]',
    'svg [<!ENTITY x PUBLIC "a" "http://a/">]',
    'svg [<!ENTITY % x "y">]',
    'svg [<!ENTITY a "&b;"><!ENTITY b "lol">]',
    'svg [<!ENTITY a "&#38;">]',
    'svg [<!ENTITY a "<script/>">]',
    `svg [<!ENTITY a "${"x".repeat(257)}">]`,
    `svg [${'<!ENTITY a "b">'.repeat(65)}]`,
    "svg [<!ENTITY a >]",
  ])
    it(`refuses ${doctype.slice(0, 60)}`, () =>
      assert.throws(
        () => readEntities(doctype, ""),
        (error) => error instanceof HttpError && error.code === "broken_svg",
      ));

  it("refuses references that would swell the document", () => {
    const doctype = `svg [<!ENTITY a "${"x".repeat(256)}">]`;
    assert.doesNotThrow(() => readEntities(doctype, "&a;".repeat(4000)));
    assert.throws(() => readEntities(doctype, "&a;".repeat(5000)), HttpError);
  });

  it("lets a document of an old drawing program through", () => {
    const old = `<!DOCTYPE svg [<!ENTITY ns_svg "${NS}">]><svg xmlns="&ns_svg;" width="4" height="4"><rect width="2" height="2"/></svg>`;
    const rebuilt = Buffer.from(rebuildSvg(Buffer.from(old))).toString();
    assert.equal(rebuilt, `<svg xmlns="${NS}" width="4" height="4"><rect width="2" height="2"/></svg>`);
  });
});
