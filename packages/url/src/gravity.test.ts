import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Options } from "./options.ts";
import { formatSegments, parseSegments } from "./segments.ts";

const parse = (path: string): Options => parseSegments(path.split("/"));

describe("offsets of a gravity", () => {
  const cases = [
    // A later gravity without offsets keeps those of an earlier one.
    ["g:so:10:20/g:no", { type: "no", x: 10, y: 20 }],
    ["g:so:10:20/g:no:5", { type: "no", x: 5, y: 20 }],
    ["g:so:10:20/g:no::5", { type: "no", x: 10, y: 5 }],
    ["g:so:10:20/g:no:0:0", { type: "no", x: 0, y: 0 }],
    ["g:fp:0.1:0.2/g:no", { type: "no", x: 0.1, y: 0.2 }],
    ["g:no:0.1:0.2/g:fp::", { type: "fp", x: 0.1, y: 0.2 }],
    ["g:fp:0.1:0.2/g:fp::0.9", { type: "fp", x: 0.1, y: 0.9 }],
    // A focal point beyond the picture means its edge, and has a spelling.
    ["g:no:10:-20/g:fp::", { type: "fp", x: 1, y: 0 }],
    ["g:no:10:-20/g:fp:0.5:", { type: "fp", x: 0.5, y: 0 }],
    // `sm` forgets them.
    ["g:so:10:20/g:sm", { type: "sm" }],
    ["g:so:10:20/g:sm/g:no", { type: "no" }],
  ] as const;
  for (const [path, gravity] of cases) {
    it(`${path} is ${JSON.stringify(gravity)}`, () => {
      const options = parse(path);
      assert.deepEqual(options, { gravity });
      assert.deepEqual(parseSegments(formatSegments(options)), options);
    });
  }

  it("stick to their own option", () => {
    assert.deepEqual(parse("g:so:10:20/c:5:5:no/ex:1:ea/exar:1:we"), {
      gravity: { type: "so", x: 10, y: 20 },
      crop: { width: 5, height: 5, gravity: { type: "no" } },
      extend: { enabled: true, gravity: { type: "ea" } },
      extendAspectRatio: { enabled: true, gravity: { type: "we" } },
    });
  });

  it("stick in crop and extend as well", () => {
    assert.deepEqual(parse("c:5:6:no:1:2/c:7:8:so/ex:1:ea:1:2/ex:1:we::9"), {
      crop: { width: 7, height: 8, gravity: { type: "so", x: 1, y: 2 } },
      extend: { enabled: true, gravity: { type: "we", x: 1, y: 9 } },
    });
  });
});
