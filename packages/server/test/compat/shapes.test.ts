import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { parsePath, splitTarget, type Grammar } from "@tintype/url";
import { applyBase } from "../../src/guard/allowlist.ts";
import { createVerify } from "../../src/guard/signature.ts";

/** URLs as clients other than the official one shape them, letter for letter. */

const read = (target: string, grammar: Grammar = {}) =>
  parsePath(splitTarget(target).path, { security: true, bypass: true, ...grammar });

/** Of `/test.png`: the module for Nuxt writes sources as pages name them. */
const TEST = "L3Rlc3QucG5n";

describe("the imgproxy provider of @nuxt/image", () => {
  const presets = new Map([["sharp", ["sh:1"]]]);
  const shapes = [
    ["", {}],
    ["w:200", { width: 200 }],
    ["w:200/h:200", { width: 200, height: 200 }],
    [
      "w:200/h:200/f:jpeg/rt:fit/ex:1",
      { width: 200, height: 200, format: "jpeg", resizingType: "fit", extend: { enabled: true } },
    ],
    ["w:200/h:200/rt:fill", { width: 200, height: 200, resizingType: "fill" }],
    // Older releases began with their own defaults.
    [
      "rt:fill/w:0/h:0/g:no/el:1/f:webp",
      { resizingType: "fill", width: 0, height: 0, gravity: { type: "no" }, enlarge: true, format: "webp" },
    ],
    ["rs:fill:300:200:1", { resizingType: "fill", width: 300, height: 200, enlarge: true }],
    ["s:300:200", { width: 300, height: 200 }],
    ["mw:100/mh:50", { minWidth: 100, minHeight: 50 }],
    ["z:1.5", { zoom: { x: 1.5, y: 1.5 } }],
    ["z:1.5:2", { zoom: { x: 1.5, y: 2 } }],
    ["dpr:2", { dpr: 2 }],
    ["el:0", { enlarge: false }],
    ["exar:1:so:0:10", { extendAspectRatio: { enabled: true, gravity: { type: "so", x: 0, y: 10 } } }],
    ["g:fp:0.5:0.3", { gravity: { type: "fp", x: 0.5, y: 0.3 } }],
    ["c:100:50:noea", { crop: { width: 100, height: 50, gravity: { type: "noea" } } }],
    ["ar:1/rot:270", { autoRotate: true, rotate: 270 }],
    ["bg:ff8800", { background: "ff8800" }],
    ["bg:255:136:0", { background: "ff8800" }],
    ["bl:5/sh:0.5/pix:10", { blur: 5, sharpen: 0.5, pixelate: 10 }],
    [
      "sm:1/kcr:0/scp:1/eth:0",
      { stripMetadata: true, keepCopyright: false, stripColorProfile: true, enforceThumbnail: false },
    ],
    ["q:80/mb:10000/f:jpg", { quality: 80, maxBytes: 10000, format: "jpeg" }],
    ["raw:1", { raw: true }],
    [
      "cb:v2/exp:4102444800/fn:portrait/att:1",
      { cachebuster: "v2", expires: 4102444800, filename: "portrait", returnAttachment: true },
    ],
    ["pr:sharp", { sharpen: 1 }],
    [
      "msr:16.8/msfs:1000000/maf:10/mafr:2/mrd:300",
      {
        maxSrcResolution: 16.8,
        maxSrcFileSize: 1e6,
        maxAnimationFrames: 10,
        maxAnimationFrameResolution: 2,
        maxResultDimension: 300,
      },
    ],
  ] as const;
  for (const [operations, options] of shapes) {
    const path = `/${operations === "" ? "" : `${operations}/`}${TEST}`;

    it(`unsigned ${path}`, () => {
      assert.deepEqual(read(`/unsafe${path}`, { presets }), { source: "/test.png", options });
    });

    it(`signed ${path}`, () => {
      const [key, salt] = ["0123456789abcdef", "fedcba9876543210"] as const;
      const mac = createHmac("sha256", Buffer.from(key, "hex")).update(Buffer.from(salt, "hex")).update(path);
      const cut = splitTarget(`/img/${mac.digest("base64url")}${path}`, "/img");
      createVerify({ keys: [key], salts: [salt], signatureSize: 32, trustedSignatures: [] })(
        cut.signature,
        cut.path,
      );
      assert.deepEqual(parsePath(cut.path, { security: true, bypass: true, presets }).options, options);
    });
  }

  it("every key that it knows is among them", () => {
    const keys =
      `rs s rt w h mw mh z dpr el ex exar g c ar rot bg bl sh pix sm kcr scp eth q mb f raw cb exp fn att
      pr msr msfs maf mafr mrd`.split(/\s+/);
    const used = shapes.flatMap(([operations]) =>
      operations.split("/").map((part) => part.split(":", 1)[0] ?? ""),
    );
    assert.deepEqual([...new Set(used)].filter((key) => key !== "").sort(), [...keys].sort());
  });

  it("relative sources become absolute by the base URL", () => {
    const { source } = read(`/unsafe/w:200/${TEST}`);
    assert.equal(applyBase("https://example.com", source), "https://example.com/test.png");
  });

  const B64 = Buffer.from("https://example.com/a.jpg?v=1&w=2#x").toString("base64url");
  it("absolute sources keep their query", () => {
    assert.equal(read(`/unsafe/w:200/${B64}`).source, "https://example.com/a.jpg?v=1&w=2#x");
  });

  for (const format of ["pdf", "psd", "mp4"]) {
    it(`cannot have ${format}, which the paid edition writes`, () => {
      assert.throws(() => read(`/unsafe/f:${format}/${TEST}`), { code: "invalid_option" });
    });
  }
});

describe("hand-written clients", () => {
  const URL = "https://example.com/photos/cat.jpg";
  const B64 = Buffer.from(URL).toString("base64url");
  const shapes = [
    // The example of the reference's own guide: base64 cut every 16 letters, with an extension.
    [
      `/sig/rs:fill:300:400:0/g:sm/${B64.match(/.{1,16}/g)?.join("/") ?? ""}.png`,
      {
        resizingType: "fill",
        width: 300,
        height: 400,
        enlarge: false,
        gravity: { type: "sm" },
        format: "png",
      },
    ],
    [
      `/sig/resize:fit:300:0/quality:75/plain/${URL}@webp`,
      { resizingType: "fit", width: 300, height: 0, quality: 75, format: "webp" },
    ],
    [
      `/_/size:640:0/resizing_type:fill/sharpen:0.5/plain/${encodeURIComponent(URL)}@avif`,
      { width: 640, height: 0, resizingType: "fill", sharpen: 0.5, format: "avif" },
    ],
    [`/insecure/width:640/dpr:2/${btoa(URL)}`, { width: 640, dpr: 2 }],
    [
      `/insecure/w%3A640/q%3A75/plain/https:/example.com/photos/cat.jpg?utm_source=x`,
      { width: 640, quality: 75 },
    ],
    [
      `/AfrOrF3gWeDA6VOlDG4TzxMv39O7MXnF4CXpKUwGqRM/background:255:0:0/trim:10/plain/${URL}`,
      { background: "ff0000", trim: { threshold: 10 } },
    ],
    [`//unsafe/el:true/${B64}.jpg`, { enlarge: true, format: "jpeg" }],
  ] as const;
  for (const [target, options] of shapes) {
    it(target, () => {
      assert.deepEqual(read(target), { source: URL, options });
    });
  }

  it("of the second version, whose options had no names, are refused", () => {
    for (const target of [`/sig/fill/300/400/sm/0/${B64}.png`, `/sig/fit/300/300/no/0/plain/${URL}@jpg`])
      assert.throws(() => read(target), { code: "invalid_path" });
  });
});
