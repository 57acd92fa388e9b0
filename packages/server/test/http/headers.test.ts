/** Headers of every answer, and those that settings add (contract http.md, section 4). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plain } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages, picture } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

const origin = useOrigin(async () => ({
  ...(await pages("png", "turnedJpeg", "svg", "movingGif")),
  "/set-cookie": {
    headers: {
      "Set-Cookie": "a=b",
      "X-Powered-By": "origin",
      Server: "origin",
      Link: "<x>; rel=preload",
      Vary: "Cookie",
    },
    body: await picture("png"),
  },
}));
const folder = useFolder(async () => ({ "a.png": await picture("png") }));

describe("headers of every answer", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder });

  for (const [name, target] of [
    ["a picture", () => origin.target("/png")],
    ["an SVG that is passed on", () => origin.target("/svg")],
    ["a raw source", () => origin.target("/png", "raw:1")],
    ["a refusal", () => "/_/nope:1/plain/a"],
    ["a source that is missing", () => origin.target("/nothing")],
    ["a raw source that is missing", () => origin.target("/nothing", "raw:1")],
    ["a health check", () => "/health"],
    ["nothing", () => "/favicon.ico"],
  ] as const)
    it(`stand on ${name}`, async () => {
      const { headers } = await server.get(target());
      assert.equal(headers["server"], "tintype");
      assert.equal(headers["content-security-policy"], POLICY);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.match(headers["x-request-id"] ?? "", /^[\w-]{21}$/);
      assert.ok(headers["date"]);
    });

  it("say with every picture, whatever its status, that other sites may show it and nobody may sniff it", async () => {
    const whole = await server.get(origin.target("/png"));
    for (const [target, headers, status] of [
      [origin.target("/png"), {}, 200],
      [origin.target("/svg"), {}, 200],
      [origin.target("/png"), { "If-None-Match": whole.headers["etag"] ?? "" }, 304],
      [origin.target("/png"), { Range: "bytes=0-1" }, 206],
      [origin.target("/png"), { Range: "bytes=999999-" }, 416],
      [origin.target("/png", "raw:1"), {}, 200],
      [origin.target("/nothing", "raw:1"), {}, 404],
    ] as const) {
      const answer = await server.get(target, headers);
      assert.equal(answer.status, status);
      assert.equal(answer.headers["cross-origin-resource-policy"], "cross-origin");
      assert.equal(answer.headers["content-security-policy"], POLICY);
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
    }
  });

  it("are none of those that nobody sends", async () => {
    const { headers } = await server.get(origin.target("/png"), { Accept: "image/webp" });
    for (const name of ["content-dpr", "accept-ch", "age", "expires", "link", "set-cookie"])
      assert.equal(headers[name], undefined);
    for (const name of Object.keys(headers)) assert.ok(!/^x-(origin|result)-|^access-control-/.test(name));
  });

  it("are none of the source's", async () => {
    for (const options of ["", "raw:1"]) {
      const { headers } = await server.get(origin.target("/set-cookie", options));
      for (const name of ["set-cookie", "x-powered-by", "link"]) assert.equal(headers[name], undefined);
      assert.equal(headers["server"], "tintype");
      assert.equal(headers["vary"], options === "" ? "Accept" : undefined);
    }
  });

  it("say the length exactly", async () => {
    const { headers, body } = await server.get(origin.target("/png"));
    assert.equal(headers["content-length"], String(body.length));
    assert.equal(headers["transfer-encoding"], undefined);
  });

  it("say where an animation lost frames", async () => {
    const whole = await server.get(origin.target("/movingGif"));
    assert.equal(whole.headers["x-frames"], undefined);
  });
});

describe("headers that settings add", { concurrency: 4 }, () => {
  const server = useServer(() => ({
    IMGPROXY_SERVER_NAME: "pictures/1",
    IMGPROXY_SET_CANONICAL_HEADER: "true",
    IMGPROXY_ENABLE_DEBUG_HEADERS: "true",
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder,
    IMGPROXY_URL_REPLACEMENTS: `cdn://=${origin.url("/")}`,
    IMGPROXY_MAX_ANIMATION_FRAMES: "2",
    IMGPROXY_AUTO_WEBP: "false",
    IMGPROXY_AUTO_AVIF: "false",
  }));

  it("name the server", async () => {
    for (const target of [origin.target("/png"), "/_/nope:1/plain/a", "/health"])
      assert.equal((await server.get(target)).headers["server"], "pictures/1");
  });

  it("name the original, as it is fetched", async () => {
    for (const [target, url] of [
      [origin.target("/png"), origin.url("/png")],
      [origin.target("/png", "raw:1"), origin.url("/png")],
      [origin.target("/png?a=%20b"), origin.url("/png?a=%20b")],
      [`/_/${plain("cdn://png")}`, origin.url("/png")],
    ] as const)
      assert.equal((await server.get(target)).headers["link"], `<${url}>; rel="canonical"`);
  });

  it("cannot be broken out of by a source's name", async () => {
    const { headers } = await server.get(origin.target('/png?">; rel="x"\r\nX-A: b'.replace("\r\n", "")));
    assert.equal(headers["link"], `<${origin.url("/png?%22%3E;%20rel=%22x%22X-A:%20b")}>; rel="canonical"`);
    assert.equal(headers["x-a"], undefined);
  });

  it("name no original that a browser could not open", async () => {
    assert.equal((await server.get(`/_/${plain("local:///a.png")}`)).headers["link"], undefined);
    assert.equal((await server.get(origin.target("/nothing"))).headers["link"], undefined);
  });

  it("tell the sizes of source and result, upright, one frame", async () => {
    for (const [target, expected] of [
      [origin.target("/turnedJpeg", "w:5"), ["10", "20", "5", "10"]],
      [origin.target("/movingGif", "w:4"), ["8", "6", "4", "3"]],
      [origin.target("/svg"), ["20", "10", "20", "10"]],
    ] as const) {
      const { headers } = await server.get(target);
      const names = ["x-origin-width", "x-origin-height", "x-result-width", "x-result-height"];
      assert.deepEqual(
        names.map((name) => headers[name]),
        expected,
      );
    }
    const { headers } = await server.get(origin.target("/turnedJpeg"));
    assert.equal(headers["x-origin-content-length"], String((await picture("turnedJpeg")).length));
  });

  it("say where an animation lost frames", async () => {
    assert.equal((await server.get(origin.target("/movingGif"))).headers["x-frames"], "2/3");
  });

  it("do not vary by Accept where nothing is negotiated", async () => {
    const { headers } = await server.get(origin.target("/png"), { Accept: "image/webp,image/avif" });
    assert.deepEqual([headers["vary"], headers["content-type"]], [undefined, "image/png"]);
  });
});
