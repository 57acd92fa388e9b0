import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generateUrl, type Options as ClientOptions } from "@imgproxy/imgproxy-js-core";
import { generateImageUrl } from "@imgproxy/imgproxy-node";
import { createBuilder } from "@tintype/url";
import fc from "fast-check";
import { assertSigned, KEY, read, SOURCE } from "./reading.ts";
import { FREE, PAID_OPTIONS, PAID_VALUES } from "./vocabulary.ts";
import { wishes } from "./wishes.ts";

/** The official clients: `@imgproxy/imgproxy-js-core`, and `@imgproxy/imgproxy-node` above it, which signs. */

const ENDPOINT = "https://img.example/prefix";
const displayAs = fc.constantFrom("plain" as const, "base64" as const);
const built = (options: ClientOptions, how: "plain" | "base64"): string =>
  generateImageUrl({ endpoint: ENDPOINT, url: { value: SOURCE, displayAs: how }, options, ...KEY });

describe("what the official clients build", () => {
  it("is read as it was meant, and our builder says the same", () => {
    const keys = new Set<string>(["preset", "pr"]); // Presets stand for other options; they have a test of their own.
    fc.assert(
      fc.property(wishes, displayAs, ({ given, meant }, how) => {
        for (const key of Object.keys(given)) keys.add(key);
        const target = built(given, how).replace(ENDPOINT, "");
        assertSigned(target);
        assert.deepEqual(read(target), { source: SOURCE, options: meant }, target);
        const value = how === "plain" ? SOURCE : Buffer.from(SOURCE).toString("base64url");
        assert.equal(target.replace(/^\/[^/]+/, ""), generateUrl({ value, type: how }, given));
      }),
      { seed: 1, numRuns: 600 },
    );
    assert.deepEqual([...keys].sort(), [...FREE].sort());
  });

  it("names presets as we do", () => {
    const target = built({ preset: ["sharp", "small"] }, "base64").replace(ENDPOINT, "");
    const presets = new Map([
      ["sharp", ["sh:1"]],
      ["small", ["w:9"]],
    ]);
    assert.deepEqual(read(target, { presets }).options, { sharpen: 1, width: 9 });
    const image = createBuilder({ endpoint: "", sign: () => target.split("/")[1] ?? "" });
    assert.equal(image(SOURCE, { preset: ["sharp", "small"] }), target);
  });

  // Their plain sources are not escaped, so that some of them mean something else; ours are, and mean themselves.
  const quirks = [
    ["https://x/a?b=c", "https://x/a"],
    ["https://x/a%20b", "https://x/a b"],
    ["https://x/a@png", "https://x/a"],
  ] as const;
  for (const [source, theirs] of quirks) {
    it(`has lost some of the plain source ${source}, which ours keeps`, () => {
      const url = generateImageUrl({ endpoint: "", url: { value: source, displayAs: "plain" } });
      assert.equal(read(url).source, theirs);
      assert.equal(read(createBuilder({ endpoint: "", form: "plain" })(source)).source, source);
    });
  }
});

describe("what the official clients can say and nobody without the paid edition can read", () => {
  const said: readonly (readonly [key: string, given: unknown])[] = [
    ...Object.entries(PAID_OPTIONS),
    ...PAID_VALUES,
  ];
  for (const [key, given] of said) {
    it(`${key}: ${JSON.stringify(given)}`, () => {
      const target = built({ [key]: given }, "base64").replace(ENDPOINT, "");
      assert.throws(() => read(target), { code: "invalid_option" });
    });
  }
});
