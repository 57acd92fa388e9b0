/** Raw mode: the original, untouched (contract http.md, section 9). */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { plain } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { cutShort, ofUnknownLength, silent, useOrigin } from "../fixtures/origin.ts";
import { until } from "../fixtures/until.ts";
import { pages, picture } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer } from "../fixtures/server.ts";

const MODIFIED = "Wed, 01 May 2024 10:00:00 GMT";
const LONG = Buffer.alloc(400_000, "0123456789abcdef");

const origin = useOrigin(async () => ({
  ...(await pages("png", "activeSvg", "noise")),
  "/a/b.jpg?v=1": {
    headers: {
      "Content-Type": "image/png",
      ETag: '"theirs"',
      "Last-Modified": MODIFIED,
      "Accept-Ranges": "bytes",
      "Set-Cookie": "a=b",
      "X-Other": "c",
    },
    body: await picture("png"),
  },
  "/bare": { headers: { "Content-Type": "image/webp; charset=binary" }, body: "x" },
  "/typeless": { body: "x" },
  "/zip": { headers: { "Content-Encoding": "gzip" }, body: gzipSync("zipped") },
  "/304": { status: 304, headers: { ETag: '"theirs"' } },
  "/206": { status: 206, headers: { "Content-Range": "bytes 2-3/9" }, body: "23" },
  "/416": { status: 416, headers: { "Content-Range": "bytes */9" } },
  "/503": { status: 503, headers: { "Content-Type": "text/html" }, body: "<h1>down</h1>" },
  "/moved": { status: 302, headers: { Location: "/png" } },
  "/999": { status: 999, body: "odd" },
  "/short": cutShort(LONG, 100_000),
  "/unknown-length": ofUnknownLength(LONG),
  "/long": LONG,
  "/silent": silent,
}));
const folder = useFolder(async () => ({ "a.png": await picture("png") }));

const raw = (path: string, options = "raw:1"): string => origin.target(path, options);

describe("raw mode", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder, IMGPROXY_DOWNLOAD_TIMEOUT: "1" });

  it("sends bytes and headers of the original, and only those that mean something", async () => {
    const { status, headers, body } = await server.get(raw("/a/b.jpg?v=1"));
    assert.equal(status, 200);
    assert.ok(body.equals(await picture("png")));
    const { date: _, "x-request-id": __, connection: ___, "keep-alive": ____, ...rest } = headers;
    assert.deepEqual(rest, {
      "accept-ranges": "bytes",
      "cache-control": "max-age=31536000, public",
      "content-disposition": 'inline; filename="b.jpg"',
      "content-length": String(body.length),
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      "content-type": "image/png",
      etag: '"theirs"',
      "last-modified": MODIFIED,
      server: "tintype",
      "x-cache": "BYPASS",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "cross-origin",
    });
  });

  it("asks with what the client asked with, as far as it concerns the original", async () => {
    const passed = {
      "if-none-match": '"a"',
      "if-modified-since": MODIFIED,
      "accept-encoding": "br",
      range: "bytes=2-3",
    };
    await server.get(raw("/206"), {
      ...passed,
      Cookie: "a=b",
      Authorization: "x",
      Referer: "y",
      "X-Other": "z",
      Accept: "image/webp",
    });
    const { host: _, connection: __, ...headers } = origin.last("/206").headers;
    assert.deepEqual(headers, { ...passed, "user-agent": headers["user-agent"] });
  });

  for (const [path, status, body] of [
    ["/nothing", 404, "nothing here"],
    ["/503", 503, "<h1>down</h1>"],
    ["/206", 206, "23"],
    ["/416", 416, ""],
    ["/304", 304, ""],
    ["/moved", 200, undefined],
  ] as const)
    it(`passes on status ${status} of ${path}`, async () => {
      const answer = await server.get(raw(path));
      assert.equal(answer.status, status);
      if (body !== undefined) assert.equal(answer.text, body);
      assert.equal("content-disposition" in answer.headers, status < 300);
      assert.equal(answer.headers["vary"], undefined);
    });

  it("refuses a status that HTTP has no class for", async () => {
    const refusal = {
      status: 404,
      body: "Source is unreachable",
      code: "source_unreachable",
      detail: /from 200 to 599, got 999/,
      cache: "short",
    } as const;
    await assertRefused(server, raw("/999"), refusal);
  });

  it("answers HEAD with the headers of GET", async () => {
    const target = raw("/a/b.jpg?v=1");
    const [get, head] = [await server.get(target), await server.ask(target, { method: "HEAD" })];
    for (const name of ["content-length", "content-type", "etag", "content-disposition", "accept-ranges"])
      assert.equal(head.headers[name], get.headers[name]);
    assert.deepEqual([head.status, head.body.length], [200, 0]);
  });

  it("keeps the range's header", async () => {
    assert.equal((await server.get(raw("/206"))).headers["content-range"], "bytes 2-3/9");
    assert.equal((await server.get(raw("/304"))).headers["etag"], '"theirs"');
  });

  it("leaves a body packed as it is", async () => {
    const { headers, body } = await server.get(raw("/zip"), { "Accept-Encoding": "gzip" });
    assert.equal(headers["content-encoding"], "gzip");
    assert.ok(body.equals(gzipSync("zipped")));
  });

  for (const name of ["activeSvg", "noise"] as const)
    it(`neither looks at nor cleans what it sends: ${name}`, async () => {
      const { headers, body } = await server.get(raw(`/${name}`));
      assert.ok(body.equals(await picture(name)));
      assert.match(headers["content-security-policy"] ?? "", /sandbox$/);
    });

  it("streams what has no length", async () => {
    const { headers, body } = await server.get(raw("/unknown-length"));
    assert.equal(headers["content-length"], undefined);
    const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
    assert.equal(hash(body), hash(LONG));
  });

  for (const [path, options, filename] of [
    ["/a/b.jpg?v=1", "raw:1/fn:x", "x.jpg"],
    ["/bare", "raw:1", "bare.webp"],
    ["/typeless", "raw:1", "typeless"],
    ["/bare", "raw:1/att:1", "bare.webp"],
  ] as const)
    it(`calls ${path} with ${options} ${filename}`, async () => {
      const kind = options.includes("att") ? "attachment" : "inline";
      const { headers } = await server.get(raw(path, options));
      assert.equal(headers["content-disposition"], `${kind}; filename="${filename}"`);
    });

  it("does not care for formats, neither good nor bad", async () => {
    for (const target of [
      `${raw("/png")}@webp`,
      `${raw("/png")}@nonsense`,
      raw("/png", "raw:1/f:webp"),
      raw("/png", "raw:1/f:heic"),
    ]) {
      const { status, body } = await server.get(target, { Accept: "image/avif" });
      assert.equal(status, 200);
      assert.ok(body.equals(await picture("png")));
    }
  });

  it("raw:0 is an ordinary picture", async () => {
    assert.equal((await server.get(raw("/png", "raw:0/f:gif"))).headers["content-type"], "image/gif");
  });

  it("cuts the connection where the original breaks off", async () => {
    await assert.rejects(server.get(raw("/short")), { code: "ECONNRESET" });
    await until(() => server.events.some(({ kind }) => kind === "cut"));
  });

  it("refuses a source that never answers", async () => {
    const refusal = {
      status: 504,
      body: "Source is unreachable",
      code: "source_timeout",
      detail: /within 1 s/,
      cache: "short",
    } as const;
    await assertRefused(server, raw("/silent"), refusal);
  });

  it("is bound by the list of sources and the guard of addresses", async () => {
    const refusal = { status: 404, body: "Invalid source URL", detail: /./ };
    await assertRefused(server, `/_/raw:1/${plain("https://a.example/")}`, {
      ...refusal,
      code: "source_not_allowed",
    });
    const forbidden = {
      ...refusal,
      body: "Source is unreachable",
      code: "source_address_forbidden",
      cache: "short",
    } as const;
    await assertRefused(server, `/_/raw:1/${plain("http://10.0.0.1/")}`, forbidden);
  });

  it("sends files, parts of them, and 304", async () => {
    const target = `/_/raw:1/${plain("local:///a.png")}`;
    const whole = await server.get(target);
    assert.ok(whole.body.equals(await picture("png")));
    assert.equal(whole.headers["content-type"], "image/png");
    const part = await server.get(target, { Range: "bytes=1-3" });
    assert.deepEqual([part.status, part.text], [206, "PNG"]);
    assert.equal(part.headers["content-range"], `bytes 1-3/${whole.body.length}`);
    const fresh = await server.get(target, { "If-None-Match": whole.headers["etag"] ?? "" });
    assert.deepEqual([fresh.status, fresh.body.length], [304, 0]);
    const outside = await server.get(target, { Range: "bytes=100000-" });
    assert.deepEqual([outside.status, outside.body.length], [416, 0]);
  });

  it("gives back its place at the source, also where nobody reads the body", async () => {
    const target = raw("/long");
    for (let i = 0; i < 12; i++) assert.equal((await server.ask(target, { method: "HEAD" })).status, 200);
    for (let i = 0; i < 12; i++) assert.equal((await server.get(raw("/304"))).status, 304);
    assert.equal((await server.get(target)).body.length, LONG.length);
  });

  it("is logged as raw", async () => {
    const answer = await server.get(raw("/png"));
    assert.equal(server.logOf(answer)[0]?.["state"], "raw");
  });
});

describe("raw mode and its limits", () => {
  const server = useServer({ IMGPROXY_MAX_SRC_FILE_SIZE: "100000", IMGPROXY_TIMEOUT: "1" });

  it("refuses what says that it is too big", async () => {
    const refusal = {
      status: 422,
      body: "Invalid source image",
      code: "source_too_big",
      detail: /at most 100000 bytes/,
      cache: "short",
    } as const;
    await assertRefused(server, raw("/long"), refusal);
  });

  it("cuts what turns out to be too big", async () => {
    await assert.rejects(server.get(raw("/unknown-length")));
  });

  it("ends with the time for a request", async () => {
    const refusal = { status: 503, body: "Timeout", code: "timeout", detail: /within 1000 ms/ };
    await assertRefused(server, raw("/silent"), refusal);
  });
});
