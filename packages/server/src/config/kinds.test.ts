import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CodecError, hex, integer, text } from "@tintype/url";
import {
  bool,
  capped,
  headerValue,
  list,
  megapixels,
  metricName,
  path,
  prefix,
  share,
  status,
  timer,
  unquoted,
  url,
  word,
  type Kind,
} from "./kinds.ts";
import {
  base64,
  date,
  directory,
  file,
  formatQuality,
  networks,
  presetList,
  replacements,
} from "./values.ts";

const dir = mkdtempSync(join(tmpdir(), "tintype-kinds-"));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(join(dir, "file"), "");
mkdirSync(join(dir, "sub"));

const peer = (): string => ";";

const GOOD: readonly (readonly [string, Kind<unknown>, string, unknown])[] = [
  ...["1", "t", "T", "true", "TRUE", "True"].map((given) => ["bool", bool, given, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((given) => ["bool", bool, given, false] as const),
  ["word in any case", word(["debug", "info"]), "INFO", "info"],
  ["list", list(text), "a, b ,c", ["a", "b", "c"]],
  ["list keeps empty items", list(text), "a,", ["a", ""]],
  ["list of numbers", list(integer()), "80, 8080", [80, 8080]],
  ["hex list", list(hex), "AB, cd", ["ab", "cd"]],
  ["megapixels", megapixels({ above: 0 }), "50", 50_000_000],
  ["megapixels are cut", megapixels({ above: 0 }), "1.5000009", 1_500_000],
  ["capped", capped(10), "20", 10],
  ["capped below", capped(10), "3", 3],
  ["timer", timer({ min: 0 }), "99999999999", 2_147_483],
  ["share", share, "0.5", 0.5],
  ["share of all", share, "1", 1],
  ["status 0", status, "0", 0],
  ["status", status, "404", 404],
  ["prefix", prefix, "/images/small", "/images/small"],
  ["path", path, "/healthz", "/healthz"],
  ["path of a folder", path, "/is/it/", "/is/it/"],
  ["header", headerValue, "https://a.example", "https://a.example"],
  ["header beyond ASCII", headerValue, 'Bücher ("1.0")', 'Bücher ("1.0")'],
  ["unquoted", unquoted, "2024 v1", "2024 v1"],
  ["url", url, "s3://bucket/key", "s3://bucket/key"],
  ["metric name", metricName, "img_1", "img_1"],
  [
    "replacements",
    replacements,
    "mys3://=s3://bucket/;old/*/=new/${1}=/",
    [
      { pattern: "mys3://", replacement: "s3://bucket/" },
      { pattern: "old/*/", replacement: "new/${1}=/" },
    ],
  ],
  ["replacements are not trimmed", replacements, " a = b ", [{ pattern: " a ", replacement: " b " }]],
  [
    "format qualities",
    formatQuality({ webp: 79, avif: 63 }),
    "jpg=70,avif=40",
    { webp: 79, avif: 40, jpeg: 70 },
  ],
  ["presets", presetList, "a=w:1,2;b=h:2", ["a=w:1,2", "b=h:2"]],
  ["networks", networks, "10.0.0.0/8, ::1", ["10.0.0.0/8", "::1"]],
  ["date", date, "2024-01-31T10:00:00Z", new Date(1_706_695_200_000)],
  ["date of a leap day", date, "2024-02-29T00:00:00Z", new Date(1_709_164_800_000)],
  ["date with a zone", date, "2024-01-31T11:00:00.5+01:00", new Date(1_706_695_200_500)],
  ["base64", base64, "aGk=", new Uint8Array([104, 105])],
  ["base64 in lines", base64, "aG\nk=", new Uint8Array([104, 105])],
  ["file", file, join(dir, "file"), join(dir, "file")],
  ["directory", directory, join(dir, "sub"), join(dir, "sub")],
];

const BAD: readonly (readonly [string, Kind<unknown>, string])[] = [
  ...["yes", "on", " true", "2"].map((given) => ["bool", bool, given] as const),
  ["word", word(["debug", "info"]), "loud"],
  ["word is not trimmed", word(["info"]), "info "],
  ["list of numbers", list(integer()), "80,"],
  ["hex list", list(hex), "abc"],
  ["hex list with an empty item", list(hex), "ab,"],
  ["megapixels", megapixels({ above: 0 }), "0"],
  ["timer with a unit", timer({ min: 1 }), "10s"],
  ["timer with a fraction", timer({ min: 1 }), "1.5"],
  ["timer of nothing", timer({ min: 1 }), "0"],
  ["share of nothing", share, "0"],
  ["share of more than all", share, "1.1"],
  ["status", status, "99"],
  ["status", status, "600"],
  ["status", status, "many"],
  ["prefix without a slash", prefix, "images"],
  ["prefix with a slash at its end", prefix, "/images/"],
  ["path without a slash", path, "healthz"],
  ["path with a query", path, "/healthz?deep=1"],
  ["header of two lines", headerValue, "a\nb"],
  ["header beyond Latin-1", headerValue, "Łódź"],
  ["unquoted with a quote", unquoted, 'a"b'],
  ["unquoted of two lines", unquoted, "a\r\nb"],
  ["url", url, "example.com"],
  ["metric name", metricName, "1a"],
  ["replacements with an empty entry", replacements, "a=b;"],
  ["replacements without a replacement", replacements, "a"],
  ["format qualities", formatQuality({}), "jpeg"],
  ["format qualities", formatQuality({}), "jpeg=0"],
  ["format qualities", formatQuality({}), "jpeg=70=1"],
  ["format qualities", formatQuality({}), "tga=70"],
  ["networks", networks, "10.0.0.0/33"],
  ["networks", networks, "proxy"],
  ["date", date, "2024-01-31"],
  ["date", date, "2024-13-31T10:00:00Z"],
  ["date beyond its month", date, "2024-02-30T10:00:00Z"],
  ["base64 for URLs", base64, "_-__"],
  ["base64 without padding", base64, "aGk"],
  ["file that is missing", file, join(dir, "missing")],
  ["file that is a directory", file, dir],
  ["file that cannot be", file, "a\0b"],
  ["directory that is a file", directory, join(dir, "file")],
];

describe("kinds of value", () => {
  for (const [name, kind, given, expected] of GOOD)
    it(`${name}: reads ${JSON.stringify(given)}`, () => assert.deepEqual(kind.read(given, peer), expected));

  for (const [name, kind, given] of BAD)
    it(`${name}: refuses ${JSON.stringify(given)}`, () =>
      assert.throws(
        () => kind.read(given, peer),
        (error) => error instanceof CodecError && /^expected .+, got .+$/.test(error.message),
      ));

  for (const [name, kind, given, expected] of GOOD.filter(([, kind]) => kind !== presetList))
    it(`${name}: writes what it reads again (${given})`, () => {
      const written = kind.write(kind.read(given, peer));
      assert.deepEqual(kind.read(written, peer), expected);
    });
});
