/** Parts of pictures (RFC 9110, section 14; security.md, HTTP-4): one range or all, held together by our own strong ETag. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Answer } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const MODIFIED = "Wed, 01 May 2024 10:00:00 GMT";

const origin = useOrigin(async () => ({
  "/dated": { headers: { "Last-Modified": MODIFIED }, body: await picture("png") },
}));

describe("ranges of a picture", { concurrency: 4 }, () => {
  const server = useServer();
  let whole: Answer;
  before(async () => {
    whole = await server.get(origin.target("/dated"));
  });
  const part = (headers: Record<string, string>, method = "GET"): Promise<Answer> =>
    server.ask(origin.target("/dated"), { method, headers });

  for (const [range, from, to] of [
    ["bytes=0-0", 0, 1],
    ["bytes=2-5", 2, 6],
    ["bytes=7-", 7, Infinity],
    ["bytes=3-99999999999", 3, Infinity],
    ["bytes=-4", -4, Infinity],
    ["bytes=-99999999999", 0, Infinity],
    ["BYTES=1-1", 1, 2],
  ] as const)
    it(`${range} is that part and says so`, async () => {
      const answer = await part({ Range: range });
      const expected = whole.body.subarray(from, to);
      const at = whole.body.indexOf(expected);
      const size = whole.body.length;
      assert.equal(answer.status, 206);
      assert.deepEqual(answer.body, expected);
      assert.equal(answer.headers["content-range"], `bytes ${at}-${at + expected.length - 1}/${size}`);
      assert.equal(answer.headers["content-length"], String(expected.length));
      for (const name of ["etag", "last-modified", "cache-control", "vary", "content-type", "accept-ranges"])
        assert.equal(answer.headers[name], whole.headers[name]);
    });

  for (const range of [
    "bytes=0-0,2-3",
    `bytes=${"0-,".repeat(500)}0-`,
    "bytes=5-2",
    "bytes=-",
    "bytes=a-b",
    "bytes 0-1",
    "pixels=0-1",
    "bytes=0-1;",
    "",
  ])
    it(`${JSON.stringify(range.slice(0, 20))} is answered with everything, once`, async () => {
      const answer = await part({ Range: range });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body, whole.body);
      assert.equal(answer.headers["content-range"], undefined);
    });

  it("beyond the end are 416 with the size, which nobody keeps", async () => {
    for (const range of [`bytes=${whole.body.length}-`, "bytes=-0", "bytes=99999999999999999999-"]) {
      const { status, headers, body } = await part({ Range: range });
      assert.deepEqual([status, body.length], [416, 0]);
      assert.equal(headers["content-range"], `bytes */${whole.body.length}`);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
    }
  });

  it("belong to the copy that If-Range names, by its strong ETag alone", async () => {
    const etag = whole.headers["etag"] ?? "";
    for (const [condition, status] of [
      [etag, 206],
      [`W/${etag}`, 200],
      ['"other"', 200],
      [MODIFIED, 200],
      ["soon", 200],
    ] as const)
      assert.equal((await part({ Range: "bytes=0-1", "If-Range": condition })).status, status, condition);
  });

  it("come after conditions, and not with HEAD", async () => {
    const fresh = await part({ Range: "bytes=0-1", "If-None-Match": whole.headers["etag"] ?? "" });
    assert.deepEqual([fresh.status, fresh.headers["content-range"]], [304, undefined]);
    const head = await part({ Range: "bytes=0-1" }, "HEAD");
    assert.deepEqual([head.status, head.headers["content-length"]], [200, String(whole.body.length)]);
  });

  it("are offered with the whole picture, and not with refusals", async () => {
    assert.equal(whole.headers["accept-ranges"], "bytes");
    const refused = await server.get(origin.target("/nothing"), { Range: "bytes=0-1" });
    assert.deepEqual([refused.status, refused.headers["accept-ranges"]], [404, undefined]);
  });
});

describe("ranges without validators", () => {
  const server = useServer({ IMGPROXY_USE_ETAG: "false" });

  it("are served unless they depend on one", async () => {
    const target = origin.target("/dated");
    assert.equal((await server.get(target, { Range: "bytes=0-1" })).status, 206);
    assert.equal((await server.get(target, { Range: "bytes=0-1", "If-Range": '""' })).status, 200);
    assert.equal((await server.get(target, { Range: "bytes=0-1", "If-Range": "" })).status, 200);
  });
});
