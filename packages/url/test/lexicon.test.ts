import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { OPTIONS } from "@tintype/url";
import { lexicon } from "../../../scripts/reference/lexicon.mjs";
import { LEXICON } from "../src/lexicon.ts";

describe("the lexicon", () => {
  it("is what the table of options says: else run `npm run reference`", async () => {
    const held = await readFile(new URL("../src/lexicon.ts", import.meta.url), "utf8");
    assert.equal(held, await lexicon());
  });

  it("has the table's rows, their shortest names and their shapes", () => {
    assert.deepEqual(
      Object.entries(LEXICON),
      Object.entries(OPTIONS).map(([key, { names, arg }]) => [key, [names.at(-1), arg.shape]]),
    );
  });
});
