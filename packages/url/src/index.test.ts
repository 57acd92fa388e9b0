import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

const files = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.ts$/.test(name));

describe("the package", () => {
  it("is all here", () => {
    assert.ok(files.includes("index.ts") && files.includes("builder.ts"));
  });

  for (const name of files) {
    const source = readFileSync(`${import.meta.dirname}/${name}`, "utf8");
    // Comments may speak of what the code must not use.
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/ .*$/gm, "");

    it(`${name} runs without Node and without a page`, () => {
      assert.doesNotMatch(code, /["']node:|\b(?:Buffer|process|require|global|__dirname|window|document)\b/);
    });

    it(`${name} depends on nothing outside`, () => {
      const imports = Array.from(
        code.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g),
        ([, from]) => from,
      );
      assert.deepEqual(
        imports.filter((from) => !files.includes(from?.replace("./", "") ?? "")),
        [],
      );
    });

    it(`${name} keeps signing out of what browsers load`, () => {
      assert.doesNotMatch(code, /["']\.\/sign(?:er)?\/|crypto/);
    });
  }
});
