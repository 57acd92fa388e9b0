import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { endOfYear } from "./expiry.ts";
import { folderOf, folderUrl, type BuildPolicy } from "./settings.ts";
import { createSigning } from "./signing.ts";

const SETTINGS = {
  endpoint: "https://img.example.com",
  key: "00".repeat(16),
  kid: 1,
  originals: "https://site.example/assets/",
  date: new Date("2026-05-01T12:00:00Z"),
  policies: { hero: { widths: [64, 256] } },
} as const;

const signed = (further: object, policy: Partial<BuildPolicy> = {}): string => {
  const policies = { hero: { ...SETTINGS.policies.hero, ...policy } };
  const signing = createSigning({ ...SETTINGS, ...further, policies });
  return signing.sign("a.jpg", signing.policy("hero"));
};
const hoursOf = (capability: string): number => Number(/,t(\d+),/.exec(capability)![1]);
const hoursAt = (time: string): number => (Date.parse(time) - Date.UTC(2020, 0, 1)) / 3_600_000;

describe("the end of what a build signs", () => {
  it("is the midnight a year after the day's own", () => {
    assert.equal(endOfYear(new Date("2026-05-01T00:00:00Z")).toISOString(), "2027-05-02T00:00:00.000Z");
    assert.equal(hoursOf(signed({})), hoursAt("2027-05-02T00:00:00Z"));
  });

  it("is none for settings that want none, and the policy's own where it has one", () => {
    assert.equal(hoursOf(signed({ endless: true })), 0);
    const expires = new Date("2026-06-01T00:00:00Z");
    assert.equal(hoursOf(signed({ endless: true }, { expires })), hoursAt("2026-06-01T00:00:00Z"));
    assert.equal(hoursOf(signed({}, { expires: "never" })), 0);
  });
});

describe("signing", () => {
  for (const [what, further, expected] of [
    [
      "a policy that allows too much",
      { policies: { big: { widths: [16, 8192], ladder: 1, formats: ["avif", "webp", "jpg", "png"] } } },
      /policy "big": .*128/,
    ],
    [
      "heights",
      { policies: { tall: { widths: [64, 256], heights: [64, 256] } } },
      /policy "tall": expected widths/,
    ],
    [
      "a key that nobody has set",
      { key: undefined as unknown as string },
      /^Error: key: expected hex, got none/,
    ],
    ["a key that is too short", { key: "00" }, /expected a key of 16 bytes/],
  ] as const)
    it(`refuses ${what} before anything is built`, () => {
      assert.throws(() => createSigning({ ...SETTINGS, ...further }), expected);
    });

  it("has another fingerprint under another key, policy or day, and the same under the same", () => {
    const of = (further: object): string => createSigning({ ...SETTINGS, ...further }).fingerprint;
    const others = [
      { key: "01".repeat(16) },
      { kid: 2 },
      { endpoint: "https://other.example" },
      { date: new Date("2026-05-02T00:00:00Z") },
      { policies: { hero: { widths: [64, 128] } } },
      { policies: { hero: { widths: [64, 256], sizes: "10em" } } },
    ];
    assert.equal(new Set([{}, ...others].map(of)).size, others.length + 1);
    assert.equal(of({ date: new Date("2026-05-01T23:00:00Z") }), of({}));
  });
});

describe("where originals are", () => {
  it("is a folder, with or without a slash at its end", () => {
    for (const url of ["https://site.example/a", "https://site.example/a/"])
      assert.equal(folderUrl(url), "https://site.example/a/");
    assert.deepEqual(
      ["/a/b/", "a/b"].map((folder) => folderOf({ folder })),
      ["a/b", "a/b"],
    );
  });

  for (const wrong of ["/assets/", "s3://bucket/", "https://site.example/a?b", "https://site.example/*"])
    it(`is not ${wrong}`, () => assert.throws(() => folderUrl(wrong), /^Error: originals: expected/));
});
