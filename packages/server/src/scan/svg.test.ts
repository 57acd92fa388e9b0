import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { scan } from "./scan.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const scanSvg = (text: string) => scan(utf8(text), "svg");
const svg = (attributes: string, inner = '<path d="M0 0h9v9z"/>'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inner}</svg>`;

/** What a renderer makes of it: libvips at 96 dots per inch, taken back to CSS pixels. */
async function drawn(text: string): Promise<readonly [number, number]> {
  const { width, height } = await sharp(utf8(text), { density: 96 }).metadata();
  return [width * 0.75, height * 0.75];
}

const SIZED = [
  'width="100" height="50"',
  'width="100px" height=" 50 "',
  'width="1e2" height="+50.5"',
  'width="10em" height="20ex"',
  'width="10ch" height="2IN"',
  'width="10cm" height="20mm"',
  'width="90pt" height="3pc"',
  'viewBox="0 0 30 40"',
  'viewBox=" 5,5 , 30,40 "',
  'width="100" viewBox="0 0 30 40"',
  'height="100" viewBox="0 0 30 40"',
  'width="50%" height="100" viewBox="0 0 30 40"',
  'width="100%" height="100%" viewBox="0 0 30 40"',
  'width="auto" height="50" viewBox="0 0 30 40"',
  'style="width:77px;height:66px"',
  'width="5" height="6" style="fill: red; width: 77px"',
];

const UNSIZED = [
  "",
  'width="100"',
  'width="-5" height="10"',
  'width="100%" height="100%"',
  'width="10vw" height="10vh"',
  'width="10q" height="1x0"',
  'viewBox="0 0 0 40"',
  'viewBox="0 0 30"',
  'viewBox="0 0 30 40 50"',
  'viewBox="junk"',
  'width="0.2" height="3"',
  'width="1e999" height="3"',
];

describe("SVG sizes", () => {
  for (const attributes of SIZED) {
    it(`${attributes} as it is drawn`, async () => {
      const { size, alpha, channels, complete } = scanSvg(svg(attributes));
      const [width, height] = await drawn(svg(attributes));
      assert.ok(
        size && Math.abs(size.width - width) <= 1 && Math.abs(size.height - height) <= 1,
        String(size?.width),
      );
      assert.deepEqual({ alpha, channels, complete }, { alpha: true, channels: 4, complete: true });
    });
  }

  for (const attributes of UNSIZED) {
    it(`none: ${attributes}`, () => {
      const { size, pixels } = scanSvg(svg(attributes));
      assert.deepEqual({ size, pixels }, { size: undefined, pixels: undefined });
    });
  }
});

describe("SVG documents", () => {
  it("reads a root behind all that may precede it", () => {
    const before = `\uFEFF<?xml version="1.0"?><!-- <svg width="1"> --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">`;
    assert.deepEqual(scanSvg(`${before}${svg('width="7" height="8"')}`).size, { width: 7, height: 8 });
  });

  it("reads a prefixed root", () => {
    const text = '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="7" height="8"></s:svg>';
    const { size, complete } = scanSvg(text);
    assert.deepEqual({ size, complete }, { size: { width: 7, height: 8 }, complete: true });
  });

  it("notices a missing end", () => {
    const text = svg('width="7" height="8"');
    assert.equal(scanSvg(`${text}\n<!-- end -->`).complete, true);
    assert.equal(scanSvg('<svg width="7" height="8"/>').complete, true);
    assert.equal(scanSvg(text.slice(0, -6)).complete, false);
  });

  it("is not troubled by a head that ends within a character", () => {
    const text = svg('width="7" height="8"', "é".repeat(256 * 1024));
    assert.deepEqual(scanSvg(text).size, { width: 7, height: 8 });
    assert.deepEqual(scanSvg(` ${text}`.trimEnd()).size, { width: 7, height: 8 });
  });

  const broken: Readonly<Record<string, string>> = {
    nothing: "",
    "another root": "<html><svg/></html>",
    "no whole tag": '<svg width="7"',
    "a broken tag": "<svg width=7>",
    text: "hello",
    "an entity that nobody declared": '<svg width="&w;"/>',
    "a root that comes late": `<!--${"x".repeat(300 * 1024)}--><svg/>`,
  };
  for (const [what, text] of Object.entries(broken)) {
    it(`refuses ${what}`, () => assert.throws(() => scanSvg(text), { code: "broken_svg" }));
  }

  it("takes no longer for a length the longer it is not one", { timeout: 10_000 }, () => {
    const { size } = scanSvg(svg(`width="${"1".repeat(200_000)}!" height="8"`));
    assert.equal(size, undefined);
  });

  it("refuses what is not UTF-8", () => {
    const bytes = Uint8Array.from(Buffer.from('<svg width="\xe9"/>', "latin1"));
    assert.throws(() => scan(bytes, "svg"), { code: "broken_svg" });
  });
});
