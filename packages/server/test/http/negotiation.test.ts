/** Which format comes back (contract http.md, section 5, and processing.md, section 3). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { look, pages, type PictureName } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";

const SOURCES = [
  "png",
  "jpeg",
  "gif",
  "webp",
  "clearWebp",
  "clearPng",
  "avif",
  "tiff",
  "bmp",
  "ico",
  "svg",
  "movingGif",
  "movingWebp",
] as const satisfies readonly PictureName[];
type Source = (typeof SOURCES)[number];

const origin = useOrigin(() => pages(...SOURCES));

/** What sharp calls what is sent as a type; it reads neither BMP nor ICO. */
const READ_AS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpeg",
  "image/png": "png",
  "image/webp": "webp",
  "image/avif": "heif",
  "image/gif": "gif",
  "image/svg+xml": "svg",
};

type Row = readonly [source: Source, options: string, accept: string, mime: string];

async function assertFormat(server: TestServer, [source, options, accept, mime]: Row): Promise<Answer> {
  const answer = await server.get(
    origin.target(`/${source}`, options),
    accept === "" ? {} : { Accept: accept },
  );
  assert.deepEqual([answer.status, answer.headers["content-type"]], [200, mime]);
  assert.equal(answer.headers["vary"], "Accept");
  assert.equal((await look(answer.body)).format, READ_AS[mime]);
  return answer;
}

const table = (server: TestServer, rows: readonly Row[]): void => {
  for (const row of rows)
    it(`${row.slice(0, 3).join(" | ")}: ${row[3]}`, async () => {
      await assertFormat(server, row);
    });
};

const BOTH = "image/avif,image/webp,image/apng,*/*;q=0.8";

describe("formats by default", { concurrency: 4 }, () => {
  const server = useServer();
  table(server, [
    // Nothing wished for: the source's own where it is preferred, else the first that can hold the picture.
    ["jpeg", "", "", "image/jpeg"],
    ["png", "", "", "image/png"],
    ["gif", "", "", "image/gif"],
    ["webp", "", "", "image/jpeg"],
    ["avif", "", "", "image/jpeg"],
    ["tiff", "", "", "image/jpeg"],
    ["bmp", "", "", "image/jpeg"],
    ["ico", "", "", "image/png"],
    ["clearWebp", "", "", "image/png"],
    ["clearWebp", "bg:fff", "", "image/jpeg"],
    ["webp", "pd:2", "", "image/png"],
    ["webp", "pd:0", "", "image/jpeg"],
    ["webp", "pd:2/bg:fff", "", "image/jpeg"],
    ["webp", "w:50/h:50/ex:1", "", "image/png"],
    ["webp", "w:50/h:50/exar:1", "", "image/jpeg"],
    ["movingGif", "", "", "image/gif"],
    ["movingWebp", "", "", "image/gif"],
    ["svg", "", "", "image/svg+xml"],
    // Accept: what it names, in our order, whatever its weights say.
    ["jpeg", "", "image/webp", "image/webp"],
    ["jpeg", "", BOTH, "image/avif"],
    ["png", "w:20/h:20/rt:force/el:1", "image/avif", "image/avif"],
    ["jpeg", "", "image/webp;q=0", "image/webp"],
    ["jpeg", "", "text/html, image/avif;q=0.1, image/webp;q=1", "image/avif"],
    ["jpeg", "", "*/*", "image/jpeg"],
    ["jpeg", "", "image/*", "image/jpeg"],
    ["jpeg", "", "image/jxl", "image/jpeg"],
    ["jpeg", "", "IMAGE/WEBP", "image/jpeg"],
    ["clearWebp", "", "image/webp", "image/webp"],
    // What moves goes on moving.
    ["movingGif", "", BOTH, "image/webp"],
    ["movingGif", "", "image/avif", "image/gif"],
    ["movingWebp", "", "image/webp", "image/webp"],
    // A named format is that format.
    ["jpeg", "f:png", BOTH, "image/png"],
    ["jpeg", "f:jpg", BOTH, "image/jpeg"],
    ["png", "f:gif", "", "image/gif"],
    ["movingGif", "f:png", BOTH, "image/png"],
    ["movingGif", "f:avif/w:16/h:16/rt:force/el:1", "", "image/avif"],
    ["svg", "f:png", BOTH, "image/png"],
    ["svg", "f:svg", BOTH, "image/svg+xml"],
    ["svg", "", BOTH, "image/svg+xml"],
    // AVIF holds nothing that is narrower than 16 pixels.
    ["jpeg", "w:15", "image/avif", "image/jpeg"],
    ["clearPng", "w:15", BOTH, "image/png"],
    ["clearPng", "w:15/bg:fff", BOTH, "image/jpeg"],
    ["jpeg", "w:15/f:avif", "", "image/jpeg"],
    ["jpeg", "w:15", "image/webp", "image/webp"],
    // What is passed on is not negotiated.
    ["png", "skp:png", BOTH, "image/png"],
    ["webp", "skp:webp", "", "image/webp"],
  ]);

  it("all frames are there where it moves, and one where it cannot", async () => {
    for (const [options, accept, frames] of [
      ["", "", 3],
      ["", "image/webp", 3],
      ["f:png", "", 1],
    ] as const) {
      const { body } = await server.get(
        origin.target("/movingGif", options),
        accept ? { Accept: accept } : {},
      );
      assert.equal((await look(body)).pages, frames);
    }
  });

  it("the extension goes before the option", async () => {
    const { headers } = await server.get(`${origin.target("/jpeg", "f:png")}@gif`, { Accept: BOTH });
    assert.equal(headers["content-type"], "image/gif");
  });

  it("a file's name says what it is, after the format changed for its size", async () => {
    const { headers } = await server.get(origin.target("/jpeg", "w:15/f:avif"));
    assert.equal(headers["content-disposition"], 'inline; filename="jpeg.jpg"');
  });

  it("BMP and ICO are written too", async () => {
    for (const [format, mime, magic] of [
      ["bmp", "image/bmp", "BM"],
      ["ico", "image/x-icon", "\0\0\u0001\0"],
    ] as const) {
      const { status, headers, text } = await server.get(origin.target("/png", `f:${format}`));
      assert.deepEqual([status, headers["content-type"]], [200, mime]);
      assert.ok(text.startsWith(magic));
    }
  });
});

describe("enforced WebP", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_ENFORCE_WEBP: "true", IMGPROXY_PRESETS: "gif=f:gif" });
  table(server, [
    ["jpeg", "f:png", "image/webp", "image/webp"],
    ["jpeg", "f:png", BOTH, "image/webp"],
    ["jpeg", "f:png", "", "image/png"],
    ["jpeg", "f:png", "image/avif", "image/png"],
    ["jpeg", "pr:gif", BOTH, "image/webp"],
    ["movingGif", "f:gif", BOTH, "image/webp"],
    // Without a named format it is one of those that are accepted, and AVIF goes first among them.
    ["jpeg", "", BOTH, "image/avif"],
    ["jpeg", "", "image/webp", "image/webp"],
    ["movingGif", "", BOTH, "image/webp"],
    ["svg", "", BOTH, "image/svg+xml"],
    ["svg", "f:svg", BOTH, "image/svg+xml"],
    ["svg", "f:png", BOTH, "image/webp"],
    ["png", "skp:png", BOTH, "image/png"],
    ["png", "skp:png/f:png", BOTH, "image/png"],
  ]);

  it("makes no SVG of what is none", async () => {
    const refusal = { status: 422, body: "Invalid URL", code: "svg_from_raster", detail: /got jpeg/ };
    await assertRefused(server, origin.target("/jpeg", "f:svg"), refusal, { headers: { Accept: BOTH } });
  });

  it("takes the place of a format that cannot be written", async () => {
    const { headers } = await server.get(origin.target("/jpeg", "f:heic"), { Accept: BOTH });
    assert.equal(headers["content-type"], "image/webp");
  });
});

describe("enforced AVIF, and other preferences", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_ENFORCE_AVIF: "true",
    IMGPROXY_AUTO_WEBP: "false",
    IMGPROXY_PREFERRED_FORMATS: "webp,png",
    IMGPROXY_ALWAYS_RASTERIZE_SVG: "true",
    IMGPROXY_SKIP_PROCESSING_FORMATS: "tiff",
  });
  table(server, [
    ["jpeg", "f:png", BOTH, "image/avif"],
    ["jpeg", "f:png/w:15", BOTH, "image/jpeg"],
    ["jpeg", "f:png", "image/webp", "image/png"],
    ["movingGif", "f:gif", BOTH, "image/gif"],
    ["jpeg", "", "", "image/webp"],
    ["gif", "", "", "image/webp"],
    ["png", "", "", "image/png"],
    ["clearWebp", "", "", "image/webp"],
    ["movingGif", "", "", "image/webp"],
    ["svg", "", "", "image/webp"],
    ["svg", "skp:svg", "", "image/svg+xml"],
    ["svg", "f:svg", "", "image/svg+xml"],
  ]);
});
