import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { describe, it } from "node:test";
import { galleryPage } from "./gallery.ts";
import { PICKED, treatmentOf } from "./treatment.ts";

const SAMPLES = new URL("../../../../samples/", import.meta.url);

describe("the gallery", () => {
  it("shows every sample twice: as it is and as it is made", async () => {
    const samples = await readdir(SAMPLES);
    const pictures = picturesOf(galleryPage({ samples, prefix: "" }));
    const expected = samples.filter((name) => !name.endsWith(".md"));
    assert.ok(expected.length >= 6);
    for (const name of expected) {
      assert.ok(pictures.includes(`/unsafe/raw:1/plain/local:///${name}`), name);
      const options = treatmentOf(name, 0).options.map(({ text }) => text);
      assert.ok(pictures.includes(`/unsafe/${options.join("/")}/plain/local:///${name}`), name);
    }
    assert.equal(pictures.length, expected.length * 2);
  });

  it("writes the URL out in segments that join to the very address of the picture", () => {
    const html = galleryPage({ samples: ["nuthatch.jpg"], prefix: "/img" });
    const segments = [...html.matchAll(/<code>(\/[^<]*)<\/code><span class="gloss">/g)].map(
      ([, text]) => text,
    );
    assert.equal(segments.join(""), picturesOf(html)[1]);
    assert.equal(segments.join(""), "/img/unsafe/rs:fill:480:480/g:sm/plain/local:///nuthatch.jpg");
  });

  it("signs its URLs where it may, and says so where it may not", () => {
    const sign = (path: string): string => `of-${path.length}`;
    const signed = galleryPage({ samples: ["nuthatch.jpg"], prefix: "/img", sign });
    const [raw, made] = [
      "/raw:1/plain/local:///nuthatch.jpg",
      "/rs:fill:480:480/g:sm/plain/local:///nuthatch.jpg",
    ];
    assert.deepEqual(
      picturesOf(signed),
      [raw, made].map((path) => `/img/${sign(path)}${path}`),
    );
    assert.doesNotMatch(signed, /unsafe|not signed|are refused/);
    const other = galleryPage({ samples: ["nuthatch.jpg"], prefix: "", unsigned: true });
    assert.match(other, /wants signed URLs/);
  });

  it("encodes and escapes what a file may be called", () => {
    const html = galleryPage({ samples: [`a"><script>'&@?#%.jpg`, "ü b/ç.png"], prefix: "" });
    assert.equal([...html.matchAll(/<script/g)].length, 1);
    assert.ok(html.includes("/raw:1/plain/local:///a%22%3E%3Cscript%3E&#39;%26%40%3F%23%25.jpg"));
    assert.ok(html.includes("/raw:1/plain/local:///%C3%BC%20b/%C3%A7.png"));
    assert.ok(html.includes(`alt="a&quot;&gt;&lt;script&gt;&#39;&amp;@?#%.jpg, the original"`));
  });

  it("escapes the prefix", () => {
    const html = galleryPage({ samples: ["a.jpg"], prefix: `/"><b>` });
    assert.ok(!html.includes("<b>/"));
    assert.ok(html.includes('src="/&quot;&gt;&lt;b&gt;/unsafe/'));
  });

  it("tells of the licences of our samples, and of none where the pictures are others", () => {
    assert.match(galleryPage({ samples: ["nuthatch.jpg", "mine.jpg"], prefix: "" }), /LICENSE\.md/);
    assert.doesNotMatch(galleryPage({ samples: ["mine.jpg"], prefix: "" }), /LICENSE/);
  });

  it("leaves out what is no picture, and says so where nothing is left", () => {
    const html = galleryPage({ samples: ["LICENSE.md", ".DS_Store", "movie.mp4"], prefix: "" });
    assert.deepEqual(picturesOf(html), []);
    assert.match(html, /holds no picture/);
  });

  it("shows our samples in the order of the table, then others by name, and not thousands of them", () => {
    const many = Array.from({ length: 40 }, (_, index) => `z${String(index).padStart(2, "0")}.jpg`);
    const html = galleryPage({ samples: [...many.toReversed(), "dandelion.jpg", "peaks.jpg"], prefix: "" });
    const originals = picturesOf(html).filter((url) => url.includes("/raw:1/"));
    assert.deepEqual(
      originals.slice(0, 3).map((url) => url.slice(url.lastIndexOf("/") + 1)),
      ["peaks.jpg", "dandelion.jpg", "z00.jpg"],
    );
    assert.equal(originals.length, 24);
    assert.match(html, /18 more in the folder/);
  });
});

describe("treatments", () => {
  it("are picked for every picture of the sample folder, and for no other", async () => {
    const pictures = (await readdir(SAMPLES)).filter((name) => !name.endsWith(".md"));
    assert.deepEqual(Object.keys(PICKED).sort(), pictures.sort());
  });

  it("take turns for other pictures", () => {
    const titles = [0, 1, 2, 3, 4].map((place) => treatmentOf("constructor", place).title);
    assert.equal(new Set(titles).size, 4);
    assert.equal(titles[4], titles[0]);
  });

  it("follow the kind of picture where that matters", () => {
    assert.equal(treatmentOf("logo.SVG", 1), PICKED["engraving.svg"]);
    assert.equal(treatmentOf("cat.gif", 1), PICKED["shutter.gif"]);
  });
});

const picturesOf = (html: string): readonly string[] =>
  [...html.matchAll(/<img src="([^"]*)"/g)].map(([, url = ""]) => url);
