import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { detectFormat, HEAD_BYTES, type Hint } from "./detect.ts";
import { isFormat } from "./formats.ts";

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const SIGNATURES: readonly (readonly [string, string])[] = [
  ["jpeg", "\xFF\xD8"],
  ["jxl", "\xFF\x0A"],
  ["jxl", "\0\0\0\x0CJXL \r\n\x87\n"],
  ["png", "\x89PNG\r\n\x1A\n"],
  ["webp", "RIFF\x24\0\0\0WEBP"],
  ["gif", "GIF87a"],
  ["gif", "GIF89a"],
  ["ico", "\0\0\x01\0"],
  ["heic", "\0\0\0\x18ftypheic"],
  ["heic", "\0\0\0\x18ftypheix"],
  ["heic", "\0\0\0\x18ftyphevc"],
  ["heic", "\0\0\0\x18ftypheim"],
  ["heic", "\0\0\0\x18ftypheis"],
  ["heic", "\0\0\0\x18ftyphevm"],
  ["heic", "\0\0\0\x18ftyphevs"],
  ["heic", "\0\0\0\x18ftypmif1"],
  ["avif", "\0\0\0\x18ftypavif"],
  ["bmp", "BM"],
  ["tiff", "II*\0"],
  ["tiff", "MM\0*"],
];

describe("detectFormat by signature", () => {
  for (const [format, signature] of SIGNATURES) {
    it(`${format}: ${JSON.stringify(signature)}`, () => {
      assert.equal(detectFormat(latin(signature)), format);
      assert.equal(detectFormat(latin(`${signature}\0 whatever <svg>`)), format);
      assert.equal(detectFormat(latin(signature.slice(0, -1))), undefined, "one byte short");
      assert.equal(detectFormat(latin(`\n${signature}`)), undefined, "one byte late");
    });
  }

  const nothing = [
    "",
    "\0",
    "RIFF\x24\0\0\0WAVE",
    "GIF8",
    "\0\0\x02\0",
    "\0\0\0\x18ftypavis",
    "II+\0",
    "%PDF-1.7",
  ];
  for (const head of nothing) {
    it(`nothing: ${JSON.stringify(head)}`, () => {
      assert.equal(detectFormat(latin(head)), undefined);
    });
  }

  it("reads a view into a larger buffer", () => {
    const whole = latin("xxxx\0\0\0\x18ftypmif1\0\0\0\0mif1avif");
    assert.equal(detectFormat(whole.subarray(4)), "avif");
  });
});

describe("detectFormat of mif1", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["avif", "\0\0\0\x1Cftypmif1\0\0\0\0mif1avifmiaf"],
    ["avif", "\0\0\0\x14ftypmif1\0\0\0\0avif"],
    ["heic", "\0\0\0\x1Cftypmif1\0\0\0\0mif1avifheic"],
    ["heic", "\0\0\0\x1Cftypmif1\0\0\0\0mif1hevcavif"],
    ["heic", "\0\0\0\x18ftypmif1\0\0\0\0mif1miaf"],
    ["heic", "\0\0\0\x14ftypmif1\0\0\0\0mif1avif"], // avif lies behind the box
    ["heic", "\0\0\0\x18ftypmif1\0\0\0\0mif1avi"], // cut in the brand
    ["avif", "\xFF\xFF\xFF\xFFftypmif1\0\0\0\0avif"],
    ["heic", "\0\0\0\x14ftypmif1avif"], // minor version, not a brand
  ];
  for (const [format, head] of cases) {
    it(`${format}: ${JSON.stringify(head)}`, () => {
      assert.equal(detectFormat(latin(head)), format);
    });
  }
});

describe("detectFormat of TIFF look-alikes", () => {
  const cases: readonly (readonly [string | undefined, Hint])[] = [
    ["tiff", {}],
    ["tiff", { extension: "tiff", mime: "image/tiff" }],
    ["tiff", { extension: "", mime: "" }],
    ["tiff", { extension: "draw", mime: "application/octet-stream" }],
    [undefined, { extension: "dng" }],
    [undefined, { extension: ".NEF" }],
    [undefined, { extension: "cr2", mime: "image/tiff" }],
    [undefined, { extension: "tif", mime: "image/x-adobe-dng" }],
    [undefined, { mime: "Image/X-Sony-ARW; charset=binary" }],
  ];
  for (const [format, hint] of cases) {
    it(`${format ?? "nothing"}: ${JSON.stringify(hint)}`, () => {
      assert.equal(detectFormat(latin("II*\0\x08\0\0\0"), hint), format);
      assert.equal(detectFormat(latin("MM\0*\0\0\0\x08"), hint), format);
    });
  }

  const raws =
    "3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f";
  it("knows the extension of every camera", () => {
    const taken = raws
      .split(" ")
      .filter((extension) => detectFormat(latin("II*\0"), { extension }) !== undefined);
    assert.deepEqual(taken, []);
  });

  it("lets hints decide about TIFF only", () => {
    assert.equal(detectFormat(latin("\xFF\xD8"), { extension: "dng", mime: "image/x-adobe-dng" }), "jpeg");
    assert.equal(detectFormat(latin("plain text"), { extension: "svg", mime: "image/svg+xml" }), undefined);
  });
});

describe("detectFormat of SVG", () => {
  const pictures = [
    "<svg/>",
    "<svg>",
    "<svg xmlns='http://www.w3.org/2000/svg'",
    " \n\t<svg >",
    "\uFEFF<svg>",
    "\uFEFF<?xml version='1.0' encoding='UTF-8'?><svg>",
    '<?xml version="1.0" standalone="no"?>\n<!-- made > by < hand -->\n<svg>',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"><svg>',
    '<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg">]><svg xmlns="&ns;">',
    "<?xml-stylesheet href='a.css'?><svg>",
    "<s:svg xmlns:s='http://www.w3.org/2000/svg'/>",
    "<unbound:svg>",
    "<wrap><deeper a='1'>text &amp; &#65;<svg/></deeper></wrap>",
    "<!DOCTYPE html><html><head><title>é</title></head><body><p>x</p><svg width='1'/></body></html>",
    "<a><![CDATA[ <no> ]]><svg/></a>",
    "<svg/><p></broken>",
  ];
  for (const text of pictures) {
    it(`svg: ${JSON.stringify(text)}`, () => {
      assert.equal(detectFormat(utf8(text)), "svg");
    });
  }

  const others = [
    "<sv",
    "<svg", // the name may go on
    "<svgx>",
    "<SVG>",
    "<svg:g>",
    "svg",
    "text <svg>",
    "<!-- <svg> -->",
    "<!-- <svg>",
    "<a title='<svg>'>",
    "<a><![CDATA[<svg>]]></a>",
    "<?php echo '<svg>' ?>",
    "<!DOCTYPE svg [<!ENTITY x '<svg>'>]>",
    "<html><br></html><svg>",
    "<html><p class=unquoted><svg></html>",
    "<html>&nbsp;<svg/></html>",
    "<html a='1' a='2' & <svg/></html>",
    "{}",
  ];
  for (const text of others) {
    it(`nothing: ${JSON.stringify(text)}`, () => {
      assert.equal(detectFormat(utf8(text)), undefined);
    });
  }

  it("does not read UTF-16", () => {
    const text = "\uFEFF<svg xmlns='http://www.w3.org/2000/svg'/>";
    const little = new Uint8Array(Buffer.from(text, "utf16le"));
    assert.equal(detectFormat(little), undefined);
    assert.equal(detectFormat(new Uint8Array(Buffer.from(little).swap16())), undefined);
  });

  it("answers the same wherever the head is cut, once the name is whole", () => {
    const text = "<?xml version='1.0'?><!-- é€😀 --><!DOCTYPE svg><svg title='é€😀'><b>é€😀</b></svg>";
    const bytes = utf8(text);
    const known = utf8(text.slice(0, text.indexOf("<svg ") + 5)).length;
    for (let end = 0; end <= bytes.length; end++) {
      assert.equal(detectFormat(bytes.subarray(0, end)), end < known ? undefined : "svg", `cut at ${end}`);
    }
  });

  it("looks at the first 32 KiB and no further", () => {
    const behind = (bytes: number): Uint8Array => utf8(`<!--${"x".repeat(bytes - 7)}--><svg >`);
    assert.equal(detectFormat(behind(HEAD_BYTES - 5)), "svg");
    assert.equal(detectFormat(behind(HEAD_BYTES - 4)), undefined);
    assert.equal(detectFormat(behind(HEAD_BYTES * 2)), undefined);
  });
});

describe("detectFormat of anything", () => {
  const SEEDED = { seed: 1, numRuns: 2000 };
  const answers = (bytes: Uint8Array): boolean => {
    const format = detectFormat(bytes);
    return format === undefined || isFormat(format);
  };

  it("never throws on random bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), answers), SEEDED);
  });

  it("never throws on things that look like XML", () => {
    const pieces =
      "< > / ? ! - -- [ ] ' \" & ; = svg s:svg a <a </a> <!DOCTYPE <![CDATA[ ]]> &#0; &lt; é \0 \uFFFE".split(
        " ",
      );
    const text = fc
      .array(fc.constantFrom(...pieces, " "), { maxLength: 30 })
      .map((parts) => `<${parts.join("")}`);
    fc.assert(
      fc.property(text, (xml) => answers(utf8(xml))),
      SEEDED,
    );
  });

  it("stays quick on deep and dense heads", () => {
    for (const dense of [
      "<a>".repeat(20_000),
      "<a ".repeat(20_000),
      "<!--".repeat(20_000),
      "&".repeat(40_000),
    ]) {
      assert.equal(detectFormat(utf8(dense)), undefined);
    }
  });
});
