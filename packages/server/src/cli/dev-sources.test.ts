import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { encodeBase64, parsePath, splitTarget } from "@tintype/url";
import { configOf } from "../config/config.ts";
import type { Config } from "../config/settings.ts";
import { createPlacing } from "./dev-sources.ts";

const home = mkdtempSync(join(tmpdir(), "tintype-dev-"));
after(() => rmSync(home, { recursive: true }));
const folder = join(home, "public");
mkdirSync(join(folder, "img", "grün"), { recursive: true });
for (const name of ["public/img/a.jpg", "public/img/grün/b c.jpg", "public/50%.jpg", "secret.jpg"])
  writeFileSync(join(home, name), "");

interface Found {
  readonly source: string;
  readonly place: string;
  readonly options: unknown;
}

/** What becomes of the source in a target. */
async function find(
  target: string,
  { upstream, prefix = "", ...url }: Partial<Config["url"]> & { upstream?: string; prefix?: string } = {},
): Promise<Found | undefined> {
  const settings = { ...configOf().url, ...url };
  const placed = await createPlacing({
    folder,
    upstream: upstream === undefined ? undefined : new URL(upstream),
    url: settings,
    pathPrefix: prefix,
  })(target);
  if (!placed) return undefined;
  const { source: place, options } = parsePath(splitTarget(placed.target, prefix).path, {
    separator: settings.argumentsSeparator,
    base64IncludesFilename: settings.base64UrlIncludesFilename,
  });
  return { source: placed.source, place, options };
}

const SITE = { upstream: "https://site.example/" };

describe("the place of a source", () => {
  for (const [asked, settings, source, place] of [
    // Without an upstream.
    ["img/a.jpg", {}, "local:///img/a.jpg", "local:///img/a.jpg"],
    ["/img/missing.jpg", {}, "local:///img/missing.jpg", "local:///img/missing.jpg"],
    [
      "https://site.example/img/a.jpg",
      {},
      "https://site.example/img/a.jpg",
      "https://site.example/img/a.jpg",
    ],
    // Relative, with one.
    ["img/a.jpg", SITE, "https://site.example/img/a.jpg", "local:///img/a.jpg"],
    ["/img/a.jpg", SITE, "https://site.example/img/a.jpg", "local:///img/a.jpg"],
    ["img/new.jpg", SITE, "https://site.example/img/new.jpg", "https://site.example/img/new.jpg"],
    // Absolute, with one.
    ["https://site.example/img/a.jpg", SITE, "https://site.example/img/a.jpg", "local:///img/a.jpg"],
    [
      "https://site.example:443/img/a.jpg%3Fv=2",
      SITE,
      "https://site.example:443/img/a.jpg?v=2",
      "local:///img/a.jpg",
    ],
    [
      "https://site.example/img/new.jpg",
      SITE,
      "https://site.example/img/new.jpg",
      "https://site.example/img/new.jpg",
    ],
    ["http://site.example/img/a.jpg", SITE, "http://site.example/img/a.jpg", "http://site.example/img/a.jpg"],
    [
      "https://site.example.org/img/a.jpg",
      SITE,
      "https://site.example.org/img/a.jpg",
      "https://site.example.org/img/a.jpg",
    ],
    ["local:///img/a.jpg", SITE, "local:///img/a.jpg", "local:///img/a.jpg"],
    // Escapes in a URL are none in the name of a file.
    [
      "img/gr%25C3%25BCn/b%2520c.jpg",
      SITE,
      "https://site.example/img/gr%C3%BCn/b%20c.jpg",
      "local:///img/grün/b c.jpg",
    ],
    ["50%2525.jpg", SITE, "https://site.example/50%25.jpg", "local:///50%.jpg"],
    ["50%25.jpg", SITE, "https://site.example/50%.jpg", "https://site.example/50%.jpg"],
    // What is a folder, or lies outside of it, is not in it.
    ["img", SITE, "https://site.example/img", "https://site.example/img"],
    ["../secret.jpg", SITE, "https://site.example/../secret.jpg", "https://site.example/../secret.jpg"],
    [
      "x%252f..%252f..%252fsecret.jpg",
      SITE,
      "https://site.example/x%2f..%2f..%2fsecret.jpg",
      "https://site.example/x%2f..%2f..%2fsecret.jpg",
    ],
    // Below a path.
    [
      "a.jpg",
      { upstream: "https://site.example/img/" },
      "https://site.example/img/a.jpg",
      "https://site.example/img/a.jpg",
    ],
    [
      "https://site.example/shop/img/a.jpg",
      { upstream: "https://site.example/shop/" },
      "https://site.example/shop/img/a.jpg",
      "local:///img/a.jpg",
    ],
    // What the environment says goes first.
    [
      "a.jpg",
      { ...SITE, baseUrl: "https://site.example/img/" },
      "https://site.example/img/a.jpg",
      "local:///img/a.jpg",
    ],
    ["a.jpg", { baseUrl: "https://cdn.example/" }, "https://cdn.example/a.jpg", "https://cdn.example/a.jpg"],
    [
      "cms://7/a.jpg",
      { ...SITE, urlReplacements: [{ pattern: "cms://*/", replacement: "https://site.example/img/" }] },
      "https://site.example/img/a.jpg",
      "local:///img/a.jpg",
    ],
  ] as const)
    it(`of ${asked} with ${JSON.stringify(settings)} is ${place}`, async () => {
      const found = await find(`/_/w:5/plain/${asked}`, settings);
      assert.deepEqual(found, { source, place, options: { width: 5 } });
    });

  for (const [target, settings, options] of [
    [
      "/pre/fix/SIG/w:5/q:6/plain/img/a.jpg@webp?x=1",
      { prefix: "/pre/fix" },
      { width: 5, quality: 6, format: "webp" },
    ],
    [`/_/${encodeBase64("img/a.jpg")}.png`, {}, { format: "png" }],
    [`/_/w:5/${encodeBase64("img/a.jpg")}/cat.jpg`, { base64UrlIncludesFilename: true }, { width: 5 }],
    ["/_/w,5/plain/img/a.jpg", { argumentsSeparator: "," }, { width: 5 }],
  ] as const)
    it(`is found in ${target}`, async () => {
      const found = await find(target, { ...SITE, ...settings });
      assert.deepEqual(found, {
        source: "https://site.example/img/a.jpg",
        place: "local:///img/a.jpg",
        options,
      });
    });

  it("is found behind a list of presets", async () => {
    const url = { ...configOf().url, onlyPresets: true };
    const place = createPlacing({ folder, upstream: new URL(SITE.upstream), url, pathPrefix: "" });
    const placed = await place("/_/a:b/plain/img/a.jpg");
    assert.deepEqual(placed, {
      source: "https://site.example/img/a.jpg",
      relative: "img/a.jpg",
      target: `/_/a:b/${encodeBase64("local:///img/a.jpg")}`,
    });
  });

  it("leaves a target as it was written where the source stays what it is", async () => {
    const place = createPlacing({ folder, upstream: undefined, url: configOf().url, pathPrefix: "" });
    const target = "/SIG/rs:fill:5:6/plain/https://site.example/a%20b.jpg@webp?x=1";
    assert.deepEqual(await place(target), { source: "https://site.example/a b.jpg", target });
  });

  for (const target of [
    "/",
    "/_/",
    "/_/w:5",
    "/_/plain/",
    "/_/plain/a%2.jpg",
    "/c1/tag/w48-640,l2,fawj,q1,t0,n0.0/c3Jj/w48",
  ])
    it(`is unknown in ${target}`, async () => assert.equal(await find(target, SITE), undefined));
});
