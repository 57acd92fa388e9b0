import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeBase64 } from "./base64.ts";
import { formatSegments, type Grammar } from "./segments.ts";
import { parsePath, splitTarget } from "./target.ts";

describe("splitTarget", () => {
  const cases = [
    ["/sig/w:1/plain/http://x/y", "sig", "w:1/plain/http://x/y"],
    ["sig/w:1/plain/http://x/y", "sig", "w:1/plain/http://x/y"],
    ["//sig/a", "sig", "a"],
    ["/sig/a", "sig", "a"],
    ["/sig//a", "sig", "a"],
    ["/sig/a/", "sig", "a/"],
    ["/sig/../a", "sig", "../a"],
    // The query is nobody's, from the first question mark on.
    ["/sig/a?", "sig", "a"],
    ["/sig/a?b=/c?d", "sig", "a"],
    ["/sig/plain/http://x/y%3Fz?q", "sig", "plain/http://x/y%3Fz"],
    ["/sig/plain/http://x/y?z", "sig", "plain/http://x/y"],
    // Nothing else is decoded.
    ["/s%69g/%77:1/a", "s%69g", "%77:1/a"],
    // Colons that were escaped on the way are put back, in options only and in upper case only.
    ["/sig/rs%3Afill%3A1/plain/http%3A//x", "sig", "rs:fill:1/plain/http%3A//x"],
    ["/sig/w%3a1/plain/x", "sig", "w%3a1/plain/x"],
    ["/sig/w%3A1/aHR0%3AcDov", "sig", "w:1/aHR0:cDov"],
    ["/sig/plain/a%3Ab/plain/c%3A", "sig", "plain/a%3Ab/plain/c%3A"],
    ["/sig/w%3A1/notplain/c%3Ad", "sig", "w:1/notplain/c:d"],
    ["/s%3Ag/w:1/a", "s%3Ag", "w:1/a"],
    // A slash that a scheme lost on the way is put back, in plain sources only.
    ["/sig/plain/http:/x/y", "sig", "plain/http://x/y"],
    ["/sig/w:1/plain/https:/x/y", "sig", "w:1/plain/https://x/y"],
    ["/sig/plain/local:/a/b.png", "sig", "plain/local:///a/b.png"],
    ["/sig/plain/local://a/b.png", "sig", "plain/local://a/b.png"],
    ["/sig/plain/local:///a", "sig", "plain/local:///a"],
    ["/sig/plain/s3:/b/k@png", "sig", "plain/s3://b/k@png"],
    ["/sig/plain/http://x/y", "sig", "plain/http://x/y"],
    ["/sig/plain/http:///x", "sig", "plain/http:///x"],
    ["/sig/plain/http:/", "sig", "plain/http:/"],
    ["/sig/plain/:/x", "sig", "plain/:/x"],
    ["/sig/w:/x/a", "sig", "w:/x/a"],
    // The last such colon counts, and only that one.
    ["/sig/plain/http:/x/a:/b", "sig", "plain/http:/x/a://b"],
    ["/sig/plain/local:/x/a:/b", "sig", "plain/local:/x/a://b"],
    // Only the first marker counts.
    ["/sig/plain/http:/x/plain/http:/y", "sig", "plain/http:/x/plain/http://y"],
    ["/sig/w:1//plain/http:/x", "sig", "w:1//plain/http://x"],
  ] as const;
  for (const [target, signature, path] of cases) {
    it(`cuts ${target}`, () => {
      assert.deepEqual(splitTarget(target), { signature, path });
    });
  }

  const prefixed = [
    ["/img/sig/a", "/img", "sig", "a"],
    ["/img//sig/a", "/img", "sig", "a"],
    ["/a/b/sig/c", "/a/b", "sig", "c"],
    ["/imgsig/a", "/img", "imgsig", "a"],
    ["/other/a", "/img", "other", "a"],
    ["/IMG/a", "/img", "IMG", "a"],
    ["/img/img/a", "/img", "img", "a"],
    ["/img/sig/img/a", "/img", "sig", "img/a"],
  ] as const;
  for (const [target, prefix, signature, path] of prefixed) {
    it(`cuts ${target} behind ${prefix}`, () => {
      assert.deepEqual(splitTarget(target, prefix), { signature, path });
    });
  }

  const refused = [
    ["", ""],
    ["/", ""],
    ["//", ""],
    ["///", ""],
    ["/sig", ""],
    ["/sig/", ""],
    ["/sig//", ""],
    ["///a", ""],
    ["/?/sig/a", ""],
    ["/sig?/a", ""],
    ["/sig/?a", ""],
    ["/img", "/img"],
    ["/img/", "/img"],
    ["/img/sig", "/img"],
    ["/img/sig//", "/img"],
  ] as const;
  for (const [target, prefix] of refused) {
    it(`refuses ${JSON.stringify(target)} behind ${JSON.stringify(prefix)}`, () => {
      assert.throws(() => splitTarget(target, prefix), { name: "UrlError", code: "invalid_path" });
    });
  }
});

const SOURCE = "http://example.com/a.jpg";
const B64 = encodeBase64(SOURCE);

describe("parsePath", () => {
  const cases: readonly (readonly [string, object, string?, Grammar?])[] = [
    [B64, {}],
    [`plain/${SOURCE}`, {}],
    [`w:1/${B64}`, { width: 1 }],
    [
      `rs:fill:300:400:0/g:sm/${B64.slice(0, 7)}/${B64.slice(7)}.png`,
      {
        resizingType: "fill",
        width: 300,
        height: 400,
        enlarge: false,
        gravity: { type: "sm" },
        format: "png",
      },
    ],
    // The first segment without a separator starts the source; all behind it is source.
    ["w:1/plain/h:2/q:3", { width: 1 }, "h:2/q:3"],
    ["plain/w:1", {}, "w:1"],
    // An extension is a format said last.
    [`f:webp/plain/${SOURCE}@png`, { format: "png" }],
    [`f:webp/${B64}.jpg`, { format: "jpeg" }],
    [`f:webp/plain/${SOURCE}@`, { format: "webp" }],
    // Nobody looks at it where the original is streamed.
    [`raw:1/plain/${SOURCE}@nonsense`, { raw: true }],
    [`raw:1/f:png/${B64}.best`, { raw: true, format: "png" }],
    [`raw:0/${B64}.gif`, { raw: false, format: "gif" }],
    // Lists of allowed options do not concern it.
    [`w:1/${B64}.png`, { width: 1, format: "png" }, SOURCE, { allowed: new Set(["w"]) }],
    [`w,1/plain/${SOURCE}`, { width: 1 }, SOURCE, { separator: "," }],
    [`w:1/${B64}/puppy.jpg`, { width: 1 }, SOURCE, { base64IncludesFilename: true }],
    // Names of old resizing types mean something in the first place only.
    ["plain/fit", {}, "fit"],
    [`${encodeBase64("http://example.co/")}/fill`, {}, "http://example.co/~)e"],
  ];
  for (const [path, options, source = SOURCE, grammar] of cases) {
    it(`reads ${path}`, () => {
      assert.deepEqual(parsePath(path, grammar), { source, options });
    });
  }

  const refused: readonly (readonly [string, string, Grammar?])[] = [
    ...["fit", "fill", "fill-down", "force", "auto"].flatMap((type) => [
      [`${type}/300/200/no/1/${B64}.png`, "invalid_path"] as const,
      [type, "invalid_path"] as const,
    ]),
    ["w:1", "invalid_source"],
    ["w:1/", "invalid_source"],
    ["w:1/plain/", "invalid_source"],
    ["w:1/plain/@png", "invalid_source"],
    // A segment of nothing, and one of a dash, end the options.
    [`w:1//plain/${SOURCE}`, "invalid_source"],
    [`w:1//h:2/${B64}`, "invalid_source"],
    [`w:1/-/h:2/plain/${SOURCE}`, "invalid_source"],
    [`w%3a1/plain/${SOURCE}`, "invalid_source"],
    [`nope:1/plain/${SOURCE}`, "invalid_option"],
    [`w:x/plain/${SOURCE}`, "invalid_option"],
    [`:1/plain/${SOURCE}`, "invalid_option"],
    [`plain:/${SOURCE}`, "invalid_option"],
    // Options are read first.
    ["w:x/plain/", "invalid_option"],
    [`w:1/h:2/plain/${SOURCE}`, "option_not_allowed", { allowed: new Set(["w"]) }],
    [`maf:1/plain/${SOURCE}`, "security_option"],
    [`pr:a/plain/${SOURCE}`, "unknown_preset"],
    [`plain/${SOURCE}@best`, "invalid_source"],
    [`w,1/h:2/plain/${SOURCE}`, "invalid_source", { separator: "," }],
  ];
  for (const [path, code, grammar] of refused) {
    it(`refuses ${path} as ${code}`, () => {
      assert.throws(() => parsePath(path, grammar), { name: "UrlError", code });
    });
  }
});

describe("one wish in many spellings", () => {
  const wish = { source: SOURCE, options: { width: 300, height: 200, format: "webp" } };
  const spellings = [
    `w:300/h:200/f:webp/plain/${SOURCE}`,
    `h:200/w:300/f:webp/plain/${SOURCE}`,
    `size:300:200/format:webp/plain/${SOURCE}`,
    `w:+300/h:0200/f:webp/plain/${SOURCE}`,
    `w:1/w:300/h:200/plain/${SOURCE}@webp`,
    `w:300/h:200/f:png/plain/${encodeURIComponent(SOURCE)}@webp`,
    `w:300/h:200/plain/http%3a%2f%2fexample.com%2fa.jpg@webp`,
    `w%3A300/h:200/f%3Awebp/plain/http:/example.com/a.jpg`,
    `w:300/h:200/f:webp/${B64}`,
    `w:300/h:200/${B64}.webp`,
    `w:300/h:200/${B64}==.webp`,
    `w:300/h:200/${B64.slice(0, 5)}//${B64.slice(5)}/.webp`,
  ];
  for (const spelling of spellings) {
    it(spelling, () => {
      const read = parsePath(splitTarget(`/sig/${spelling}?x=1`).path);
      assert.deepEqual(read, wish);
      assert.deepEqual(formatSegments(read.options), ["w:300", "h:200", "f:webp"]);
    });
  }
});
