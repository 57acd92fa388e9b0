/** ETag, Last-Modified and 304 (contract http.md, 4.3, as decisions.md changes it: each rendition has its own strong ETag). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const MODIFIED = "Wed, 01 May 2024 10:00:00 GMT";
const EARLIER = "Wed, 01 May 2024 09:59:59 GMT";
const LATER = "Wed, 01 May 2024 10:00:01 GMT";

const origin = useOrigin(async () => {
  const body = await picture("png");
  return {
    "/dated": { headers: { ETag: 'W/"theirs"', "Last-Modified": MODIFIED }, body },
    "/same-bytes": { headers: { ETag: '"others"' }, body },
    "/undated": { headers: { "Last-Modified": "yesterday" }, body },
    "/misdated": { headers: { "Last-Modified": "version 5" }, body },
  };
});

describe("validators", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_SET_CANONICAL_HEADER: "true", IMGPROXY_ENABLE_DEBUG_HEADERS: "true" });
  const dated = origin.target.bind(origin, "/dated");
  const etagOf = ({ headers }: Answer): string => headers["etag"] ?? "";

  it("are a strong ETag of our own and the source's date", async () => {
    const answer = await server.get(dated());
    assert.match(etagOf(answer), /^"[\w-]{20,}"$/);
    assert.equal(answer.headers["last-modified"], MODIFIED);
  });

  it("are the same for the same bytes, and others for other options and formats", async () => {
    const targets = [dated(), dated("w:7"), dated("w:3"), dated("f:gif"), dated("f:webp")];
    const etags = await Promise.all(targets.map(async (target) => etagOf(await server.get(target))));
    assert.equal(etags[0], etags[1]);
    assert.equal(new Set(etags).size, 4);
    assert.equal(etagOf(await server.get(dated())), etags[0]);
  });

  it("lack a date where the source gives none that can be read", async () => {
    for (const path of ["/undated", "/misdated", "/same-bytes"])
      assert.equal((await server.get(origin.target(path))).headers["last-modified"], undefined);
  });

  it("of the client are not sent on: the answer is made whole, and compared here", async () => {
    await server.get(dated("w:5"), {
      "If-None-Match": '"theirs"',
      "If-Modified-Since": LATER,
      Range: "bytes=0-1",
    });
    const { headers } = origin.last("/dated");
    for (const name of ["if-none-match", "if-modified-since", "range"])
      assert.equal(headers[name], undefined);
  });

  const MATCHES: readonly (readonly [
    name: string,
    headers: (etag: string) => Record<string, string>,
    status: number,
  ])[] = [
    ["the ETag", (etag) => ({ "If-None-Match": etag }), 304],
    ["a weak form of it", (etag) => ({ "If-None-Match": `W/${etag}` }), 304],
    ["a list with it", (etag) => ({ "If-None-Match": `"a", W/"b,c" ,${etag}` }), 304],
    ["a star", () => ({ "If-None-Match": "*" }), 304],
    ["another ETag", () => ({ "If-None-Match": '"other"' }), 200],
    ["the source's ETag", () => ({ "If-None-Match": 'W/"theirs"' }), 200],
    ["the ETag without quotes", (etag) => ({ "If-None-Match": etag.slice(1, -1) }), 200],
    ["a part of it", (etag) => ({ "If-None-Match": `${etag.slice(0, -3)}"` }), 200],
    ["an empty header", () => ({ "If-None-Match": "" }), 200],
    ["the date", () => ({ "If-Modified-Since": MODIFIED }), 304],
    ["a later date", () => ({ "If-Modified-Since": LATER }), 304],
    ["an earlier date", () => ({ "If-Modified-Since": EARLIER }), 200],
    ["no date", () => ({ "If-Modified-Since": "soon" }), 200],
    ["a word and a year", () => ({ "If-Modified-Since": "after 2030" }), 200],
    [
      "a later date in a form that HTTP has not",
      () => ({ "If-Modified-Since": "2030-01-01T00:00:00Z" }),
      200,
    ],
    ["the date in an old form", () => ({ "If-Modified-Since": "Wed May  1 10:00:00 2024" }), 304],
    ["another ETag and the date", () => ({ "If-None-Match": '"other"', "If-Modified-Since": MODIFIED }), 200],
    [
      "the ETag and an earlier date",
      (etag) => ({ "If-None-Match": etag, "If-Modified-Since": EARLIER }),
      304,
    ],
  ];
  for (const [name, headers, status] of MATCHES)
    it(`${name}: ${status}`, async () => {
      const whole = await server.get(dated());
      const answer = await server.get(dated(), headers(etagOf(whole)));
      assert.equal(answer.status, status);
      assert.equal(answer.body.length, status === 304 ? 0 : whole.body.length);
    });

  it("no date of the source is older than any of the client's", async () => {
    const answer = await server.get(origin.target("/same-bytes"), { "If-Modified-Since": LATER });
    assert.equal(answer.status, 200);
  });

  it("304 carries what a cache needs and nothing of the picture", async () => {
    const whole = await server.get(dated());
    for (const method of ["GET", "HEAD"]) {
      const fresh = await server.ask(dated(), { method, headers: { "If-None-Match": etagOf(whole) } });
      assert.equal(fresh.status, 304);
      for (const name of [
        "etag",
        "last-modified",
        "cache-control",
        "vary",
        "content-security-policy",
        "server",
      ])
        assert.equal(fresh.headers[name], whole.headers[name]);
      const gone = ["content-type", "content-disposition", "content-length", "link", "x-origin-width"];
      for (const name of gone) assert.equal(fresh.headers[name], undefined);
    }
  });

  it("are not sent with a refusal", async () => {
    const { headers } = await server.get(origin.target("/nothing"), { "If-None-Match": "*" });
    assert.deepEqual([headers["etag"], headers["last-modified"]], [undefined, undefined]);
  });
});

describe("validators with busters", () => {
  const server = useServer({
    IMGPROXY_ETAG_BUSTER: "v2",
    IMGPROXY_LAST_MODIFIED_BUSTER: "2024-06-01T00:00:00Z",
  });

  it("begin with the one and are no older than the other", async () => {
    const answer = await server.get(origin.target("/dated"));
    const { etag = "", "last-modified": modified } = answer.headers;
    assert.match(etag, /^"v2\/[\w-]{20,}"$/);
    assert.equal(modified, "Sat, 01 Jun 2024 00:00:00 GMT");
    for (const [headers, status] of [
      [{ "If-None-Match": etag }, 304],
      [{ "If-None-Match": etag.replace("v2/", "") }, 200],
      [{ "If-None-Match": etag.replace("v2/", "v1/") }, 200],
      [{ "If-Modified-Since": MODIFIED }, 200],
      [{ "If-Modified-Since": "Sat, 01 Jun 2024 00:00:00 GMT" }, 304],
    ] as const)
      assert.equal((await server.get(origin.target("/dated"), headers)).status, status);
  });

  it("do not make a date where the source has none", async () => {
    assert.equal((await server.get(origin.target("/same-bytes"))).headers["last-modified"], undefined);
  });
});

describe("validators that are switched off", () => {
  const server = useServer({ IMGPROXY_USE_ETAG: "false", IMGPROXY_USE_LAST_MODIFIED: "false" });

  it("are neither sent nor looked at", async () => {
    for (const headers of [{ "If-None-Match": "*" }, { "If-Modified-Since": LATER }]) {
      const answer = await server.get(origin.target("/dated"), headers);
      assert.deepEqual(
        [answer.status, answer.headers["etag"], answer.headers["last-modified"]],
        [200, undefined, undefined],
      );
    }
  });
});
