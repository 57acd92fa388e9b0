import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { measurePath, measureShape } from "./path.ts";

/** Path data, the length that its outline has at most, and its corners. */
const PATHS: readonly (readonly [string, number, number])[] = [
  ["", 0, 0],
  ["M0 0", 0, 1],
  ["M0 0L3 4", 5, 2],
  ["M0,0 3,4 3,9", 10, 3],
  ["m1 1 3 4 0 5", 10, 3],
  ["M0 0H10V10h-10v-10", 40, 5],
  ["M0 0h3v4z", 12, 4],
  ["M5 5h3z m1 0h1", 7, 5],
  ["M0 0C0 3 4 3 4 0", 10, 2],
  ["M0 0c0 3 4 3 4 0s4-3 4 0", 10 + 3 + 4 + 3 + 2 * 3 - 2, 3],
  ["M0 0Q3 4 6 0", 10, 2],
  ["M0 0Q3 4 6 0T12 0", 10 + 6 + 10, 3],
  ["M0 0A5 5 0 0 1 10 0", 10 + 10 * Math.PI, 2],
  ["M0 0a5 5 0 0110 0", 10 + 10 * Math.PI, 2],
  ["M0 0a5 5 0 10 10 0", 10 + 10 * Math.PI, 2],
  ["M0 0A1 1 0 0 1 10 0", 10 + 10 * Math.PI, 2],
  ["M0 0A0 5 0 0 1 10 0", 10, 2],
  ["M.5.5-.5.5", 1, 2],
  ["M1e1 0L1.5e1-0", 5, 2],
  ["L3 4", 5, 1],
  ["M0 0L3", 0, 1],
  ["M0 0L3 4X9 9L100 100", 5, 2],
  ["M0 0L3 4 !", 5, 2],
  ["M0 0z 1 1", 0, 2],
  ["M0 0A1 1 0 2 0 9 9", 0, 1],
];

describe("measurePath", () => {
  for (const [data, length, vertices] of PATHS)
    it(`finds ${vertices} corners on ${JSON.stringify(data)}`, () => {
      const outline = measurePath(data);
      assert.equal(outline.vertices, vertices);
      assert.ok(Math.abs(outline.length - length) < 1e-9, `expected ${length}, got ${outline.length}`);
    });
});

describe("measureShape", () => {
  const SHAPES: readonly (readonly [string, Readonly<Record<string, string>>, number, number])[] = [
    ["path", { d: "M0 0h9" }, 9, 2],
    ["path", {}, 0, 0],
    ["line", { x1: "1", x2: "4px", y2: "4" }, 5, 2],
    ["polyline", { points: "0,0 3,4 3,9" }, 10, 3],
    ["polygon", { points: "0 0 3 0 3 4" }, 12, 4],
    ["rect", { width: "2", height: "3" }, 10, 0],
    ["rect", { width: "50%" }, 10_000, 0],
    ["circle", { r: "1" }, 2 * Math.PI, 0],
    ["ellipse", { rx: "1", ry: "2" }, 4 * Math.PI, 0],
    ["circle", { r: "many" }, 0, 0],
    ["constructor", {}, 0, 0],
    ["text", { d: "M0 0h9" }, 0, 0],
  ];
  for (const [name, attributes, length, vertices] of SHAPES)
    it(`measures ${name} ${JSON.stringify(attributes)}`, () => {
      const outline = measureShape({ name, attributes: new Map(Object.entries(attributes)), children: [] });
      assert.deepEqual(outline, { length, vertices });
    });
});
