import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createElement, type ReactElement } from "react";
import { renderToStaticMarkup, renderToString } from "react-dom/server";
import { createBuilder } from "../builder.ts";
import { createCapabilities } from "../sign/index.ts";
import { Image, Picture, type ImageProps } from "./index.ts";

const { sign } = createCapabilities({
  endpoint: "https://img.example.com",
  key: "00112233445566778899aabbccddeeff",
  kid: 1,
});
const capability = sign("https://example.com/cat.jpg", { widths: [100, 400], formats: ["avif", "webp"] });
const image = createBuilder({ endpoint: "https://img.example.com" });
const cat = { capability, width: 200, height: 100, alt: "A cat" };

const html = (element: ReactElement): string => renderToStaticMarkup(element);
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("components on a server", () => {
  const complaints: unknown[] = [];
  const { error } = console;
  beforeEach(() => {
    complaints.length = 0;
    console.error = (...words: unknown[]) => complaints.push(words);
  });
  afterEach(() => {
    console.error = error;
    assert.deepEqual(complaints, [], "React has nothing to say");
  });

  it("write an <img> whose every attribute a browser knows", () => {
    const text = html(createElement(Image, { ...cat, className: "round", id: "cat" }));
    const srcset = [120, 152, 184, 232, 288, 360].map((width) => `${capability}/w${width}.webp ${width}w`);
    const style = "display:block;object-fit:cover;max-width:100%;height:auto;aspect-ratio:200 / 100";
    assert.equal(
      text,
      '<img alt="A cat" class="round" id="cat" loading="lazy" decoding="async" width="200" height="100"' +
        ` sizes="auto, (min-width: 200px) 200px, 100vw" srcSet="${srcset.join(", ")}" style="${style}"` +
        ` src="${capability}/w232.webp"/>`,
    );
  });

  it("write a <picture> with a source for each modern format", () => {
    const text = html(createElement(Picture, cat));
    assert.match(
      text,
      /^<picture><source type="image\/avif" srcSet="[^"]+\.avif \d+w" sizes="auto, [^"]+"\/><img [^>]+\/><\/picture>$/,
    );
  });

  for (const [name, element] of [
    ["an Image", createElement(Image, { ...cat, priority: true })],
    ["a Picture", createElement(Picture, { ...cat, priority: true })],
  ] as const) {
    it(`preload ${name} with priority, once`, () => {
      const text = renderToString(element);
      assert.equal(count(text, "<link"), 1);
      assert.match(text, /<link rel="preload" as="image" /);
      assert.match(
        text,
        /<link[^>]+ imageSrcSet="[^"]+"[^>]* imageSizes="\(min-width: 200px\) 200px, 100vw"/,
      );
      assert.equal(count(text, 'fetchPriority="high"'), 2);
      assert.match(text, /<img[^>]+loading="eager"/);
    });
  }

  it("hand over what is behind a picture, and what is in front of it", () => {
    const text = html(
      createElement(Image, { ...cat, color: "#876", style: { borderRadius: 8, height: 50 } }),
    );
    assert.match(
      text,
      /style="background:#876;display:block;object-fit:cover;max-width:100%;height:50px;aspect-ratio:200 \/ 100;border-radius:8px"/,
    );
  });

  it("leave a declaration to a stylesheet where it is taken back", () => {
    const text = html(createElement(Image, { ...cat, style: { height: undefined, display: undefined } }));
    assert.match(text, /style="object-fit:cover;max-width:100%;aspect-ratio:200 \/ 100"/);
  });

  it("write the same with a script as without", () => {
    const wanted = { ...cat, blur: true, color: "#876" };
    assert.equal(
      html(createElement(Picture, { ...wanted, fallback: false })),
      html(createElement(Picture, wanted)),
    );
  });

  it("take a builder and what a build imports", () => {
    assert.match(
      html(createElement(Image, { src: "https://example.com/a.jpg", image, fill: true, alt: "" })),
      / src="https:\/\/img\.example\.com\/unsafe\/w:1280\//,
    );
    const src = {
      src: "/a.jpg",
      width: 30,
      height: 20,
      thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI",
      capability,
    };
    assert.match(
      html(createElement(Image, { src, alt: "" })),
      /style="background:rgb\(\d+ \d+ \d+ \/ 1\);.* width="30"|width="30".*background:rgb\(/,
    );
  });

  it("refuse a picture without an alternative text", () => {
    const { alt: _, ...silent } = cat;
    assert.throws(
      () => html(createElement(Image, silent as never)),
      /^TypeError: alt: expected a text, or "" for decoration, got undefined/,
    );
  });
});

describe("types say what is missing", () => {
  const types: readonly ImageProps[] = [
    { capability, alt: "", fill: true },
    { capability, alt: "", fill: true, priority: true, sizes: "100vw" },
    { capability, path: "a.jpg", alt: "", width: 1, height: 1, format: "avif" },
    { src: "a", image, options: { quality: 50 }, alt: "", layout: "full", width: 3, height: 2 },
    { src: { src: "/a.jpg", width: 1, height: 1 }, alt: "" },
    // @ts-expect-error: a picture needs an alternative text
    { capability, width: 1, height: 1 },
    // @ts-expect-error: a box needs a height
    { capability, alt: "", width: 1 },
    // @ts-expect-error: what covers has no width
    { capability, alt: "", fill: true, width: 1, height: 1 },
    // @ts-expect-error: the most important picture cannot wait to be measured
    { capability, alt: "", fill: true, priority: true },
    // @ts-expect-error: a source needs a builder
    { src: "a.jpg", alt: "", width: 1, height: 1 },
    // @ts-expect-error: one origin is enough
    { capability, src: "a.jpg", image, alt: "", width: 1, height: 1 },
    // @ts-expect-error: a builder that signs later cannot write a page
    { src: "a.jpg", image: async () => Promise.resolve(""), alt: "", width: 1, height: 1 },
    // @ts-expect-error: qualities are signed
    { capability, options: { quality: 50 }, alt: "", width: 1, height: 1 },
    // @ts-expect-error: there is no such format
    { capability, format: "gif", alt: "", width: 1, height: 1 },
  ];

  it("for five that are whole and nine that are not", () => assert.equal(types.length, 14));
});
