/** The picture that stands in where a source fails (contract http.md, 8.3 and 4.1). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plain } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { cutShort, silent, useOrigin } from "../fixtures/origin.ts";
import { look, pages, picture } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer, type Env } from "../fixtures/server.ts";

const origin = useOrigin(async () => {
  const jpeg = await picture("jpeg");
  return {
    ...(await pages("png", "noise", "hugePng", "heic", "widePng")),
    "/500": { status: 500 },
    "/403": { status: 403 },
    "/moved": { status: 302, headers: { Location: "/moved" } },
    "/silent": silent,
    "/short": cutShort(jpeg, 20),
    "/big": Buffer.concat([jpeg, Buffer.alloc(3000)]),
    "/broken": jpeg.subarray(0, 300),
    "/validated": {
      headers: { ETag: '"x"', "Last-Modified": new Date(0).toUTCString() },
      body: "no picture",
    },
  };
});
const folder = useFolder(async () => ({ "fallback.png": await picture("widePng") }));

const fallback = async (): Promise<Env> => ({
  IMGPROXY_FALLBACK_IMAGE_DATA: (await picture("widePng")).toString("base64"),
});

describe("the fallback picture", { concurrency: 4 }, () => {
  const server = useServer(async () => ({
    ...(await fallback()),
    IMGPROXY_DOWNLOAD_TIMEOUT: "1",
    IMGPROXY_MAX_SRC_FILE_SIZE: "3000",
    IMGPROXY_ENABLE_DEBUG_HEADERS: "true",
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder,
  }));

  for (const [name, target] of [
    ["a source that is missing", () => origin.target("/nothing", "w:60")],
    ["a source that refuses", () => origin.target("/403", "w:60")],
    ["a source that fails", () => origin.target("/500", "w:60")],
    ["too many redirects", () => origin.target("/moved", "w:60")],
    ["a source that is too slow", () => origin.target("/silent", "w:60")],
    ["a source that says that it is too big", () => origin.target("/big", "w:60")],
    ["bytes that are no picture", () => origin.target("/noise", "w:60")],
    ["a forbidden address", () => `/_/w:60/${plain("http://10.0.0.1/a.png")}`],
    ["a host that does not exist", () => `/_/w:60/${plain("http://nowhere.invalid/a.png")}`],
    ["a file that does not exist", () => `/_/w:60/${plain("local:///b.png")}`],
  ] as const)
    it(`stands in for ${name}, under the same options`, async () => {
      const answer = await server.get(target());
      assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "image/png"]);
      const { width, height } = await look(answer.body);
      assert.deepEqual([width, height], [60, 2]);
      assert.equal(answer.headers["x-origin-width"], "120");
      assert.equal(answer.headers["cache-control"], "max-age=31536000, public");
      assert.equal(server.logOf(answer).at(-1)?.["level"], "INFO");
    });

  it("is warned of in the log, with the reason", async () => {
    const answer = await server.get(origin.target("/nothing", "w:61"));
    const line = server.logOf(answer).find(({ msg }) => msg === "Could not load image. Using fallback image");
    assert.deepEqual([line?.["level"], line?.["code"]], ["WARNING", "source_refused"]);
    assert.match(String(line?.["image_url"]), /^http:\/\/127\.0\.0\.1:\d+\//);
    assert.match(String(line?.["error"]), /got 40\d/);
  });

  it("has no validators of the source", async () => {
    const { status, headers } = await server.get(origin.target("/validated"));
    assert.deepEqual([status, headers["etag"], headers["last-modified"]], [200, undefined, undefined]);
  });

  it("is negotiated like any picture", async () => {
    const { headers } = await server.get(origin.target("/nothing", "w:62"), { Accept: "image/webp" });
    assert.deepEqual([headers["content-type"], headers["vary"]], ["image/webp", "Accept"]);
  });

  it("is not served in raw mode", async () => {
    const answer = await server.get(origin.target("/403", "raw:1"));
    assert.deepEqual([answer.status, answer.body.length], [403, 0]);
  });

  for (const [name, target, refusal] of [
    [
      "a wrong option",
      "/_/nope:1/plain/a",
      { status: 404, body: "Invalid URL", code: "invalid_option", detail: /nope/ },
    ],
    [
      "an unlisted source",
      `/_/${plain("https://example.com/a")}`,
      { status: 404, body: "Invalid source URL", code: "source_not_allowed", detail: /example/ },
    ],
    [
      "a format that nobody can write",
      "/_/f:heic/plain/local:///b.png",
      { status: 422, body: "Invalid URL", code: "format_unsaveable", detail: /heic/ },
    ],
  ] as const)
    it(`does not stand in for ${name}`, async () => {
      await assertRefused(server, target, refusal);
    });

  for (const [path, body, code] of [
    ["/hugePng", "Invalid source image", "resolution_too_big"],
    ["/broken", "Broken or unsupported image", "broken_image"],
    ["/heic", "Invalid URL", "loader_missing"],
  ] as const)
    it(`does not stand in for ${code}`, async () => {
      const refusal = { status: 422, body, code, detail: /./, cache: "short" } as const;
      await assertRefused(server, origin.target(path), refusal);
    });
});

describe("the status and lifetime of the fallback picture", { concurrency: 4 }, () => {
  const own = useServer(async () => ({
    ...(await fallback()),
    IMGPROXY_FALLBACK_IMAGE_HTTP_CODE: "0",
    IMGPROXY_FALLBACK_IMAGE_TTL: "60",
  }));
  const set = useServer(() => ({
    IMGPROXY_FALLBACK_IMAGE_URL: origin.url("/widePng"),
    IMGPROXY_FALLBACK_IMAGE_HTTP_CODE: "404",
    IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "true",
  }));

  for (const [path, status] of [
    ["/nothing", 404],
    ["/403", 403],
    ["/500", 502],
    ["/noise", 422],
  ] as const)
    it(`code 0 keeps ${status} for ${path}, and the lifetime is the fallback's`, async () => {
      const answer = await own.get(origin.target(path));
      assert.deepEqual([answer.status, answer.headers["content-type"]], [status, "image/png"]);
      assert.equal(answer.headers["cache-control"], "max-age=60, public");
      assert.equal(answer.headers["content-disposition"], `inline; filename="${path.slice(1)}.png"`);
      assert.equal((await look(answer.body)).width, 120);
    });

  it("the lifetime ends with the URL's", async () => {
    const { headers } = await own.get(origin.target("/nothing", `exp:${Math.floor(Date.now() / 1000) + 20}`));
    assert.match(headers["cache-control"] ?? "", /^max-age=(1\d|20), public$/);
  });

  it("pictures that need no fallback live as long as ever", async () => {
    const { status, headers } = await own.get(origin.target("/png"));
    assert.deepEqual([status, headers["cache-control"]], [200, "max-age=31536000, public"]);
  });

  it("a code of the setting's goes for every failure, and no cache keeps it for long", async () => {
    for (const path of ["/nothing", "/500", "/noise"]) {
      const { status, headers } = await set.get(origin.target(path));
      assert.deepEqual([status, headers["cache-control"]], [404, "max-age=10, public"]);
    }
  });
});

describe("a fallback picture in a file", () => {
  const server = useServer({
    IMGPROXY_FALLBACK_IMAGE_PATH: `${folder}/fallback.png`,
    IMGPROXY_FALLBACK_IMAGE_TTL: "5",
  });

  it("stands in as well", async () => {
    const { status, headers } = await server.get(origin.target("/nothing"));
    assert.deepEqual([status, headers["cache-control"]], [200, "max-age=5, public"]);
  });

  it("hides no failure from the metrics", async () => {
    const failures = async (): Promise<number> =>
      Number(/^errors_total{type="download"} (\d+)$/m.exec((await server.metrics()).text)?.[1]);
    const before = await failures();
    for (const path of ["/nothing", "/noise"])
      assert.equal((await server.get(origin.target(path))).status, 200);
    assert.equal(await failures(), before + 2);
  });
});
