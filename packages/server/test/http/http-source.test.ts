/** Fetching over HTTP: what is asked, what is followed, what is believed (contract http.md, section 8). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { base64, plain } from "../fixtures/ask.ts";
import { ofUnknownLength, useOrigin, type Pages } from "../fixtures/origin.ts";
import { look, pages, picture } from "../fixtures/pictures.ts";
import { assertRefused, type Refusal } from "../fixtures/refusal.ts";
import { useServer } from "../fixtures/server.ts";

const moved = (Location: string, status = 302, headers = {}) => ({
  status,
  headers: { Location, ...headers },
});

/** /hop/n redirects n times. */
const hops = (most: number): Pages =>
  Object.fromEntries(
    Array.from({ length: most }, (_, i) => [`/hop/${i + 1}`, moved(i === 0 ? "/png" : `/hop/${i}`)]),
  );

const elsewhere = useOrigin(() => pages("png"));

const origin = useOrigin(async () => {
  const png = await picture("png");
  const { length } = png;
  const gzip = gzipSync(png);
  return {
    ...(await pages("png", "jpeg", "tiff")),
    ...hops(12),
    "/gzip": { headers: { "Content-Encoding": "gzip" }, body: gzip },
    "/x-gzip": { headers: { "Content-Encoding": "X-GZIP" }, body: gzip },
    "/gzip-cut": { headers: { "Content-Encoding": "gzip" }, body: gzip.subarray(0, 100) },
    "/gzip-lie": { headers: { "Content-Encoding": "gzip" }, body: png },
    "/gzip-bomb": { headers: { "Content-Encoding": "gzip" }, body: gzipSync(Buffer.alloc(3_000_000)) },
    "/identity": { headers: { "Content-Encoding": "identity" }, body: png },
    "/206": { status: 206, headers: { "Content-Range": `bytes 0-${length - 1}/${length}` }, body: png },
    "/206-star": { status: 206, headers: { "Content-Range": `bytes 0-${length - 1}/*` }, body: png },
    "/206-part": {
      status: 206,
      headers: { "Content-Range": `bytes 0-${length - 1}/${length + 1}` },
      body: png,
    },
    "/206-bare": { status: 206, body: png },
    "/text": { headers: { "Content-Type": "text/html" }, body: png },
    "/dng-type": { headers: { "Content-Type": "image/x-adobe-dng; a=b" }, body: await picture("tiff") },
    "/raw.DNG": await picture("tiff"),
    "/exactly": Buffer.concat([png, Buffer.alloc(100_000 - length)]),
    "/exactly-unknown": ofUnknownLength(Buffer.concat([png, Buffer.alloc(100_000 - length)])),
    "/more": Buffer.concat([png, Buffer.alloc(100_001 - length)]),
    "/more-unknown": ofUnknownLength(Buffer.concat([png, Buffer.alloc(100_001 - length)])),
    "/endless": (_incoming, response) => {
      const chunk = Buffer.alloc(65_536, 7);
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more);
      };
      more();
    },
    ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [`/${status}`, moved("/png", status)])),
    "/moved-relative": moved("png?a=%2F"),
    "/moved-away": moved(elsewhere.url("/png")),
    "/moved-unlisted": moved("https://unlisted.example/a.png"),
    "/moved-file": moved("local:///etc/passwd"),
    "/moved-ftp": moved("ftp://127.0.0.1/a.png"),
    "/moved-data": moved("data:image/png;base64,iVBORw0KGgo="),
    "/moved-nowhere": moved("http://["),
    "/moved-inside": moved("http://169.254.169.254/latest/meta-data"),
    "/refresh": { headers: { Refresh: "0; url=/png" }, body: "not a picture" },
    "/%E5%9C%96%20a+b.png": png,
    "/q.png?a=b&c=%20d": png,
  };
});

const unreachable = (detail: RegExp): Refusal => ({
  status: 404,
  body: "Source is unreachable",
  code: "source_unreachable",
  detail,
  cache: "short",
});
const invalidSource = (code: string, detail: RegExp): Refusal => ({
  status: 404,
  body: "Invalid source URL",
  code,
  detail,
});
const unprocessable = (code: string, body: string, detail: RegExp): Refusal => ({
  status: 422,
  body,
  code,
  detail,
  cache: "short",
});

describe("fetching", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_ALLOWED_SOURCES: "http://127.0.0.1:*,https://127.0.0.1:*,http://user,http://*.invalid",
    IMGPROXY_MAX_SRC_FILE_SIZE: "100000",
    IMGPROXY_USER_AGENT: "pictures/%current_version (%current_version)",
  });

  it("asks with headers of its own making", async () => {
    const sent = {
      Accept: "image/webp",
      "Accept-Language": "de",
      Referer: "x",
      Range: "bytes=0-1",
      Cookie: "a=b",
      Via: "c",
    };
    await server.get(origin.target("/png?headers"), sent);
    const { method, headers } = origin.last("/png?headers");
    const { host, connection: _, "user-agent": agent, ...rest } = headers;
    assert.equal(method, "GET");
    assert.equal(host, `127.0.0.1:${origin.port}`);
    assert.match(String(agent), /^pictures\/(\d+\.\d+\.\d+\S*) \(\1\)$/);
    assert.deepEqual(rest, { "accept-encoding": "identity" });
  });

  for (const path of [
    "/gzip",
    "/x-gzip",
    "/identity",
    "/206",
    "/206-star",
    "/text",
    "/exactly",
    "/exactly-unknown",
    "/301",
    "/302",
    "/303",
    "/307",
    "/308",
    "/hop/10",
    "/moved-relative",
    "/moved-away",
    "/q.png?a=b&c=%20d",
    "/%E5%9C%96%20a+b.png",
  ])
    it(`takes ${path}`, async () => {
      const { status, body } = await server.get(origin.target(path));
      assert.equal(status, 200);
      assert.deepEqual(await look(body), { format: "png", width: 7, height: 5, pages: 1 });
    });

  for (const [path, refusal] of [
    ["/206-part", unreachable(/got 206/)],
    ["/206-bare", unreachable(/got 206/)],
    ["/hop/11", unreachable(/at most 10 redirects/)],
    ["/moved-nowhere", unreachable(/Location/)],
    ["/moved-file", unreachable(/http or https|http\(s\)|local/)],
    ["/moved-ftp", unreachable(/http or https|ftp/)],
    ["/moved-data", unreachable(/http or https|data/)],
    ["/gzip-cut", unprocessable("source_incomplete", "Source response is incomplete", /rest of the body/)],
    ["/gzip-lie", unprocessable("source_unrecognised", "Invalid source image", /./)],
    ["/gzip-bomb", unprocessable("source_too_big", "Invalid source image", /at most 100000 bytes/)],
    ["/more", unprocessable("source_too_big", "Invalid source image", /at most 100000 bytes, got 100001/)],
    ["/more-unknown", unprocessable("source_too_big", "Invalid source image", /at most 100000 bytes/)],
    ["/endless", unprocessable("source_too_big", "Invalid source image", /at most 100000 bytes/)],
    ["/refresh", unprocessable("source_unrecognised", "Invalid source image", /expected a picture/)],
    ["/dng-type", unprocessable("source_unrecognised", "Invalid source image", /image\/x-adobe-dng/)],
    ["/raw.DNG", unprocessable("source_unrecognised", "Invalid source image", /expected a picture/)],
  ] as const satisfies readonly (readonly [string, Refusal])[])
    it(`refuses ${path}`, async () => {
      await assertRefused(server, origin.target(path), refusal);
    });

  it("holds every hop against the list of sources and the guard of addresses", async () => {
    const unlisted = invalidSource("source_not_allowed", /listed source/);
    await assertRefused(server, origin.target("/moved-unlisted"), unlisted);
    const inside = await server.get(origin.target("/moved-inside"));
    assert.deepEqual([inside.status, inside.text], [404, "Source is unreachable"]);
  });

  for (const [name, url, refusal] of [
    ["a user in it", "http://user:word@127.0.0.1/a.png", invalidSource("source_not_allowed", /./)],
    ["a broken escape", "http://127.0.0.1:1/%zz.png", unreachable(/hex digits/)],
    ["a line break", "http://127.0.0.1:1/a\r\nX: b", unreachable(/control characters/)],
    ["an unknown host", "http://a.invalid/a.png", unreachable(/invalid/)],
  ] as const)
    it(`refuses a URL with ${name}`, async () => {
      await assertRefused(server, `/_/${base64(url)}`, refusal);
    });

  it("refuses a server that speaks no TLS where https is asked", async () => {
    const target = `/_/${plain(origin.url("/png").replace("http:", "https:"))}`;
    await assertRefused(server, target, unreachable(/TLS|connection/));
  });

  it("sends no fragment", async () => {
    assert.equal((await server.get(origin.target("/png?f#part"))).status, 200);
    assert.equal(origin.count("/png?f"), 1);
  });
});

describe("fetching with another number of redirects", () => {
  const two = useServer({ IMGPROXY_MAX_REDIRECTS: "2" });
  const none = useServer({ IMGPROXY_MAX_REDIRECTS: "0" });

  it("follows as many as it says", async () => {
    for (const [server, path, status] of [
      [two, "/hop/2", 200],
      [two, "/hop/3", 404],
      [none, "/png", 200],
      [none, "/hop/1", 404],
    ] as const)
      assert.equal((await server.get(origin.target(path))).status, status, path);
  });
});
