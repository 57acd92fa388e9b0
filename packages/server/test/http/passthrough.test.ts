/** Sources that are answered with their own bytes: SVG, and formats on the skip list (contract processing.md, section 2). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { look, pages, picture } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer } from "../fixtures/server.ts";

const origin = useOrigin(() =>
  pages("png", "jpeg", "gif", "movingGif", "svg", "activeSvg", "brokenSvg", "bmp", "hugePng"),
);

const broken = {
  status: 422,
  body: "Broken or unsupported SVG image",
  code: "broken_svg",
  detail: /./,
  cache: "short",
} as const;

describe("formats that are skipped", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_SKIP_PROCESSING_FORMATS: "gif,bmp" });

  for (const [name, options, mime] of [
    ["gif", "w:2", "image/gif"],
    ["movingGif", "w:2/bl:5", "image/gif"],
    ["bmp", "w:2", "image/bmp"],
    ["gif", "f:gif/w:2", "image/gif"],
    ["png", "skp:png/w:2", "image/png"],
    ["png", "skp:jpg/skp:png/w:2", "image/png"],
    ["png", "sp:jpg:png/w:2", "image/png"],
    ["jpeg", "skip_processing:jpeg", "image/jpeg"],
  ] as const)
    it(`${name} with ${options} is the original`, async () => {
      const { status, headers, body } = await server.get(origin.target(`/${name}`, options));
      assert.deepEqual([status, headers["content-type"]], [200, mime]);
      assert.ok(body.equals(await picture(name)));
      assert.match(headers["content-disposition"] ?? "", /^inline; filename=/);
      assert.ok(headers["etag"]);
    });

  for (const [name, options, format] of [
    ["gif", "f:png/w:2", "png"],
    ["png", "w:2", "png"],
    ["png", "skp:gif/w:2", "png"],
  ] as const)
    it(`${name} with ${options} is made anew`, async () => {
      const { body } = await server.get(origin.target(`/${name}`, options));
      const seen = await look(body);
      assert.deepEqual([seen.width, seen.format], [2, format]);
    });

  it("are measured all the same", async () => {
    const refusal = {
      status: 422,
      body: "Invalid source image",
      code: "resolution_too_big",
      detail: /30000 x 20000/,
      cache: "short",
    } as const;
    await assertRefused(server, origin.target("/hugePng", "skp:png"), refusal);
  });
});

describe("SVG", { concurrency: 4 }, () => {
  const server = useServer();

  for (const options of ["", "f:svg", "w:5/bl:3", "f:svg/w:5"])
    it(`with "${options}" comes back as SVG, rebuilt`, async () => {
      const { status, headers, text } = await server.get(origin.target("/activeSvg", options));
      assert.deepEqual([status, headers["content-type"]], [200, "image/svg+xml"]);
      assert.equal(headers["content-disposition"], 'inline; filename="activeSvg.svg"');
      assert.match(headers["content-security-policy"] ?? "", /sandbox$/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.doesNotMatch(text, /script|onclick|alert|passwd|file:/);
      assert.match(text, /<rect[^>]*width="20"/);
    });

  it("is drawn where another format is asked for", async () => {
    const { body } = await server.get(origin.target("/svg", "f:png/w:40"));
    assert.deepEqual(await look(body), { format: "png", width: 40, height: 20, pages: 1 });
  });

  it("that is broken is refused, drawn or not", async () => {
    for (const options of ["", "f:png", "skp:svg"])
      await assertRefused(server, origin.target("/brokenSvg", options), broken);
  });
});

describe("SVG that is trusted", () => {
  const server = useServer({ IMGPROXY_SANITIZE_SVG: "false" });

  it("comes back as it was", async () => {
    for (const name of ["svg", "activeSvg"] as const) {
      const { body } = await server.get(origin.target(`/${name}`));
      assert.ok(body.equals(await picture(name)));
    }
  });
});
