/** Settings that change how URLs are read: separators, base URL, replacements, file names (contract config.md, section 1). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { base64 } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { look, pages } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const origin = useOrigin(async () => {
  const { "/jpeg": jpeg = Buffer.alloc(0) } = await pages("jpeg");
  return { "/jpeg": jpeg, "/pictures/1/a.jpg": jpeg, "/pictures/2/a.jpg": jpeg };
});

const invalid = [404, "Invalid URL"];

describe("URLs by default", { concurrency: 4 }, () => {
  const server = useServer();
  const source = (): string => base64(origin.url("/jpeg"));

  it("take base64 that is cut by slashes, padded or not, with an extension or not", async () => {
    const text = source();
    const cut = text.replace(/(.{7})/g, "$1/");
    for (const form of [text, cut, `${cut}.png`, `${text}=`, `${text}==.png`, `${text}.`, `/${text}`])
      assert.equal((await server.get(`/_/w:8/${form}`)).status, 200, form);
  });

  it("take booleans that are none for false", async () => {
    const widths = await Promise.all(
      ["1", "t", "T", "true", "TRUE", "True", "0", "f", "yes", "", "2"].map(async (flag) => {
        const { body } = await server.get(origin.target("/jpeg", `w:80/el:${flag}`));
        return (await look(body)).width;
      }),
    );
    assert.deepEqual(widths, [80, 80, 80, 80, 80, 80, 64, 64, 64, 64, 64]);
  });

  it("take later options before earlier ones, and keep what is left empty", async () => {
    for (const [options, size] of [
      ["w:10/w:20", "20x15"],
      ["rs:fill:20:20/rs::30", "30x20"],
      ["rs:fit:20:20/rs:force::8", "20x8"],
      ["s:20:8/rt:force", "20x8"],
    ] as const) {
      const { width, height } = await look((await server.get(origin.target("/jpeg", options))).body);
      assert.equal(`${width}x${height}`, size, options);
    }
  });

  it("end the options with the first segment that is none", async () => {
    const answer = await server.get(`/_/w:10/x/h:10/${base64(origin.url("/jpeg"))}`);
    assert.deepEqual([answer.status, answer.text], invalid);
  });
});

describe("URLs with other settings", { concurrency: 4 }, () => {
  const server = useServer(() => ({
    IMGPROXY_ARGUMENTS_SEPARATOR: ",",
    IMGPROXY_BASE_URL: origin.url("/"),
    IMGPROXY_URL_REPLACEMENTS: "cdn://*/*/=pictures/${2}/$1.;mini:=cdn:",
    IMGPROXY_BASE64_URL_INCLUDES_FILENAME: "true",
    IMGPROXY_PATH_PREFIX: "/img",
  }));

  for (const [target, seen] of [
    ["w,8/plain/jpeg", "/jpeg"],
    ["rs,fill,8,8/plain/jpeg", "/jpeg"],
    [`w,8/${base64("jpeg")}/cat.jpg`, "/jpeg"],
    [`w,8/${base64("jpeg").slice(0, 3)}/${base64("jpeg").slice(3)}/holiday`, "/jpeg"],
    [`w,8/${base64("jpeg")}.png/cat.jpg`, "/jpeg"],
    ["w,8/plain/cdn%3A//a/1/jpg", "/pictures/1/a.jpg"],
    ["w,8/plain/cdn%3A//a/2/jpg", "/pictures/2/a.jpg"],
  ] as const)
    it(`${target} asks for ${seen}`, async () => {
      const before = origin.count(seen);
      assert.equal((await server.get(`/img/_/${target}/`.replace(/\/$/, ""))).status, 200);
      assert.ok(origin.count(seen) > before);
    });

  it("put the base in front of a URL that does not begin with it, and only there", async () => {
    assert.equal((await server.get(`/img/_/plain/${origin.url("/jpeg")}`)).status, 200);
    assert.equal((await server.get("/img/_/plain/http://127.0.0.1:1/x")).status, 404);
    assert.ok(origin.count("/http://127.0.0.1:1/x") === 1);
  });

  it("apply each replacement once, in their order", async () => {
    assert.equal((await server.get("/img/_/plain/mini%3A//a/1/jpg")).status, 404);
    assert.ok(origin.seen.some(({ target }) => target.startsWith("/cdn:")));
  });

  it("no longer know the colon", async () => {
    const answer = await server.get("/img/_/w:8/plain/jpeg");
    assert.deepEqual([answer.status, answer.text], invalid);
  });
});
