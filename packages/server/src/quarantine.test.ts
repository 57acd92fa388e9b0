import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "./errors.ts";
import { Quarantine } from "./quarantine.ts";

/** A quarantine with a clock of its own. */
function start(ttlSeconds = 600) {
  const clock = { seconds: 1000 };
  const quarantine = new Quarantine({ ttlSeconds, now: () => clock.seconds });
  const isRefused = (file: string): boolean => {
    try {
      quarantine.check(Buffer.from(file));
      return false;
    } catch (error) {
      assert.ok(error instanceof HttpError && error.code === "broken_image", String(error));
      assert.match(error.message, /quarantined for \d+ more seconds/);
      return true;
    }
  };
  const blame = (...files: string[]): void => {
    for (const file of files) quarantine.blame(Buffer.from(file));
  };
  return { quarantine, clock, isRefused, blame };
}

describe("quarantine", () => {
  it("refuses a file that has cost two renderers, and no other of its length", () => {
    const { isRefused, blame } = start();
    assert.equal(isRefused("poison"), false);
    blame("poison");
    assert.equal(isRefused("poison"), false);
    blame("poison", "sample");
    assert.deepEqual(["poison", "sample", "bottle", ""].map(isRefused), [true, false, false, false]);
  });

  it("forgets after its time, which begins anew with each renderer", () => {
    const { clock, isRefused, blame, quarantine } = start(600);
    blame("poison");
    clock.seconds += 599;
    blame("poison");
    clock.seconds += 599;
    assert.equal(isRefused("poison"), true);
    clock.seconds += 1;
    assert.equal(isRefused("poison"), false);
    assert.equal(quarantine.size, 0);
    blame("poison");
    assert.equal(isRefused("poison"), false, "the kills of before do not count");
  });

  it("does not count renderers that were lost before a picture was made of a file", () => {
    const { quarantine, isRefused, blame } = start();
    blame("sample");
    quarantine.absolve(Buffer.from("sample"));
    assert.equal(quarantine.size, 0);
    blame("sample");
    assert.equal(isRefused("sample"), false);
  });

  it("remembers a thousand files, those blamed last", () => {
    const { isRefused, blame, quarantine } = start();
    const files = Array.from({ length: 1001 }, (_, index) => `poison ${index}`);
    for (const file of files) blame(file, file);
    assert.equal(quarantine.size, 1000);
    const forgotten = files.filter((file) => !isRefused(file));
    assert.deepEqual(forgotten, ["poison 0"]);
  });

  it("remembers nothing where its time is 0", () => {
    const { isRefused, blame, quarantine } = start(0);
    blame("poison", "poison");
    assert.equal(isRefused("poison"), false);
    assert.equal(quarantine.size, 0);
  });
});
