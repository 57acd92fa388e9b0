import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Size } from "../../plan/gravity.ts";
import { measureSvg, resizeSvg } from "./size.ts";

const resized = (text: string, natural?: Size): string | undefined => {
  const bytes = resizeSvg(Buffer.from(text), { natural, wanted: { width: 30, height: 7.5 } });
  return bytes && Buffer.from(bytes).toString();
};

const STYLE = "width:30px!important;height:7.5px!important";
const BOX = 'viewBox="0 0 40 20"';

describe("resizeSvg", () => {
  const CASES: readonly (readonly [what: string, given: string, expected: string])[] = [
    ["a view box", `<svg ${BOX}><g/></svg>`, `<svg ${BOX} style="${STYLE}"><g/></svg>`],
    [
      "a size alone",
      '<svg width="40.4" height="20px"/>',
      `<svg width="40.4" height="20px" style="${STYLE}" viewBox="0 0 40.4 20"/>`,
    ],
    ["a style", `<svg style='top:"1"' ${BOX} >é</svg>`, `<svg style='top:"1";${STYLE}' ${BOX} >é</svg>`],
    [
      "what looks like a style",
      `<svg id=' style="a"' ${BOX}/>`,
      `<svg id=' style="a"' ${BOX} style="${STYLE}"/>`,
    ],
    [
      "a prologue and a prefix",
      `<?xml version="1.0"?><!-- é > <svg> --><!DOCTYPE svg [<!ENTITY a "b">]>\n<s:svg ${BOX}/>`,
      `<?xml version="1.0"?><!-- é > <svg> --><!DOCTYPE svg [<!ENTITY a "b">]>\n<s:svg ${BOX} style="${STYLE}"/>`,
    ],
  ];
  for (const [what, given, expected] of CASES)
    it(`keeps ${what}`, () => {
      assert.equal(resized(given, { width: 40.4, height: 20 }), expected);
    });

  it("leaves alone what does not tell which part of its plane it shows", () => {
    assert.equal(resized('<svg width="80" height="20"/>'), undefined);
    assert.equal(resized('<svg viewBox="none"/>', { width: 40, height: 20 }), undefined);
  });

  it("leaves alone what is no SVG", () => {
    for (const text of ["", "svg", `<html ${BOX}/>`, `<svg ${BOX}`, `<svg ${BOX} x/>`, "<!-- <svg/> "])
      assert.equal(resized(text, { width: 40, height: 20 }), undefined, text);
  });
});

describe("measureSvg", () => {
  const CASES: readonly (readonly [attributes: string, width: number, height: number])[] = [
    ['width="33.4" height=" 20.6px "', 33.4, 20.6],
    ['width="1in" height="36pt"', 96, 48],
    ['width="100%" height="100%" viewBox="1,-2 40.5 2e1"', 40.5, 20],
    ['width="80" viewBox="0 0 40 30"', 80, 60],
    ['height="3pc" viewBox="0 0 40 30"', 64, 48],
  ];
  for (const [attributes, width, height] of CASES)
    it(`reads ${attributes}`, () => {
      assert.deepEqual(measureSvg(Buffer.from(`<svg ${attributes}/>`)), { width, height });
    });

  it("knows what it cannot tell", () => {
    for (const attributes of ["", 'width="4vw" height="2vh"', 'width="0" height="9"', 'viewBox="0 0 0 0"'])
      assert.equal(measureSvg(Buffer.from(`<svg ${attributes}/>`)), undefined, attributes);
  });
});
