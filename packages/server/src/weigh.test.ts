import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseSegments } from "@tintype/url";
import sharp from "sharp";
import { configOf } from "./config/config.ts";
import { HttpError } from "./errors.ts";
import type { Format } from "./formats.ts";
import type { Job } from "./job.ts";
import { weigh } from "./weigh.ts";

const settings = configOf();
const MIB = 1024 ** 2;

const jobOf = (url: string): Job => ({
  source: "local:///a",
  options: parseSegments(url === "" ? [] : url.split("/"), { security: true }),
  accepted: [],
  enforced: [],
  cookie: undefined,
  key: url,
});

const original = (bytes: Uint8Array, format: Format) => ({
  bytes,
  format,
});

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "red" } });

const refusal = (code: string) => (error: unknown) => error instanceof HttpError && error.code === code;

describe("weigh", () => {
  it("grows with the source where a decoder holds all of it, and with the result for its encoder", async () => {
    const small = original(await blank(400, 300).jpeg().toBuffer(), "jpeg");
    const large = original(await blank(4000, 3000).jpeg({ progressive: true }).toBuffer(), "jpeg");
    const thumb = weigh(small, jobOf("w:100"), settings);
    assert.ok(thumb < 16 * MIB, String(thumb));
    const progressive = weigh(large, jobOf("w:100"), settings);
    assert.ok(progressive > 60 * MIB, String(progressive));
    assert.ok(weigh(large, jobOf("w:2000/f:avif"), settings) > progressive + 30 * MIB);
  });

  it("refuses before a decoder what its header shows to be too large", async () => {
    const bytes = original(await blank(4000, 3000).png().toBuffer(), "png");
    const tight = configOf({ limits: { maxSrcResolution: 1_000_000 } });
    assert.throws(() => weigh(bytes, jobOf("w:10"), tight), refusal("resolution_too_big"));
    assert.throws(() => weigh(bytes, jobOf("w:1000000/el:1/mrd:0"), settings), refusal("result_too_big"));
  });

  it("takes pictures that pass through for their bytes, and vectors for what is drawn of them", () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>';
    const bytes = original(Buffer.from(svg), "svg");
    assert.ok(weigh(bytes, jobOf(""), settings) < 16 * MIB);
    assert.ok(weigh(bytes, jobOf("w:4000/f:png"), settings) > 64 * MIB);
    const unsized = original(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), "svg");
    assert.ok(Number.isFinite(weigh(unsized, jobOf("w:10/f:png"), settings)));
  });
});
