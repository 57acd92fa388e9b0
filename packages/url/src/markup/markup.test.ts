import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBuilder } from "../builder.ts";
import { createCapabilities, type Policy } from "../sign/index.ts";
import { markup, type Markup, type Presentation } from "./markup.ts";
import type { Origin } from "./origin.ts";

const capabilities = createCapabilities({
  endpoint: "https://img.example.com",
  key: "00112233445566778899aabbccddeeff",
  kid: 1,
});
const POLICY: Policy = { widths: [16, 4000], expires: "never" };
const mint = (change: Partial<Policy> = {}, source = "https://example.com/cat.jpg"): string =>
  capabilities.sign(source, { ...POLICY, ...change });
const capability = mint({ formats: ["avif", "webp", "jpg"], widths: [16, 3000] });
const image = createBuilder({ endpoint: "https://img.example.com", form: "plain" });

const img = (wanted: Origin & Presentation): Markup => markup(wanted, { sources: false });
const picture = (wanted: Origin & Presentation): Markup => markup(wanted, { sources: true });

/** Last segments and descriptors of a srcset. */
const entries = (srcset = ""): string[] =>
  srcset.split(", ").map((entry) => entry.slice(entry.lastIndexOf("/") + 1));

describe("widths that are offered", () => {
  it("of a constrained picture reach from a quarter of it to twice its width, and meet that", () => {
    const { srcset } = img({ capability, width: 800, height: 600 }).img;
    const widths = entries(srcset).map((entry) => Number(/ (\d+)w$/.exec(entry)?.[1]));
    assert.deepEqual(widths, [232, 288, 360, 448, 560, 704, 880, 1096, 1368, 1712]);
  });

  it("of a small one are small, and of a narrow policy what there is", () => {
    assert.deepEqual(entries(img({ capability, width: 48, height: 48 }).img.srcset), [
      "w16.webp 16w",
      "w24.webp 24w",
      "w32.webp 32w",
      "w40.webp 40w",
      "w48.webp 48w",
      "w64.webp 64w",
      "w80.webp 80w",
      "w96.webp 96w",
    ]);
    const narrow = mint({ widths: [16, 80] });
    assert.deepEqual(entries(img({ capability: narrow, width: 800, height: 600 }).img.srcset), [
      "w80.webp 80w",
    ]);
  });

  it("of a fixed picture are one for each density, and one where both are the same rung", () => {
    const { srcset, sizes } = img({ capability, layout: "fixed", width: 100, height: 60 }).img;
    assert.deepEqual(entries(srcset), ["w120.webp 1x", "w232.webp 2x"]);
    assert.equal(sizes, undefined);
    const narrow = mint({ widths: [100, 120] });
    const lone = img({ capability: narrow, layout: "fixed", width: 100, height: 60 }).img;
    assert.equal(lone.srcset, undefined);
    assert.match(lone.src, /\/w120\.webp$/);
  });

  for (const layout of ["full", "fill"] as const) {
    it(`of ${layout} reach from a phone's to a wall's`, () => {
      const widths = entries(img({ src: "cat.jpg", image, layout, width: 3, height: 2 }).img.srcset);
      assert.match(widths[0] ?? "", / 360w$/);
      assert.match(widths.at(-1) ?? "", / 4168w$/);
    });
  }
});

describe("formats", () => {
  const cases: [string, Policy["formats"] & {}, string, string[]][] = [
    ["the server's choice where it was signed", ["avif", "jpg", "auto"], "w800", ["avif"]],
    [
      "WebP, which needs no announcement, where it is not",
      ["avif", "webp", "jpg"],
      "w800.webp",
      ["avif", "webp"],
    ],
    ["JPEG before AVIF", ["avif", "jpg"], "w800.jpg", ["avif"]],
    ["PNG before JPEG XL", ["jxl", "png"], "w800.png", ["jxl"]],
    ["AVIF where there is nothing else", ["avif"], "w800.avif", []],
  ];
  for (const [what, formats, lone, sources] of cases) {
    const wanted = { capability: mint({ formats, widths: [600, 800] }), width: 800, height: 600 };
    it(`of an <img> alone: ${what}`, () => {
      assert.equal(entries(img(wanted).img.src.replaceAll(/w\d+/g, "w800"))[0], lone);
    });
    it(`of a <picture>, with ${formats.join(", ")} signed: ${sources.join(", ") || "no"} sources`, () => {
      assert.deepEqual(
        picture(wanted).sources.map(({ type }) => type),
        sources.map((format) => `image/${format}`),
      );
    });
  }

  it("of a <picture> end with the one that every browser shows", () => {
    const wide = mint({ formats: ["avif", "webp", "jpg", "auto"], widths: [600, 800] });
    assert.match(picture({ capability: wide, width: 800, height: 600 }).img.src, /\.jpg$/);
    const modern = mint({ formats: ["avif", "webp"], widths: [600, 800] });
    const { img: last, sources } = picture({ capability: modern, width: 800, height: 600 });
    assert.match(last.src, /\.webp$/);
    assert.deepEqual(
      sources.map(({ type }) => type),
      ["image/avif"],
    );
  });

  it("are one where one is named", () => {
    const made = img({ capability, width: 800, height: 600, format: "avif" });
    assert.match(made.img.src, /\.avif$/);
  });

  it("of a builder are AVIF and WebP, and below them what the server chooses", () => {
    const { img: last, sources } = picture({ src: "local:///cat.jpg", image, width: 400, height: 300 });
    assert.deepEqual(
      sources.map(({ type, srcset }) => [
        type,
        srcset.includes(`@${type?.slice(6)}`) || srcset.includes(`f:${type?.slice(6)}`),
      ]),
      [
        ["image/avif", true],
        ["image/webp", true],
      ],
    );
    assert.doesNotMatch(last.src, /f:|@/);
  });
});

describe("sizes", () => {
  it("are measured by the browser where pictures are lazy, and told to those that cannot", () => {
    const { sizes, loading } = img({ capability, width: 800, height: 600 }).img;
    assert.equal(sizes, "auto, (min-width: 800px) 800px, 100vw");
    assert.equal(loading, "lazy");
  });

  it("are told where a picture is eager, for then it is asked for before it can be measured", () => {
    for (const eager of [{ priority: true }, { loading: "eager" }] as const)
      assert.equal(
        img({ capability, width: 800, height: 600, ...eager }).img.sizes,
        "(min-width: 800px) 800px, 100vw",
      );
    assert.equal(
      img({ capability, width: 8, height: 6, sizes: "auto", loading: "eager" }).img.sizes,
      "100vw",
    );
  });

  it("are those that are given", () => {
    assert.equal(img({ capability, layout: "fill", sizes: "50vw" }).img.sizes, "auto, 50vw");
    assert.equal(img({ capability, layout: "fill", sizes: "auto, 50vw" }).img.sizes, "auto, 50vw");
    assert.equal(img({ capability, layout: "fill", sizes: "auto" }).img.sizes, "auto");
  });
});

describe("a box", () => {
  const cases: [Presentation["layout"], object][] = [
    [
      undefined,
      { display: "block", objectFit: "cover", maxWidth: "100%", height: "auto", aspectRatio: "300 / 200" },
    ],
    ["fixed", { display: "block", objectFit: "cover", width: "300px", height: "200px" }],
    [
      "full",
      { display: "block", objectFit: "cover", width: "100%", height: "auto", aspectRatio: "300 / 200" },
    ],
    [
      "fill",
      {
        display: "block",
        objectFit: "cover",
        position: "absolute",
        inset: "0",
        width: "100%",
        height: "100%",
      },
    ],
  ];
  for (const [layout, style] of cases) {
    it(`stands before its picture is there: ${layout ?? "constrained"}`, () => {
      const made = img({ capability, layout, width: 300, height: 200 });
      assert.deepEqual(made.style, style);
      assert.equal(made.img.width, layout === "fill" ? undefined : 300);
    });
  }

  it("cuts a builder's pictures to its shape, unless options say otherwise", () => {
    assert.match(img({ src: "a.jpg", image, width: 300, height: 200 }).img.src, /\/rt:fill\/w:300\/h:200\//);
    const options = { resizingType: "fit" } as const;
    assert.match(img({ src: "a.jpg", image, options, width: 300, height: 200 }).img.src, /\/rt:fit\//);
    assert.doesNotMatch(img({ src: "a.jpg", image, layout: "fill" }).img.src, /\/h:/);
  });

  it("picks heights where the policy lets them be picked", () => {
    const tall = mint({ widths: [100, 400], heights: [50, 300], formats: ["webp"] });
    assert.match(img({ capability: tall, width: 200, height: 100 }).img.src, /\/w232h120\.webp$/);
  });

  it("takes the aspect that is named", () => {
    const shaped = mint({ widths: [100, 400], aspects: ["3x2", "1x1"], formats: ["webp"] });
    assert.match(img({ capability: shaped, width: 200, height: 200, aspect: 1 }).img.src, /\/w232a1\.webp$/);
  });
});

describe("priority", () => {
  it("loads at once, first, and before the page is read", () => {
    const made = picture({ capability, layout: "full", width: 3, height: 2, priority: true });
    assert.equal(made.img.loading, "eager");
    assert.equal(made.img.fetchpriority, "high");
    assert.equal(made.img.decoding, undefined);
    const [best] = made.sources;
    assert.deepEqual(made.preload, {
      href: best?.srcset
        .split(", ")
        .find((entry) => entry.includes("/w1368"))
        ?.split(" ")[0],
      imagesrcset: best?.srcset,
      imagesizes: "100vw",
      type: "image/avif",
      fetchpriority: "high",
    });
  });

  it("is asked for: other pictures have no preload", () => {
    assert.equal(img({ capability, width: 8, height: 6 }).preload, undefined);
  });
});

describe("what lies behind", () => {
  const size = { width: 300, height: 200 };
  const built = { src: "/a.jpg", ...size, srcset: "/a-32.jpg 32w, /a-300.jpg 300w" };

  it("is nothing where nothing is known", () => {
    assert.equal(img({ capability, ...size }).backdrop, undefined);
    assert.equal(img({ src: built }).backdrop, undefined);
  });

  it("is the colour that is given, or the imported picture's own", () => {
    assert.deepEqual(img({ capability, ...size, color: "#876" }).backdrop, { background: "#876" });
    const coloured = { ...built, dominantColor: "#abc" };
    assert.deepEqual(img({ src: coloured }).backdrop, { background: "#abc" });
    assert.deepEqual(img({ src: coloured, color: "red" }).backdrop, { background: "red" });
  });

  it("is a very small picture, where blur is asked for", () => {
    const covering = (url: string, color = "") => ({
      background: `url("${url}") 50% / cover no-repeat${color}`,
    });
    assert.deepEqual(img({ capability, ...size, blur: true }).backdrop, covering(`${capability}/w16.webp`));
    assert.deepEqual(img({ src: built, blur: true, color: "red" }).backdrop, covering("/a-32.jpg", " red"));
    assert.deepEqual(img({ src: { ...built, srcset: undefined }, blur: true }).backdrop, covering("/a.jpg"));
    const { background } = img({ src: "cat.jpg", image, ...size, blur: true }).backdrop ?? {};
    assert.match(
      background ?? "",
      /^url\("[^"]+\/rt:fill\/w:32\/h:21\/bl:2\/[^"]+"\) 50% \/ cover no-repeat$/,
    );
    const own = "data:image/svg+xml,<svg id='a\"b'/>";
    assert.deepEqual(img({ capability, ...size, blur: own }).backdrop, covering(own.replace('"', "%22")));
  });
});

describe("an imported picture", () => {
  const built = {
    src: "/a.jpg",
    srcset: "/a-320.jpg 320w, /a-640.jpg 640w",
    sizes: "50vw",
    width: 640,
    height: 480,
    sources: [{ type: "image/avif", srcset: "/a-320.avif 320w, /a-640.avif 640w" }],
  };

  it("brings its size, its sizes and its sources", () => {
    const made = picture({ src: built });
    const { width, height, sizes, srcset } = made.img;
    assert.deepEqual([width, height, sizes, srcset], [640, 480, "auto, 50vw", built.srcset]);
    assert.deepEqual(made.sources, [{ ...built.sources[0], sizes: "auto, 50vw" }]);
    assert.deepEqual(img({ src: built }).sources, []);
  });

  it("is shown at another size where one is given", () => {
    const { width, height } = img({ src: built, width: 64, height: 48 }).img;
    assert.deepEqual([width, height], [64, 48]);
  });

  it("has no sizes where its list is one of densities", () => {
    assert.equal(img({ src: { ...built, srcset: "/a.jpg 1x, /b.jpg 2x" } }).img.sizes, undefined);
  });
});

describe("what cannot be shown is refused by name", () => {
  const size = { width: 300, height: 200 };
  const all = mint({}, "https://example.com/cats/*");
  const refusals: [string, unknown, RegExp][] = [
    ["no picture", size, /expected a capability, a src with an image builder, or a src that was imported/],
    ["a source without a builder", { src: "a.jpg", ...size }, /expected a capability, a src with/],
    [
      "a pick instead of a capability",
      { capability: `${capability}/w16.webp`, ...size },
      /^TypeError: capability: expected/,
    ],
    [
      "a capability with a slash at its end",
      { capability: `${capability}/`, ...size },
      /without a slash at its end/,
    ],
    [
      "a place without a path",
      { capability: all, ...size },
      /^TypeError: path: expected the way to one source/,
    ],
    ["a path into one source", { capability, path: "a.jpg", ...size }, /^TypeError: path: expected none/],
    [
      "a format that was not signed",
      { capability, format: "png", ...size },
      /format: expected avif, webp, jpg, as was signed, got "png"/,
    ],
    ["an aspect that was not signed", { capability, aspect: 0, ...size }, /aspect: expected one of the 0/],
    [
      "no width",
      { capability, height: 200 },
      /width: expected whole CSS pixels above 0 for layout "constrained", got undefined/,
    ],
    [
      "a height with a unit",
      { capability, width: 300, height: "200px" },
      /height: expected whole CSS pixels.*got "200px"/,
    ],
    ["half a pixel", { capability, width: 300.5, height: 200 }, /width: expected whole CSS pixels/],
    [
      "a layout of another's",
      { capability, ...size, layout: "responsive" },
      /layout: expected constrained, fixed, full, fill, got "responsive"/,
    ],
    [
      "a builder that signs later",
      { src: "a.jpg", image: async () => Promise.resolve(""), ...size },
      /image: expected a builder whose URLs are text/,
    ],
  ];
  for (const [what, wanted, message] of refusals) {
    it(what, () => {
      assert.throws(() => img(wanted as never), message);
    });
  }
});
