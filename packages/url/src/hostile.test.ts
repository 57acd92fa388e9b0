import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeBase64 } from "./base64.ts";
import { UrlError } from "./error.ts";
import type { Grammar } from "./segments.ts";
import { parsePath, splitTarget } from "./target.ts";

/** Text that is nearly a URL of ours. */
const hostile = fc
  .array(
    fc.oneof(
      {
        arbitrary: fc.constantFrom("/", ":", "@", ".", "%", "?", "plain/", "/plain/", "%3A", "%E9", "=", "-"),
        weight: 4,
      },
      fc.constantFrom(
        "unsafe",
        "w",
        "rs",
        "fill",
        "c",
        "g",
        "fp",
        "wm",
        "fq",
        "pr",
        "t",
        "fn",
        "1",
        "sm",
        "png",
      ),
      fc.constantFrom(
        "http:",
        "http:/",
        "local:/",
        encodeBase64("http://x/y"),
        "__proto__",
        "constructor",
        "NaN",
        "-0",
        "0x1p-2",
        "9".repeat(30),
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 16 },
  )
  .map((parts) => parts.join(""));

/** What a function gives, or the UrlError that it throws; nothing else may be thrown. */
function attempt<T>(run: () => T): T | UrlError {
  try {
    return run();
  } catch (error) {
    assert.ok(error instanceof UrlError, String(error));
    assert.match(error.message, /expected|permitted|allowed/);
    return error;
  }
}

const GRAMMARS: readonly Grammar[] = [
  {},
  { security: true, base64IncludesFilename: true },
  { separator: "%" },
  { separator: "/" },
  { separator: "plain" },
  {
    onlyPresets: true,
    presets: new Map([
      ["w", ["w:1"]],
      ["default", ["q:1"]],
    ]),
  },
  { allowed: new Set(["w", "rs", "pr"]), presets: new Map([["1", ["pr:1", "c:1:1:fp:0:0"]]]) },
];

describe("whatever is asked", () => {
  it("is read or refused with a UrlError", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom("", "/img"),
        fc.constantFrom(...GRAMMARS),
        (text, prefix, grammar) => {
          for (const target of [text, `/unsafe/${text}`, `/img/unsafe/${text}`]) {
            const cut = attempt(() => splitTarget(target, prefix));
            const read = attempt(() => parsePath(cut instanceof UrlError ? text : cut.path, grammar));
            seen.add(read instanceof UrlError ? read.code : "read");
          }
        },
      ),
      { seed: 1, numRuns: 2500 },
    );
    // The property means something only where it has seen every way to end.
    for (const end of [
      "read",
      "invalid_option",
      "invalid_source",
      "invalid_path",
      "option_not_allowed",
      "unknown_preset",
    ])
      assert.ok(seen.has(end), end);
  });

  it("is cut the same whatever the query", () => {
    fc.assert(
      fc.property(hostile, hostile, (path, query) => {
        const [a, b] = [`/sig/${path}`, `/sig/${path}?${query}`].map((target) =>
          attempt(() => splitTarget(target)),
        );
        assert.deepEqual(a, b);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  const long = 8000;
  const endless = [
    [":".repeat(long), "invalid_option"],
    ["a:/".repeat(long), "invalid_option"],
    [`plain/${"%".repeat(long)}`, "invalid_source"],
    [`plain/${"@".repeat(long)}`, "invalid_source"],
    [`plain/${"%E9".repeat(long)}`, "read"],
    [`plain/${"a:/b".repeat(long)}`, "read"],
    [`w:${"0".repeat(long)}1/YQ`, "read"],
    [`w:${"0".repeat(long)}x/YQ`, "invalid_option"],
    [`bl:${"1".repeat(long)}/YQ`, "invalid_option"],
    [`bl:0x${"1".repeat(long)}p1/YQ`, "invalid_option"],
    [`g${":1".repeat(long)}/YQ`, "invalid_option"],
    [`skp${":png".repeat(long)}/YQ`, "read"],
    ["=".repeat(long), "invalid_source"],
    ["A".repeat(long), "read"],
    ["A/".repeat(long), "read"],
  ] as const;
  for (const [path, end] of endless) {
    it(`ends as ${end}, however long: ${path.slice(0, 12)}...`, () => {
      const read = attempt(() => parsePath(splitTarget(`/sig/${path}`).path));
      assert.equal(read instanceof UrlError ? read.code : "read", end);
      if (read instanceof UrlError)
        assert.ok(read.message.length < 200, "the message quotes no more than a little");
    });
  }
});
