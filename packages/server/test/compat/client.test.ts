import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { generateImageInfoUrl, generateUrl, type Options as ClientOptions } from "@imgproxy/imgproxy-js-core";
import { parsePath, splitTarget, type Grammar } from "@tintype/url";
import fc from "fast-check";
import { createVerify } from "../../src/guard/signature.ts";
import { FREE, PAID_OPTIONS, PAID_VALUES, UNBUILT } from "../../../url/test/clients/vocabulary.ts";
import { wishes } from "../../../url/test/clients/wishes.ts";

/** The official client for JavaScript, as its packages for Node and for frameworks use it. */

const SOURCE = "https://example.com/images/a.jpg";
const plain = { value: SOURCE, type: "plain" } as const;
const base64 = { value: Buffer.from(SOURCE).toString("base64url"), type: "base64" } as const;

const read = (built: string, grammar: Grammar = {}) =>
  parsePath(splitTarget(`/insecure${built}`).path, { security: true, bypass: true, ...grammar });

const KEY = { key: "943b421c9eb07c83", salt: "520f986b998545b4" };
const verify = createVerify({ keys: [KEY.key], salts: [KEY.salt], signatureSize: 32, trustedSignatures: [] });
/** What the client's package for Node does to a path. */
const signed = (path: string): string => {
  const mac = createHmac("sha256", Buffer.from(KEY.key, "hex"))
    .update(Buffer.from(KEY.salt, "hex"))
    .update(path);
  return `/${mac.digest("base64url")}${path}`;
};

describe("what the client builds", () => {
  it("means what was meant, and its signature fits", () => {
    const keys = new Set<string>();
    fc.assert(
      fc.property(wishes, fc.constantFrom(plain, base64), ({ given, meant }, source) => {
        for (const key of Object.keys(given)) keys.add(key);
        const built = generateUrl(source, given);
        assert.deepEqual(read(built), { source: SOURCE, options: meant }, built);
        const { signature, path } = splitTarget(`/img${signed(built)}`, "/img");
        verify(signature, path);
        assert.deepEqual(parsePath(path, { security: true, bypass: true }).options, meant);
      }),
      { seed: 1, numRuns: 1000 },
    );
    for (const key of ["preset", "pr"]) keys.add(key); // They have a test of their own.
    assert.deepEqual([...keys].sort(), [...FREE].sort());
  });

  const examples: readonly (readonly [ClientOptions, string, object])[] = [
    [
      {
        width: 150,
        height: 150,
        format: "webp",
        quality: 80,
        enlarge: "t",
        extend: { extend: 1, gravity: { type: "nowe", y_offset: 5 } },
        blur: 5,
        zoom: 1.5,
      },
      "bl:5/el:t/ex:t:nowe::5/f:webp/h:150/q:80/w:150/z:1.5",
      {
        blur: 5,
        enlarge: true,
        extend: { enabled: true, gravity: { type: "nowe", y: 5 } },
        format: "webp",
        height: 150,
        quality: 80,
        width: 150,
        zoom: { x: 1.5, y: 1.5 },
      },
    ],
    // Each later segment overwrites what it sets: the client sorts by name.
    [
      {
        width: 1,
        size: { width: 2, height: 3 },
        resize: { resizing_type: "fill", width: 4, enlarge: true },
        height: 5,
      },
      "h:5/rs:fill:4::t/s:2:3/w:1",
      { resizingType: "fill", width: 1, height: 3, enlarge: true },
    ],
    [
      {
        crop: { width: 100, height: 100, gravity: { type: "nowe", x_offset: 5, y_offset: 5 } },
        gravity: { type: "sm" },
      },
      "c:100:100:nowe:5:5/g:sm",
      { crop: { width: 100, height: 100, gravity: { type: "nowe", x: 5, y: 5 } }, gravity: { type: "sm" } },
    ],
    [{ skip_processing: ["jpg", "png"] }, "sp:jpg:png", { skipProcessing: ["jpeg", "png"] }],
    [{ filename: { name: "" } }, "fn:", {}],
    [
      { trim: { threshold: 10, equal_ver: true } },
      "t:10:::t",
      { trim: { threshold: 10, equalVertical: true } },
    ],
    [{ watermark: { opacity: 0.5, scale: 0 } }, "wm:0.5::::0", { watermark: { opacity: 0.5 } }],
    [
      {
        wild_options: [
          ["rs", "fit", 300, 200],
          ["el", true],
        ],
      },
      "rs:fit:300:200/el:true",
      { resizingType: "fit", width: 300, height: 200, enlarge: true },
    ],
  ];
  for (const [given, built, options] of examples) {
    it(`reads ${built}`, () => {
      assert.equal(generateUrl(plain, given), `/${built}/plain/${SOURCE}`);
      assert.deepEqual(read(generateUrl(plain, given)), { source: SOURCE, options });
    });
  }

  it("holds presets, among options or alone", () => {
    const presets = new Map([
      ["a", ["w:1"]],
      ["b", ["h:2"]],
    ]);
    for (const key of ["preset", "pr"]) {
      const options = { [key]: ["a", "b"], quality: 3 } as ClientOptions;
      assert.deepEqual(read(generateUrl(plain, options), { presets }).options, {
        width: 1,
        height: 2,
        quality: 3,
      });
      const alone = generateUrl(base64, options, { onlyPresets: true });
      assert.equal(alone, `/a:b/${base64.value}`);
      assert.deepEqual(read(alone, { presets, onlyPresets: true }), {
        source: SOURCE,
        options: { width: 1, height: 2 },
      });
    }
  });
});

describe("the client's sources", () => {
  it("may end in a file name", () => {
    const built = generateUrl({ ...base64, filename: "puppy.jpg" }, { width: 1 });
    assert.equal(built, `/w:1/${base64.value}/puppy.jpg`);
    assert.equal(read(built, { base64IncludesFilename: true }).source, SOURCE);
  });

  it("may be padded", () => {
    assert.equal(
      read(generateUrl({ type: "base64", value: btoa("http://x/a?b=c@d") })).source,
      "http://x/a?b=c@d",
    );
  });

  // Plain ones are written as they are, so what means something in our paths means it there too.
  const raw = [
    ["http://x/a b", "http://x/a b"],
    ["http://x/w:300/h:2", "http://x/w:300/h:2"],
    ["http://x/a+b%2Bc", "http://x/a+b+c"],
    ["http://x/a%20b", "http://x/a b"],
    ["http://x/a?b=c", "http://x/a"],
    ["http://x/a%3Fb=c%40d", "http://x/a?b=c@d"],
    ["local:///a/b.png", "local:///a/b.png"],
    ["s3://bucket/plain/key", "s3://bucket/plain/key"],
  ] as const;
  for (const [value, source] of raw) {
    it(`plain ${value} is read as ${source}`, () => {
      assert.deepEqual(read(generateUrl({ type: "plain", value }, { width: 1 })), {
        source,
        options: { width: 1 },
      });
    });
  }

  for (const value of ["http://x/a@2x.png", "http://user@host/a@png", "http://x/100%", "http://x/%zz"]) {
    it(`plain ${value} needed escaping`, () => {
      assert.throws(() => read(generateUrl({ type: "plain", value })), { code: "invalid_source" });
    });
  }

  it("are not read where they are encrypted", () => {
    const value = "p5VjorNdhs7mRRw8gA9TWoRlGci3l1kuzqN43UQlRaRIQ0qtBKW3qFABIsx-ZRz_cVc8iVTYbhsNsxNBL1BHaQ";
    assert.throws(() => read(generateUrl({ type: "encrypted", value })), { code: "invalid_source" });
  });
});

describe("what only the paid edition knows", () => {
  for (const [key, given] of Object.entries(PAID_OPTIONS)) {
    it(`${key} is unknown`, () => {
      const built = generateUrl(plain, { [key]: given });
      assert.match(built, /^\/[a-z_]+:.*\/plain\//, "the client has built it");
      assert.throws(() => read(built), {
        code: "invalid_option",
        message: /^expected a processing option, got "[a-z_]+"$/,
      });
    });
  }

  for (const [key, given] of PAID_VALUES) {
    it(`${key} knows no ${JSON.stringify(given)}`, () => {
      const built = generateUrl(plain, { [key]: given });
      assert.match(built, /^\/[a-z]+:.*\/plain\//, "the client has built it");
      assert.throws(() => read(built), { code: "invalid_option", message: /^[a-z]+: expected .*, got / });
    });
  }

  it("is everything else that the client's types can express", () => {
    const built = generateUrl(plain, Object.fromEntries(UNBUILT.map((key) => [key, 45])));
    assert.equal(built, `/plain/${SOURCE}`, "the client has types for these and builds nothing");
  });

  it("information about a picture is no picture", () => {
    const built = `/info/insecure${generateImageInfoUrl(plain, { size: true, dimensions: true })}`;
    assert.throws(() => parsePath(splitTarget(built).path), { code: "invalid_source" });
  });
});
