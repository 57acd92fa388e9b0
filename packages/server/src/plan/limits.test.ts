import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError, type ErrorCode } from "../errors.ts";
import {
  optionsOf,
  renderUrl,
  settingsOf,
  type Circumstances,
  type Source,
} from "../../test/fixtures/render.ts";
import { noise, plain, saved } from "../../test/fixtures/source.ts";
import { planLimits } from "./limits.ts";

const refused = (code: ErrorCode) => (error: unknown) => {
  assert.ok(error instanceof HttpError, String(error));
  assert.equal(error.code, code);
  return true;
};

const source = (): Promise<Source> => saved(noise(100, 50), "png");
const most = (maxSrcResolution: number): Circumstances => ({ config: { limits: { maxSrcResolution } } });

describe("pixels of a source", () => {
  it("are refused from one too many on, whatever is asked of it", async () => {
    assert.equal((await renderUrl(await source(), "w:10/f:png", most(5000))).rendered.width, 10);
    for (const url of ["w:10/f:png", "c:1:1/f:jpg", "skp:png", "f:webp/t:10"])
      await assert.rejects(renderUrl(await source(), url, most(4999)), refused("resolution_too_big"), url);
  });

  it("may be limited by the URL", async () => {
    await assert.rejects(renderUrl(await source(), "msr:0.004999/f:png"), refused("resolution_too_big"));
    assert.equal((await renderUrl(await source(), "msr:0.005/f:png", most(10))).rendered.width, 100);
  });

  it("are counted before any is decoded", async () => {
    // A header that promises more than there is: a decoder would complain of the rest.
    const { bytes } = await saved(plain(64, 64, [1, 2, 3]), "png");
    const { crc32 } = await import("node:zlib");
    const bomb = Buffer.from(bytes);
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    await assert.rejects(
      renderUrl({ bytes: bomb, format: "png" }, "w:10/f:png"),
      refused("resolution_too_big"),
    );
  });
});

describe("pixels of a result", () => {
  it("are 8192 a side by default, and as many as the server or the URL says", async () => {
    const width = async (url: string, around: Circumstances = {}) =>
      (await renderUrl(await source(), `${url}/f:png`, around)).rendered.width;
    assert.equal(await width("rs:force:9000:1:1"), 8192);
    assert.equal(await width("w:400/el:1", { config: { limits: { maxResultDimension: 300 } } }), 300);
    assert.equal(await width("w:400/el:1/mrd:200"), 200);
    assert.equal(await width("rs:force:9000:1:1/mrd:0"), 9000);
  });

  for (const url of [
    "w:1000000/el:1/mrd:0",
    "rs:fill:1:1000000/el:1/mrd:0",
    "mw:1000000/mrd:0",
    "pd:100000:100000/mrd:0",
    "rs:fit:100000:100000/ex:1/mrd:0",
    "dpr:10000/w:100/el:1/mrd:0",
    "z:1e9/el:1/mrd:0",
    "w:1/mw:1000000",
  ])
    it(`are refused before memory is spent on them: ${url}`, async () => {
      await assert.rejects(renderUrl(await source(), `${url}/f:png`), refused("result_too_big"));
    });

  it("are counted over all frames", () => {
    const { limits } = settingsOf();
    const working = (frames?: number) => planLimits(optionsOf("w:1"), limits, frames).maxWorkingPixels;
    assert.equal(working(1), 100_000_000);
    assert.equal(working(), 100_000_000);
    assert.equal(working(200), 500_000);
  });
});
