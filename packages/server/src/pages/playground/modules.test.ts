import assert from "node:assert/strict";
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
});
