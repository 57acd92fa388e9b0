import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { createCapabilities } from "../sign/index.ts";
import loader from "./loader.ts";

const { sign } = createCapabilities({
  endpoint: "https://img.example.com",
  key: "00112233445566778899aabbccddeeff",
  kid: 1,
});
const one = sign("https://example.com/cat.jpg", { widths: [16, 2000] });
const all = sign("https://example.com/cats/*", { widths: [16, 2000], formats: ["avif", "auto"] });
const base64 = (text: string) => Buffer.from(text).toString("base64url");

describe("the loader for next/image", () => {
  afterEach(() => delete process.env.NEXT_PUBLIC_TINTYPE_CAPABILITY);

  it("gives the next rung of a capability", () => {
    assert.equal(loader({ src: one, width: 640 }), `${one}/w704.webp`);
    assert.equal(loader({ src: one, width: 3840, quality: 75 }), `${one}/w1712.webp`);
  });

  for (const src of ["tom/1.jpg", "/tom/1.jpg", "https://example.com/cats/tom/1.jpg"]) {
    it(`finds ${src} below the place in NEXT_PUBLIC_TINTYPE_CAPABILITY`, () => {
      process.env.NEXT_PUBLIC_TINTYPE_CAPABILITY = all;
      assert.equal(loader({ src, width: 640 }), `${all}/${base64("tom/1.jpg")}/w704`);
    });
  }

  it("takes a capability of its own before the shared one", () => {
    process.env.NEXT_PUBLIC_TINTYPE_CAPABILITY = all;
    assert.equal(loader({ src: one, width: 640 }), `${one}/w704.webp`);
  });

  const refusals: [string, string | undefined, string, RegExp][] = [
    [
      "a path without a place",
      undefined,
      "/a.jpg",
      /^TypeError: src: expected a capability, or one for a place in NEXT_PUBLIC_/,
    ],
    [
      "a URL of another place",
      all,
      "https://example.org/a.jpg",
      /or a URL below https:\/\/example\.com\/cats\/, got "https/,
    ],
    ["a URL without a scheme", all, "//example.org/a.jpg", /or a URL below/],
    ["a place that is one picture", one, "/a.jpg", /^TypeError: path: expected none/],
    ["nothing", all, "/", /^TypeError: path: expected the way to one source/],
  ];
  for (const [what, shared, src, message] of refusals) {
    it(`refuses ${what}`, () => {
      if (shared) process.env.NEXT_PUBLIC_TINTYPE_CAPABILITY = shared;
      assert.throws(() => loader({ src, width: 640 }), message);
    });
  }
});
