import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBuilder } from "./builder.ts";
import { relativeTo } from "./relative.ts";

describe("sources relative to a base URL", () => {
  const cases = [
    ["https://shop.example", "/products/1.jpg", "https://shop.example/products/1.jpg"],
    ["https://shop.example", "products/1.jpg", "https://shop.example/products/1.jpg"],
    ["https://shop.example/", "products/1.jpg", "https://shop.example/products/1.jpg"],
    ["https://shop.example/media", "products/1.jpg", "https://shop.example/media/products/1.jpg"],
    ["https://shop.example/media//", "products/1.jpg", "https://shop.example/media/products/1.jpg"],
    ["https://shop.example/media/", "/products/1.jpg", "https://shop.example/products/1.jpg"],
    ["https://shop.example:8443/media?v=1#a", "1.jpg", "https://shop.example:8443/media/1.jpg"],
    ["https://shop.example", "//cdn.example/x.jpg", "https://cdn.example/x.jpg"],
    ["http://shop.example", "//cdn.example/x.jpg", "http://cdn.example/x.jpg"],
    ["s3://bucket/media", "//cdn.example/x.jpg", "https://cdn.example/x.jpg"],
    ["https://shop.example", "https://other.example/a/../b.jpg", "https://other.example/a/../b.jpg"],
    ["https://shop.example", "HTTP://other.example/x.jpg", "HTTP://other.example/x.jpg"],
    ["https://shop.example", "s3://bucket/key", "s3://bucket/key"],
    // Text is joined, not rewritten: a key of a bucket has no escapes.
    ["s3://bucket/media", "a b/é%20.jpg", "s3://bucket/media/a b/é%20.jpg"],
    ["s3://bucket/media", "/key", "s3://bucket/key"],
    ["local:///", "a.jpg", "local:///a.jpg"],
    ["local:///photos", "a.jpg", "local:///photos/a.jpg"],
    ["local:///photos", "/a.jpg", "local:///a.jpg"],
    ["https://shop.example/media", "a.jpg?from=../b#c", "https://shop.example/media/a.jpg?from=../b#c"],
    ["https://shop.example/media", "...jpg", "https://shop.example/media/...jpg"],
    ["https://shop.example/media", "a..b/c.jpg", "https://shop.example/media/a..b/c.jpg"],
  ] as const;
  for (const [base, source, absolute] of cases) {
    it(`${source} of ${base} is ${absolute}`, () => assert.equal(relativeTo(base)(source), absolute));
  }

  const climbing = `../a.jpg a/../b.jpg ./a.jpg /../a.jpg a/.. %2e%2e/a.jpg .%2E/a.jpg ..\\a.jpg //cdn/../a`;
  for (const source of climbing.split(" ")) {
    it(`${source} is refused, since it may lead out of the base`, () => {
      assert.throws(() => relativeTo("https://shop.example/media")(source), {
        name: "CodecError",
        message: `source: expected a path without "." and ".." in it, got ${JSON.stringify(source)}`,
      });
    });
  }

  for (const base of ["", "/media", "//shop.example", "shop.example", "https:/shop.example", "mailto:a@b"]) {
    it(`cannot be relative to ${JSON.stringify(base)}`, () => {
      assert.throws(() => createBuilder({ endpoint: "", baseUrl: base }), {
        name: "CodecError",
        message: `baseUrl: expected a URL with a scheme and //, got ${JSON.stringify(base)}`,
      });
    });
  }
});

describe("a builder", () => {
  it("makes sources absolute where it has a base URL", () => {
    const image = createBuilder({ endpoint: "", form: "plain", baseUrl: "https://shop.example" });
    assert.equal(image("/a b.jpg"), "/unsafe/plain/https://shop.example/a%20b.jpg");
    assert.equal(image("//cdn.example/x.jpg"), "/unsafe/plain/https://cdn.example/x.jpg");
  });

  it("passes them on as they are where it has none", () => {
    const image = createBuilder({ endpoint: "", form: "plain" });
    for (const source of ["/products/1.jpg", "products/1.jpg", "//cdn.example/x.jpg", "../1.jpg"])
      assert.equal(image(source), `/unsafe/plain/${source}`);
  });
});
