/** Two requests that differ in bytes never share a key, and two that do not always do (metamorphic: no key is known beforehand). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { loadConfig } from "../../src/config/load.ts";
import { decide } from "../../src/job.ts";
import { policiesOf } from "../../src/policies.ts";
import { randomOptions } from "../fixtures/random-options.ts";

const ENV = {
  IMGPROXY_AUTO_AVIF: "true",
  IMGPROXY_AUTO_WEBP: "true",
  IMGPROXY_AUTO_JXL: "true",
  IMGPROXY_PRESETS: "small=w:100/q:40",
};
const jobsOf = (env: Readonly<Record<string, string>> = {}) =>
  policiesOf(loadConfig({ env: { ...ENV, ...env } }).config, undefined).job;
const jobs = jobsOf();
const SOURCE = "plain/http://a.example/b.jpg";
const keyOf = (options: string, accept = "*/*", settings = jobs): string | undefined => {
  try {
    return decide(options === "" ? SOURCE : `${options}/${SOURCE}`, { accept }, settings).key;
  } catch {
    // A random option may be none; there is nothing to compare then.
    return undefined;
  }
};

/** Options of which each changes what a picture looks like. */
const LOOKS = [
  "w:10",
  "h:10",
  "q:50",
  "bl:2",
  "f:png",
  "bg:ff0000",
  "rot:90",
  "c:5:5",
  "dpr:2",
  "el:1",
  "wm:0.5",
  "sh:1",
  "cb:v2",
];
/** Options of which none does. */
const REPLIES = ["exp:4102444800", "fn:name", "att:1", "ct:red:blue", "cttl:60"];

describe("a key", () => {
  it("has nothing to do with what only shapes the answer, nor with the order of options", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(LOOKS, { minLength: 1 }),
        fc.subarray(REPLIES),
        fc.nat(),
        (looks, replies, seed) => {
          const mixed = [...looks, ...replies].sort((a, b) => hash(a, seed) - hash(b, seed));
          assert.equal(keyOf(mixed.join("/")), keyOf(looks.join("/")));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it("differs wherever the canonical options do", () => {
    fc.assert(
      fc.property(fc.subarray(LOOKS), fc.subarray(LOOKS), (one, other) => {
        assert.equal(keyOf(one.join("/")) === keyOf(other.join("/")), one.join() === other.join());
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it("is one for two spellings of the same", () => {
    for (const [one, other] of [
      ["rs:fill:10:20", "resize:fill:10:20"],
      ["rs:fill:10:20", "rt:fill/w:10/h:20"],
      ["s:10:20", "width:10/height:20"],
      ["pr:small", "preset:small"],
      ["bg:fff", "bg:ffffff"],
      ["w:5/w:10", "w:10"],
      ["f:jpg", "f:jpeg"],
    ] as const)
      assert.equal(keyOf(one), keyOf(other), `${one} and ${other}`);
  });

  it("is never shared by random options that mean something else", () => {
    const seen = new Map<string, string>();
    for (const options of fc.sample(randomOptions, { seed: 3, numRuns: 2000 })) {
      const key = keyOf(options);
      if (key === undefined) continue;
      const meant = JSON.stringify(pixelsOf(options));
      assert.equal(seen.get(key) ?? meant, meant);
      seen.set(key, meant);
    }
    assert.ok(seen.size > 300, String(seen.size));
  });

  it("knows at most four kinds of clients, and none of those is given what it does not accept", () => {
    const words = [
      "image/jxl",
      "image/avif",
      "image/webp",
      "image/png",
      "*/*",
      "image/apng",
      "text/html",
      "image/webp;q=0.8",
    ];
    const keys = new Set<string>();
    fc.assert(
      fc.property(fc.shuffledSubarray(words), (accept) => {
        const job = decide(SOURCE, { accept: accept.join(", ") }, jobs);
        for (const format of job.accepted) assert.ok(accept.some((word) => word.includes(format)));
        keys.add(job.key);
      }),
      { seed: 4, numRuns: 1000 },
    );
    assert.equal(keys.size, 4);
  });

  it("is another one on a server whose settings make other pictures, and the same where they do not", () => {
    const key = keyOf("w:10");
    for (const env of [
      { IMGPROXY_QUALITY: "33" },
      { IMGPROXY_STRIP_METADATA: "false" },
      { IMGPROXY_AVIF_SPEED: "3" },
    ])
      assert.notEqual(keyOf("w:10", "*/*", jobsOf(env)), key, JSON.stringify(env));
    for (const env of [
      { IMGPROXY_TTL: "5" },
      { IMGPROXY_WORKERS: "7" },
      { IMGPROXY_KEY: "00".repeat(32), IMGPROXY_SALT: "00".repeat(32) },
    ])
      assert.equal(keyOf("w:10", "*/*", jobsOf(env as Record<string, string>)), key, JSON.stringify(env));
  });

  it("has the headers and cookies in it that the operator wants to tell pictures apart by", () => {
    const settings = jobsOf({ IMGPROXY_CACHE_KEY_HEADERS: "X-Tenant", IMGPROXY_CACHE_KEY_COOKIES: "shop" });
    const keyFor = (headers: Record<string, string>) => decide(SOURCE, headers, settings).key;
    const keys = [
      {},
      { "x-tenant": "a" },
      { "x-tenant": "b" },
      { cookie: "x=1; shop=a" },
      { cookie: "shop=b" },
    ].map(keyFor);
    assert.equal(new Set(keys).size, 5);
    assert.equal(keyFor({ cookie: "x=2; shop=a" }), keys[3]);
    assert.equal(keyFor({ "x-other": "a" }), keys[0]);
  });
});

function pixelsOf(options: string): unknown {
  const { options: read } = decide(options === "" ? SOURCE : `${options}/${SOURCE}`, {}, jobs);
  const {
    expires: _1,
    filename: _2,
    returnAttachment: _3,
    cacheTags: _4,
    cacheTtl: _5,
    bypassCache: _6,
    ...pixels
  } = read;
  return Object.entries(pixels).sort(([a], [b]) => (a < b ? -1 : 1));
}

const hash = (text: string, seed: number): number =>
  Array.from(text).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + seed) % 65_537, seed % 997);
