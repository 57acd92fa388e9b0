import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCapabilities } from "@tintype/url/sign";
import { depict } from "./picture.ts";
import { moduleCode } from "./module.ts";

const capabilities = createCapabilities({ endpoint: "https://a.example", key: "00".repeat(16), kid: 0 });
const policy = { widths: [64, 200], ladder: 3, expires: "never" } as const;
const facts = (width: number) => ({ width, height: 10, thumbhash: "", dominantColor: "#000000" });

const show = (width: number, further = {}) =>
  depict({
    facts: facts(width),
    capability: capabilities.sign("a.jpg", { ...policy, ...further }),
    aspect: undefined,
    sizes: "100vw",
  });

const widthsOf = (srcset: string): readonly (readonly string[])[] =>
  srcset.split(", ").map((each) => /\/(w\d+)\.\w+ (\d+w)$/.exec(each)!.slice(1));

describe("a picture", () => {
  it("has the sizes that it is wide enough for", () => {
    const all = [
      ["w72", "72w"],
      ["w96", "96w"],
      ["w136", "136w"],
      ["w192", "192w"],
    ];
    assert.deepEqual(widthsOf(show(192).picture.srcset), all);
    assert.deepEqual(widthsOf(show(191).picture.srcset), all.slice(0, 3));
  });

  it("that is narrower than all of them has the narrowest, under the width that it has", () => {
    assert.deepEqual(widthsOf(show(50).picture.srcset), [["w72", "50w"]]);
  });

  it("is shown in a middle size of the last format", () => {
    assert.match(show(1000).picture.src, /\/w136\.jpg$/);
    assert.match(show(1000, { formats: ["avif", "auto"] }).picture.src, /\/w136$/);
    assert.deepEqual(show(1000, { formats: ["webp"] }).picture.sources, []);
  });

  it("lists every URL that is in it once", () => {
    const { picture, urls } = show(1000);
    const inside = [picture.srcset, ...picture.sources.map(({ srcset }) => srcset)]
      .flatMap((srcset) => srcset.split(", "))
      .map((each) => each.split(" ")[0]!);
    assert.deepEqual(urls.toSorted(), inside.toSorted());
    assert.equal(new Set(urls).size, 12);
  });

  it("is what its module exports, whatever is in its texts", async () => {
    const { picture } = show(1000);
    const odd = { ...picture, sizes: "`${at}` \\ \" '", srcset: `\`\${x}\\ ${picture.capability}/w72 72w` };
    const code = moduleCode(odd);
    const { default: read } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      default: unknown;
    };
    assert.deepEqual(read, odd);
    assert.equal(code.split(picture.capability).length, 2);
  });
});
