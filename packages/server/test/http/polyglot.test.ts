/** Files that are two things at once (security.md, COD-2): the first bytes decide, and nothing of the other thing goes out. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { leaks, useServer } from "../fixtures/server.ts";

const SCRIPT = "<script>alert(document.domain)</script>";
const behind = async (name: Parameters<typeof picture>[0], more: string | Buffer): Promise<Buffer> =>
  Buffer.concat([await picture(name), Buffer.from(more)]);

/** A JPEG with a comment right behind its beginning. */
async function commented(text: string): Promise<Buffer> {
  const jpeg = await picture("turnedJpeg");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length + 2);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, 0xfe]),
    length,
    Buffer.from(text),
    jpeg.subarray(2),
  ]);
}

const typed = (type: string, body: Buffer | string) => ({ headers: { "Content-Type": type }, body });

const origin = useOrigin(async () => ({
  "/script-behind.png": await behind("png", SCRIPT),
  "/zip-behind.gif": await behind("movingGif", "PK\u0003\u0004evil.class"),
  "/page-behind.jpg": await behind("turnedJpeg", `<html>${SCRIPT}</html>`),
  "/comment.jpg": await commented(`<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`),
  "/png-named.svg": typed("image/svg+xml", await picture("png")),
  "/svg-named.png": typed(
    "image/png",
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${SCRIPT}</svg>`,
  ),
  "/gif-script.js": typed("image/gif", `GIF89a/*${"\0".repeat(40)}*/=1;alert(1)`),
  "/png-page.html": typed("text/html", `\u0089PNG\r\n\u001a\n<html>${SCRIPT}</html>`),
  "/page.png": typed("image/png", `<!doctype html><html>${SCRIPT}</html>`),
  "/pdf.jpg": Buffer.concat([Buffer.from("%PDF-1.4\n"), await picture("turnedJpeg")]),
  "/ps.png": typed("image/png", "%!PS-Adobe-3.0 EPSF-3.0\n"),
  "/mvg.png": typed("image/png", "push graphic-context\nimage over 0,0 0,0 'https://a.example/x'\n"),
  "/phar.jpg": typed("image/jpeg", "<?php __HALT_COMPILER(); ?>\r\n"),
}));

describe("files that are two things at once", { concurrency: 4 }, () => {
  const server = useServer();

  for (const [path, type] of [
    ["/script-behind.png", "image/png"],
    ["/zip-behind.gif", "image/gif"],
    ["/page-behind.jpg", "image/jpeg"],
    ["/comment.jpg", "image/jpeg"],
    ["/png-named.svg", "image/png"],
    ["/svg-named.png", "image/svg+xml"],
  ] as const)
    it(`${path} is ${type} and nothing else`, async () => {
      const { status, headers, body } = await server.get(origin.target(path));
      assert.deepEqual([status, headers["content-type"]], [200, type]);
      assert.doesNotMatch(body.toString("latin1"), /script|alert|evil|PK\u0003/);
    });

  for (const path of [
    "/gif-script.js",
    "/png-page.html",
    "/page.png",
    "/pdf.jpg",
    "/ps.png",
    "/mvg.png",
    "/phar.jpg",
  ])
    it(`${path} is no picture`, async () => {
      const answer = await server.get(origin.target(path));
      assert.equal(answer.status, 422);
      assert.equal(answer.headers["content-type"], "text/plain");
      assert.deepEqual(leaks(answer, ["alert", "script"]), []);
    });
});
