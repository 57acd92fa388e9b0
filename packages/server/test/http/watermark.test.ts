/** The watermark: where it comes from, where it goes, how much of it shows (contract processing.md, section 14). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { useFolder } from "../fixtures/folder.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { look, pages, pixel } from "../fixtures/pictures.ts";
import { startServer, useServer, type TestServer } from "../fixtures/server.ts";

const square = (width: number, background: string): Promise<Buffer> =>
  sharp({ create: { width, height: width, channels: 3, background } })
    .png()
    .toBuffer();

const BLACK = [0, 0, 0, 255];
const WHITE = [255, 255, 255, 255];

const origin = useOrigin(async () => ({
  ...(await pages("movingGif")),
  "/black": await square(20, "#000000"),
  "/mark": await square(4, "#ffffff"),
}));
const folder = useFolder(async () => ({ "mark.png": await square(4, "#ffffff") }));

/** Colours at some places of a black picture of 20 x 20 under these options. */
async function colours(
  server: TestServer,
  options: string,
  places: readonly (readonly [number, number])[],
): Promise<readonly (readonly number[])[]> {
  const { status, body } = await server.get(origin.target("/black", `${options}/f:png`));
  assert.equal(status, 200);
  return Promise.all(places.map(([x, y]) => pixel(body, x, y)));
}

const PLACES = [
  [0, 0],
  [10, 10],
  [19, 19],
  [3, 10],
] as const;

describe("the watermark", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_WATERMARK_PATH: `${folder}/mark.png` });

  for (const [options, expected] of [
    ["w:20", [BLACK, BLACK, BLACK, BLACK]],
    ["wm:1", [BLACK, WHITE, BLACK, BLACK]],
    ["wm:1:nowe", [WHITE, BLACK, BLACK, BLACK]],
    ["wm:1:soea", [BLACK, BLACK, WHITE, BLACK]],
    ["wm:1:we", [BLACK, BLACK, BLACK, WHITE]],
    ["wm:1:nowe:1:1", [BLACK, BLACK, BLACK, BLACK]],
    ["wm:1:nowe:8:8", [BLACK, WHITE, BLACK, BLACK]],
    ["wm:1:re", [WHITE, WHITE, WHITE, WHITE]],
    ["wm:1:ce:::1", [WHITE, WHITE, WHITE, WHITE]],
    ["wm:1:nowe:::0.6", [WHITE, WHITE, BLACK, WHITE]],
    ["wm:1:ce:::0", [BLACK, WHITE, BLACK, BLACK]],
    ["wm:0", [BLACK, BLACK, BLACK, BLACK]],
    // However far it is pushed out, a pixel of it stays.
    ["wm:1:nowe:-9", [WHITE, BLACK, BLACK, BLACK]],
    ["wm:1:nowe/wm:1:soea", [BLACK, BLACK, WHITE, BLACK]],
  ] as const)
    it(options, async () => {
      assert.deepEqual(await colours(server, options, PLACES), expected);
    });

  it("is as strong as the URL says", async () => {
    const [[red = 0] = []] = await colours(server, "wm:0.5", [[10, 10]]);
    assert.ok(Math.abs(red - 128) <= 2, `expected about 128, got ${red}`);
  });

  it("lies on every frame of what moves", async () => {
    const { body } = await server.get(origin.target("/movingGif", "wm:1:nowe"));
    assert.equal((await look(body)).pages, 3);
    for (const page of [0, 1, 2]) {
      const frame = await sharp(body, { page }).png().toBuffer();
      assert.deepEqual(await pixel(frame, 0, 0), WHITE);
      assert.notDeepEqual(await pixel(frame, 7, 5), WHITE);
    }
  });

  for (const options of [
    "wm:",
    "wm:2",
    "wm:-1",
    "wm:x",
    "wm:1:sm",
    "wm:1:nope",
    "wm:1:ce:a",
    "wm:1:ce:0:0:-1",
  ])
    it(`${options} is no watermark`, async () => {
      const { status, text } = await server.get(origin.target("/black", options));
      assert.deepEqual([status, text], [404, "Invalid URL"]);
    });
});

describe("a watermark of a URL that is half as strong", () => {
  const server = useServer(() => ({
    IMGPROXY_WATERMARK_URL: origin.url("/mark"),
    IMGPROXY_WATERMARK_OPACITY: "0.5",
  }));

  it("is multiplied with what the URL says, and was fetched once", async () => {
    for (const [options, expected] of [
      ["wm:1", 128],
      ["wm:0.5", 64],
    ] as const) {
      const [[red = 0] = []] = await colours(server, options, [[10, 10]]);
      assert.ok(Math.abs(red - expected) <= 2, `expected about ${expected}, got ${red}`);
    }
    assert.equal(origin.count("/mark"), 1);
  });
});

describe("a watermark that is not there", () => {
  const server = useServer();

  it("is not drawn where none is set", async () => {
    assert.deepEqual(await colours(server, "wm:1", [[10, 10]]), [BLACK]);
  });

  it("keeps the server from starting where it cannot be fetched or is no picture", async () => {
    const gone = startServer({ IMGPROXY_WATERMARK_URL: origin.url("/nothing") });
    await assert.rejects(gone, /expected to load an image from http:/);
    const text = startServer({ IMGPROXY_WATERMARK_DATA: Buffer.from("text").toString("base64") });
    await assert.rejects(text, /expected a picture/);
  });

  it("is as if it were not set where its file is missing", async () => {
    const lenient = await startServer({ IMGPROXY_WATERMARK_PATH: `${folder}/gone.png` });
    try {
      assert.deepEqual(await colours(lenient, "wm:1", [[10, 10]]), [BLACK]);
    } finally {
      await lenient.close();
    }
  });
});
