import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPTIONS, STAGES, type AnyOption } from "@tintype/url";
import { controls, type Offer } from "./controls.ts";
import { leavesOf } from "./leaves.ts";
import { FOREMOST, RANGES, type Range } from "./ranges.ts";

const ROWS = Object.entries(OPTIONS as Readonly<Record<string, AnyOption>>);
const EVERYTHING: Offer = {
  presets: ["sharp"],
  onlyPresets: false,
  allowed: new Set(),
  security: true,
  bypass: true,
};
const optionsIn = (html: string): readonly string[] =>
  [...html.matchAll(/data-option="([^"]*)"/g)].map(([, name = ""]) => name);

describe("the controls of the playground", () => {
  it("are one row for each option of the table, and one group for each stage", () => {
    const html = controls(EVERYTHING);
    assert.deepEqual([...optionsIn(html)].sort(), ROWS.map(([name]) => name).sort());
    const stages = [...html.matchAll(/class="group" data-stage="([^"]*)"/g)].map(([, stage]) => stage);
    assert.deepEqual(stages, STAGES);
  });

  it("are each of the kind that the codec's shape asks for", () => {
    const kinds = Object.fromEntries(
      ROWS.map(([name, { arg }]) => [name, leavesOf(arg.shape, name).map(({ kind }) => kind)]),
    );
    assert.deepEqual(kinds["enlarge"], ["flag"]);
    assert.deepEqual(kinds["blur"], ["number"]);
    assert.deepEqual(kinds["resizingType"], ["choice"]);
    assert.deepEqual(kinds["background"], ["color"]);
    assert.deepEqual(kinds["skipProcessing"], ["several"]);
    assert.deepEqual(kinds["cacheTags"], ["words"]);
    assert.deepEqual(kinds["gravity"], ["compass", "number", "number"]);
    assert.deepEqual(kinds["crop"], ["number", "number", "compass", "number", "number"]);
    assert.deepEqual(kinds["flip"], ["flag", "flag"]);
    for (const [name, found] of Object.entries(kinds)) assert.ok(found.length > 0, name);
  });

  it("have one id each", () => {
    const ids = [...controls(EVERYTHING).matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("say what each option does, in the table's words", () => {
    const html = controls(EVERYTHING);
    assert.ok(html.includes(OPTIONS.blur.docs));
    assert.equal([...html.matchAll(/class="docs"/g)].length, ROWS.length);
  });

  it("leave out what this server refuses", () => {
    const gated = ROWS.filter(([, { gated }]) => gated !== undefined).map(([name]) => name);
    assert.ok(gated.length > 0);
    const shown = optionsIn(controls({ ...EVERYTHING, security: false, bypass: false, presets: [] }));
    for (const name of [...gated, "preset"]) assert.ok(!shown.includes(name), name);
    assert.equal(shown.length, ROWS.length - gated.length - 1);
    const few = { ...EVERYTHING, presets: [], allowed: new Set(["w", "quality"]) };
    assert.deepEqual(optionsIn(controls(few)), ["width"]);
    assert.deepEqual(optionsIn(controls({ ...EVERYTHING, onlyPresets: true })), ["preset"]);
  });

  it("escape the names of presets", () => {
    const html = controls({ ...EVERYTHING, presets: ['"><script>'] });
    assert.ok(!html.includes("<script"));
    assert.ok(html.includes('value="&quot;&gt;&lt;script&gt;"'));
  });
});

describe("the playground's own ranges", () => {
  const leaves = new Map(
    ROWS.flatMap(([name, { arg }]) => leavesOf(arg.shape, name).map((leaf) => [leaf.path, leaf] as const)),
  );

  for (const [path, range] of Object.entries(RANGES as Readonly<Record<string, Range>>))
    it(`slide ${path}, a number of the table, from a value to another that it takes`, () => {
      const leaf = leaves.get(path);
      const slide = leaf?.kind === "number" ? leaf.slide : undefined;
      assert.ok(slide, path);
      assert.ok(slide.min < slide.max && slide.step <= slide.max - slide.min);
      assert.ok(slide.min <= slide.rest && slide.rest <= slide.max);
      if (!path.includes(".")) {
        const { arg } = ROWS.find(([name]) => name === path)?.[1] ?? assert.fail();
        for (const value of [slide.min, slide.max, slide.min + slide.step])
          assert.equal(arg.parse([String(value)]), value, `${path}:${value}`);
      }
      assert.equal(slide.max, range.max);
    });

  it("put rows in front that are in the table", () => {
    for (const name of FOREMOST) assert.ok(Object.hasOwn(OPTIONS, name), name);
  });
});
