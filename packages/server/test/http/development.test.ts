/** Development errors: everything that is known, to this machine only (contract http.md, section 3). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { base64 } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { startServer, useServer } from "../fixtures/server.ts";

const origin = useOrigin(() => pages("png", "noise"));
const BROWSER = { Accept: "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8" };

describe("development errors", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_DEVELOPMENT_ERRORS_MODE: "true" });

  it("tell the whole error and where it was thrown", async () => {
    const { status, headers, text } = await server.get("/_/w:wide/plain/a");
    assert.deepEqual([status, headers["content-type"]], [404, "text/plain; charset=utf-8"]);
    assert.match(text, /^invalid_option: w: expected an integer of 0 or more, got "wide"\n\n[^]*\n +at /);
  });

  it("tell it to a browser as a page", async () => {
    const { status, headers, text } = await server.get(origin.target("/noise"), BROWSER);
    assert.deepEqual([status, headers["content-type"]], [422, "text/html; charset=utf-8"]);
    assert.match(headers["content-security-policy"] ?? "", /^default-src 'none'; .*style-src 'sha256-/);
    assert.match(text, /<h1>422 Invalid source image<\/h1>/);
    assert.match(text, /<code>source_unrecognised<\/code>: /);
    assert.match(text, /<h2>HttpError: expected a picture, got \d+ bytes of no type<\/h2>\n<pre>at /);
    assert.ok(text.includes(headers["x-request-id"] ?? "no id"));
  });

  it("tell the causes too", async () => {
    const { text } = await server.get(`/_/${base64("http://127.0.0.1:1/a")}`, BROWSER);
    assert.ok((text.match(/<h2>/g) ?? []).length > 1, text);
    assert.match(text, /ECONNREFUSED/);
  });

  it("cannot be made to run what a stranger wrote", async () => {
    const evil = encodeURIComponent('<script>alert(1)</script>"&');
    for (const target of [`/_/${evil}:1/plain/a`, `/_/${base64("<img src=x onerror=alert(1)>")}`]) {
      const { text } = await server.get(target, BROWSER);
      assert.doesNotMatch(text, /<script|<img|onerror=alert\(1\)>/);
    }
  });

  it("leave pictures, HEAD and status alone", async () => {
    const shown = await server.get(origin.target("/png"), BROWSER);
    assert.deepEqual([shown.status, shown.headers["content-type"]?.split("/")[0]], [200, "image"]);
    const head = await server.ask("/_/w:wide/plain/a", { method: "HEAD", headers: BROWSER });
    assert.deepEqual([head.status, head.body.length], [404, 0]);
  });
});

describe("development", () => {
  it("errors keep a server from starting that others can reach", async () => {
    for (const bind of [":0", "0.0.0.0:0", "[::]:0"]) {
      const started = startServer({ IMGPROXY_DEVELOPMENT_ERRORS_MODE: "true", IMGPROXY_BIND: bind });
      await assert.rejects(
        started,
        /IMGPROXY_DEVELOPMENT_ERRORS_MODE: expected a bind to an address of this machine/,
      );
    }
  });

  it("mode keeps a server from starting that others can reach", async () => {
    const started = startServer({ TINTYPE_DEVELOPMENT: "true", IMGPROXY_BIND: "0.0.0.0:0" });
    await assert.rejects(started, /address of this machine/);
  });
});

describe("development mode", () => {
  const server = useServer({ TINTYPE_DEVELOPMENT: "true", IMGPROXY_ALLOWED_SOURCES: "" });

  it("serves unsigned URLs of any source, and says no more of errors than else", async () => {
    assert.equal((await server.get(origin.target("/png"))).status, 200);
    const { status, text } = await server.get("/_/w:wide/plain/a", BROWSER);
    assert.deepEqual([status, text], [404, "Invalid URL"]);
  });
});
