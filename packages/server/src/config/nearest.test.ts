import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { distance, nearest } from "./nearest.ts";

describe("nearest names", () => {
  for (const [from, to, expected] of [
    ["", "", 0],
    ["", "abc", 3],
    ["abc", "", 3],
    ["kitten", "sitting", 3],
    ["serve", "sevre", 2],
    ["same", "same", 0],
  ] as const)
    it(`${from || "nothing"} and ${to || "nothing"} are ${expected} apart`, () =>
      assert.equal(distance(from, to), expected));

  const KNOWN = ["serve", "sign", "config", "IMGPROXY_MAX_REDIRECTS", "IMGPROXY_MAX_CLIENTS"];
  for (const [given, expected] of [
    ["serv", "serve"],
    ["cofnig", "config"],
    ["IMGPROXY_MAX_REDIRECT", "IMGPROXY_MAX_REDIRECTS"],
    ["IMGPROXY_MAXREDIRECTS", "IMGPROXY_MAX_REDIRECTS"],
    ["banana", undefined],
    ["x", undefined],
  ] as const)
    it(`${given} means ${expected ?? "nothing known"}`, () => assert.equal(nearest(given, KNOWN), expected));
});
