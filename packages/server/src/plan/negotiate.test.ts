import type { FormatName, Options } from "@tintype/url";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { optionsOf } from "../../test/fixtures/render.ts";
import { HttpError, type ErrorCode } from "../errors.ts";
import type { Format } from "../formats.ts";
import { chooseFormat, forSmall } from "./negotiate.ts";

const DEFAULTS: readonly FormatName[] = ["jpeg", "png", "gif"];

interface Asked {
  readonly alpha?: boolean;
  readonly frames?: number;
  readonly accepted?: readonly FormatName[];
  readonly enforced?: readonly FormatName[];
  readonly preferred?: readonly FormatName[];
}

function chosen(source: Format, url: string, asked: Asked = {}): Format {
  const { alpha = false, frames = 1, accepted = [], enforced = [], preferred = DEFAULTS } = asked;
  const options: Options = optionsOf(url);
  return chooseFormat({ format: source, alpha, frames }, options, { accepted, enforced, preferred });
}

describe("chooseFormat", () => {
  type Case = readonly [source: Format, url: string, asked: Asked, chosen: Format];
  const MATRIX: readonly Case[] = [
    // The source's own format, where it is a preferred one.
    ["jpeg", "", {}, "jpeg"],
    ["png", "", {}, "png"],
    ["png", "", { alpha: true }, "png"],
    ["gif", "", {}, "gif"],
    ["gif", "", { frames: 5 }, "gif"],
    // ... whatever is done to it: edges around a JPEG are white.
    ["jpeg", "rs:fit:300:300/ex:1", {}, "jpeg"],
    ["jpeg", "pd:10", {}, "jpeg"],
    ["jpeg", "rs:fit:300:300/exar:1", {}, "jpeg"],
    // Other sources become the first preferred format that can hold them.
    ["webp", "", {}, "jpeg"],
    ["webp", "", { alpha: true }, "png"],
    ["webp", "", { frames: 5 }, "gif"],
    ["webp", "", { frames: 5, alpha: true }, "gif"],
    ["avif", "", {}, "jpeg"],
    ["tiff", "", { alpha: true }, "png"],
    ["bmp", "", {}, "jpeg"],
    ["ico", "", { alpha: true }, "png"],
    ["svg", "", { alpha: true }, "png"],
    ["heic", "", {}, "jpeg"],
    ["jxl", "", { frames: 3 }, "gif"],
    // Transparency to come counts, but for extend_aspect_ratio, and a background takes it back.
    ["webp", "pd:10", {}, "png"],
    ["webp", "pd:0:0:0:1", {}, "png"],
    ["webp", "pd:0", {}, "jpeg"],
    ["webp", "rs:fit:300:300/ex:1", {}, "png"],
    ["webp", "rs:fit:300:300/ex:0", {}, "jpeg"],
    ["webp", "rs:fit:300:300/exar:1", {}, "jpeg"],
    ["webp", "pd:10/bg:ff0000", {}, "jpeg"],
    ["webp", "bg:ff0000", { alpha: true }, "jpeg"],
    // Preferences of the server.
    ["webp", "", { preferred: ["webp"] }, "webp"],
    ["jpeg", "", { preferred: ["webp"] }, "webp"],
    ["png", "", { alpha: true, preferred: ["jpeg", "webp"] }, "webp"],
    ["png", "", { alpha: true, preferred: ["jpeg"] }, "jpeg"],
    ["webp", "", { frames: 5, preferred: ["jpeg", "png"] }, "jpeg"],
    ["heic", "", { preferred: ["jxl", "heic", "webp"] }, "webp"],
    ["jpeg", "", { preferred: ["jxl"] }, "png"],
    // What the client accepts goes before all that, and behind what the URL says.
    ["jpeg", "", { accepted: ["avif", "webp"] }, "avif"],
    ["jpeg", "", { accepted: ["webp"] }, "webp"],
    ["png", "pd:10", { alpha: true, accepted: ["webp"] }, "webp"],
    ["jpeg", "f:png", { accepted: ["avif", "webp"] }, "png"],
    ["gif", "", { accepted: ["avif", "webp"] }, "avif"],
    // AVIF and JPEG XL would lose the motion.
    ["gif", "", { frames: 5, accepted: ["jxl", "avif", "webp"] }, "webp"],
    ["gif", "", { frames: 5, accepted: ["jxl", "avif"] }, "gif"],
    // What the server enforces goes before what the URL says.
    ["jpeg", "f:png", { enforced: ["webp"] }, "webp"],
    ["jpeg", "f:png", { accepted: ["webp"], enforced: ["avif"] }, "avif"],
    // Where the URL says nothing, what is enforced is among what is accepted.
    ["jpeg", "", { accepted: ["avif", "webp"], enforced: ["webp"] }, "avif"],
    ["gif", "f:gif", { frames: 5, enforced: ["avif", "webp"] }, "webp"],
    ["gif", "f:gif", { frames: 5, enforced: ["avif"] }, "gif"],
    // What the URL says, even where it loses something.
    ["png", "f:jpg", { alpha: true }, "jpeg"],
    ["gif", "f:png", { frames: 5 }, "png"],
    ["jpeg", "f:ico", {}, "ico"],
    ["jpeg", "f:bmp", {}, "bmp"],
    ["jpeg", "f:tiff", {}, "tiff"],
  ];
  for (const [source, url, asked, format] of MATRIX)
    it(`${source} ${url} ${JSON.stringify(asked)}: ${format}`, () => {
      assert.equal(chosen(source, url, asked), format);
    });

  const refused = (code: ErrorCode) => (error: unknown) => error instanceof HttpError && error.code === code;

  it("refuses SVG of anything else, and formats without an encoder", () => {
    assert.throws(() => chosen("jpeg", "f:svg"), refused("svg_from_raster"));
    assert.throws(() => chosen("jpeg", "f:svg", { enforced: ["webp"] }), refused("svg_from_raster"));
    for (const url of ["f:heic", "f:jxl"])
      assert.throws(() => chosen("jpeg", url), refused("format_unsaveable"));
    assert.equal(chosen("jpeg", "f:heic", { enforced: ["webp"] }), "webp");
  });
});

describe("forSmall", () => {
  it("gives up AVIF under 16 pixels, for PNG or JPEG", () => {
    assert.equal(forSmall("avif", 16, false), "avif");
    assert.equal(forSmall("avif", 15, false), "jpeg");
    assert.equal(forSmall("avif", 15, true), "png");
    for (const format of ["jpeg", "png", "webp", "gif", "tiff", "bmp", "ico"] as const)
      assert.equal(forSmall(format, 1, true), format);
  });
});
