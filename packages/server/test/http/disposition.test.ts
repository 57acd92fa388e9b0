/** Content-Disposition: what a picture is called when it is saved (contract http.md, 4.2). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { base64 } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const origin = useOrigin(async () => {
  const png = await picture("png");
  const paths = [
    "/a/b.png",
    "/a/b",
    "/a/",
    "/.png",
    "/a/b.tar.gz",
    "/a/q%22q.png",
    "/a/%E5%9C%96.png",
    "/a/b%20c.png",
  ];
  return Object.fromEntries(paths.map((path) => [path, png]));
});

const encoded = (name: string): string => `fn:${base64(name)}:1`;
const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

/** What is asked for, and the name that comes of it. */
const NAMES: readonly (readonly [options: string, path: string, filename: string])[] = [
  ["", "/a/b.png", "b.png"],
  ["", "/a/b.png?v=1", "b.png"],
  ["", "/a/b.png?v=1.2", "b.png?v=1.png"],
  ["", "/a/b.png?u=/c", "c.png"],
  ["", "/a/b", "b.png"],
  ["", "/a/", "image.png"],
  ["", "/.png", "image.png"],
  ["", "/a/b.tar.gz", "b.tar.png"],
  ["", '/a/q"q.png', "q%22q.png"],
  ["", "/a/b%20c.png", "b%20c.png"],
  ["fn:holiday", "/a/b.png", "holiday.png"],
  ["fn:a%20b", "/a/b.png", "a%20b.png"],
  ["fn:a.b", "/a/b.png", "a.b.png"],
  [encoded('my "cat"'), "/a/b.png", "my %22cat%22.png"],
  [encoded("圖"), "/a/b.png", `${utf8("圖")}.png`],
  [encoded("a\r\nSet-Cookie: b=c\u007f\0"), "/a/b.png", "aSet-Cookie: b=c.png"],
  [`${encoded("x")}/fn:y`, "/a/b.png", "y.png"],
  ["f:jpg", "/a/b.png", "b.jpg"],
  ["f:webp", "/a/b.png", "b.webp"],
  ["f:gif", "/a/b.png", "b.gif"],
  ["f:tiff", "/a/b.png", "b.tiff"],
  ["f:bmp", "/a/b.png", "b.bmp"],
  ["f:ico", "/a/b.png", "b.ico"],
  ["f:avif/w:16/h:16/rt:force/el:1", "/a/b.png", "b.avif"],
];

describe("Content-Disposition", { concurrency: 4 }, () => {
  const server = useServer();
  const dispositionOf = async (target: string): Promise<string | undefined> =>
    (await server.get(target)).headers["content-disposition"];

  for (const [options, path, filename] of NAMES)
    it(`${options} ${path}: ${filename}`, async () => {
      assert.equal(await dispositionOf(origin.target(path, options)), `inline; filename="${filename}"`);
    });

  it("of a source in UTF-8 is sent byte by byte", async () => {
    const target = origin.target("/a/%E5%9C%96.png").replaceAll("%25", "%");
    assert.equal(await dispositionOf(target), `inline; filename="${utf8("圖")}.png"`);
  });

  for (const [value, kind] of [
    ["1", "attachment"],
    ["true", "attachment"],
    ["0", "inline"],
    ["maybe", "inline"],
  ] as const)
    it(`att:${value} is ${kind}`, async () => {
      assert.equal(
        await dispositionOf(origin.target("/a/b.png", `att:${value}`)),
        `${kind}; filename="b.png"`,
      );
    });

  it("is not sent with a refusal", async () => {
    assert.equal(await dispositionOf(origin.target("/nothing")), undefined);
  });
});

describe("Content-Disposition where IMGPROXY_RETURN_ATTACHMENT is on", () => {
  const server = useServer({ IMGPROXY_RETURN_ATTACHMENT: "true" });

  it("asks for saving unless the URL says otherwise", async () => {
    const [set, unset, raw] = [
      await server.get(origin.target("/a/b.png")),
      await server.get(origin.target("/a/b.png", "att:0")),
      await server.get(origin.target("/a/b.png", "raw:1")),
    ].map(({ headers }) => headers["content-disposition"]);
    assert.deepEqual(
      [set, unset, raw],
      ['attachment; filename="b.png"', 'inline; filename="b.png"', 'attachment; filename="b.png"'],
    );
  });
});
