import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePresets, parseSegments, type Grammar } from "@tintype/url";
import { presetsFor } from "./dev-presets.ts";

/** Presets for so many URLs of each list of options. */
function presets(
  lists: Readonly<Record<string, number>>,
  existing: readonly string[] = [],
  grammar: Grammar = {},
): readonly string[] {
  const known = { ...grammar, presets: parsePresets(existing, grammar) };
  const uses = Object.entries(lists).flatMap(([list, count]) =>
    Array.from({ length: count }, (_, index) => ({
      options: parseSegments(list.split("/"), known),
      path: `/_/${list}/${index}`,
    })),
  );
  return presetsFor(uses, { existing, grammar });
}

describe("presets for options that are used again", () => {
  for (const [list, definition] of [
    ["w:480", "w480=w:480"],
    ["h:90", "h90=h:90"],
    ["rs:fill:480:320/g:sm", "fill-480x320-gravity-sm=rt:fill/w:480/h:320/g:sm"],
    ["w:100/q:60/bl:2.5/sh:1", "w100-blur-2.5-sharpen-quality-60=w:100/bl:2.5/sh:1/q:60"],
    ["el:1/w:8", "w8-enlarge=w:8/el:1"],
    ["sm:0", "strip-metadata-0=sm:0"],
  ] as const)
    it(`${list} is ${definition}`, () => assert.deepEqual(presets({ [list]: 2 }), [definition]));

  it("come in the order of their use, and from two URLs on", () => {
    assert.deepEqual(presets({ "w:1": 2, "w:2": 3, "w:3": 1 }), ["w2=w:2", "w1=w:1"]);
  });

  it("count a URL once, and two spellings of one list together", () => {
    const use = (list: string, path: string) => ({ options: parseSegments(list.split("/")), path });
    const settings = { existing: [], grammar: {} };
    assert.deepEqual(presetsFor([use("w:1", "/a"), use("w:1", "/a")], settings), []);
    assert.deepEqual(presetsFor([use("rs:fit:1:2", "/a"), use("h:2/w:1/rt:fit", "/b")], settings), [
      "fit-1x2=rt:fit/w:1/h:2",
    ]);
  });

  it("leave out the format, and what belongs to one URL", () => {
    assert.deepEqual(presets({ "w:9/f:webp/cb:v1/fn:cat/exp:4000000000": 1, "w:9/f:avif": 1 }), ["w9=w:9"]);
    assert.deepEqual(presets({ "f:webp": 5, "raw:1": 5 }), []);
  });

  it("are none where the server has them already, with what its default preset says", () => {
    const existing = ["default=q:70", "thumb=rs:fill:50:50", "late=w:6/bc:1"];
    assert.deepEqual(presets({ "rs:fill:50:50": 3, "q:70": 3, "pr:thumb": 3 }, existing), []);
    assert.deepEqual(presets({ "w:5": 3 }, existing), ["w5-quality-70=w:5/q:70"]);
  });

  it("take no name that is taken, and none that is very long", () => {
    assert.deepEqual(presets({ "w:5": 2 }, ["w5=w:6"]), ["w5-2=w:5"]);
    const long = "rs:fill:480:320/g:sm/bl:2/sh:3/q:60/bg:ffffff/pd:10:20:30:40/sm:1/scp:1";
    const [[name = ""] = []] = presets({ [long]: 2 }).map((definition) => definition.split("="));
    assert.match(name, /^fill-480x320-gravity-sm-.{0,30}$/);
  });

  it("are written with the configured separator, and read by it", () => {
    const grammar = { separator: "," };
    const definitions = presets({ "w,5/h,6": 2 }, [], grammar);
    assert.deepEqual(definitions, ["5x6=w,5/h,6"]);
    assert.equal(parsePresets(definitions, grammar).size, 1);
  });
});
