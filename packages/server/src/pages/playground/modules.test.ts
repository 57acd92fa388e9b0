import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { BARE, ENTRY, findModules } from "./modules.ts";

describe("the playground's modules", () => {
  it("are all that the page's script imports, and JavaScript without types", async () => {
    const modules = await findModules();
    assert.ok(modules.has(ENTRY));
    assert.deepEqual(Object.keys(BARE), ["@tintype/url"]);
    for (const path of Object.values(BARE)) assert.ok(modules.has(path), path);
    assert.ok(
      [...modules.keys()].some((path) => path.endsWith("/plan/plan.ts")),
      "the server's own geometry",
    );
    for (const [path, text] of modules) {
      assert.ok(text.length > 0, path);
      assert.doesNotMatch(text, /^(?:import|export) type\b|^interface\b/m, path);
    }
  });

  it("need nothing that a browser has not got", async () => {
    for (const [path, text] of await findModules()) {
      const names = [...text.matchAll(/^(?:import|export)\b[^"]*\bfrom\s*"([^"]+)"/gm)].map(
        ([, name = ""]) => name,
      );
      for (const name of names) assert.match(name, /^\.{1,2}\/|^@tintype\/url$/, path);
    }
  });

  it("hold no code that signs, and nothing of the configuration", async () => {
    for (const path of (await findModules()).keys())
      assert.doesNotMatch(path, /^tintype\/(?:config|guard|source)\/|^url\/(?:sign|capability)/, path);
  });

  it("are the only ones that know of a browser, though the compiler would let all others", async () => {
    const folder = new URL("../../", import.meta.url);
    const files = (await readdir(folder, { recursive: true })).filter(
      (name) => /(?<!\.test)\.ts$/.test(name) && !/[\\/]browser[\\/]/.test(name),
    );
    assert.ok(files.length > 100);
    for (const name of files) {
      const text = await readFile(new URL(name.replaceAll("\\", "/"), folder), "utf8");
      assert.doesNotMatch(text, /<reference lib="dom/, name);
      const code = text
        .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, "")
        .replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
      assert.doesNotMatch(code, /(?<![.\w])(?:document|window|navigator|localStorage)\s*[.[]/, name);
    }
  });
});
