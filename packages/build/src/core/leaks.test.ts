import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { complainOf, leaksOf } from "./leaks.ts";
import { needlesOf } from "./secrets.ts";

const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const RUNS = { seed: 1, numRuns: 300 };

/** The ways in which a program can hold bytes, between others. */
const WRITINGS: Readonly<Record<string, (key: Buffer, before: Buffer, behind: Buffer) => string>> = {
  hex: (key) => `"${key.toString("hex")}"`,
  "hex in capitals": (key) => `"${key.toString("hex").toUpperCase()}"`,
  base64: (...all) => Buffer.concat([all[1], all[0], all[2]]).toString("base64"),
  "URL-safe base64": (...all) => Buffer.concat([all[1], all[0], all[2]]).toString("base64url"),
  "a string": (key) => JSON.stringify(key.toString("latin1")),
  "a string of escapes": (key) => `"${key.toString("hex").replace(/../g, "\\x$&")}"`,
  "a string of long escapes": (key) => `"${key.toString("hex").replace(/../g, "\\u{$&}")}"`,
  "a data URL": (key) =>
    `data:application/json;base64,${Buffer.from(`{"a":"${key.toString("hex")}"}`).toString("base64")}`,
};

describe("a key", () => {
  for (const [how, write] of Object.entries(WRITINGS))
    it(`is found as ${how}, whatever stands around it`, () => {
      fc.assert(
        fc.property(bytes(16, 64), bytes(0, 9), bytes(0, 9), (key, before, behind) => {
          const program = `const a = ${write(key, before, behind)};`;
          const needles = needlesOf({ key: key.toString("hex") });
          assert.notDeepEqual(leaksOf({ name: "a.js", content: program }, needles), []);
        }),
        RUNS,
      );
    });

  it("is found as bytes in what is no text", () => {
    fc.assert(
      fc.property(bytes(16, 64), bytes(0, 99), bytes(0, 99), (key, before, behind) => {
        const content = Buffer.concat([before, key, behind]);
        assert.notDeepEqual(
          leaksOf({ name: "a.wasm", content }, needlesOf({ key: key.toString("hex") })),
          [],
        );
      }),
      RUNS,
    );
  });

  it("is not found in the writings of another one", () => {
    fc.assert(
      fc.property(bytes(16, 64), bytes(16, 64), (key, other) => {
        fc.pre(!key.equals(other));
        const content = Object.values(WRITINGS)
          .map((write) => write(other.subarray(0, 15), Buffer.of(), Buffer.of()))
          .join("\n");
        assert.deepEqual(leaksOf({ name: "a.js", content }, needlesOf({ key: key.toString("hex") })), []);
      }),
      RUNS,
    );
  });
});

describe("what else is secret", () => {
  const imgproxy = {
    key: "11".repeat(16),
    salt: `${"22".repeat(16)},${Buffer.from("hello").toString("hex")}`,
  };
  const needles = needlesOf({ key: "00".repeat(16), imgproxy });

  it("is named by its setting, and each but once", () => {
    const content = `${"22".repeat(16)} ${"22".repeat(20)} ${"11".repeat(16)}`;
    assert.deepEqual(leaksOf({ name: "a.css", content }, needles), [
      'a.css holds the setting "imgproxy.key" (in hex)',
      'a.css holds the setting "imgproxy.salt" (in hex)',
    ]);
  });

  it("is no word that is found everywhere", () => {
    assert.equal(complainOf([{ name: "a.js", content: 'alert("hello")' }], needles), undefined);
  });
});
