import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { escapeHtml } from "./document.ts";
import { galleryPage, galleryPolicy } from "./gallery.ts";
import { landingPage, landingPolicy } from "./landing.ts";

describe("escapeHtml", () => {
  const cases = [
    ["plain", "plain"],
    [`<img src="x" onerror='y'>&amp;`, "&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;amp;"],
    ["", ""],
  ] as const;
  for (const [text, html] of cases) it(JSON.stringify(text), () => assert.equal(escapeHtml(text), html));
});

describe("the policy of a page", () => {
  const pages = [
    {
      name: "gallery",
      html: galleryPage({ samples: ["cat.jpg"], prefix: "" }),
      policy: galleryPolicy(),
      scripts: 1,
    },
    {
      name: "landing page",
      html: landingPage({ version: "1.2.3", gallery: true }),
      policy: landingPolicy(),
      scripts: 0,
    },
  ];
  for (const { name, html, policy, scripts } of pages) {
    it(`allows the ${name} exactly its own style and script`, () => {
      const styles = contentsOf(html, "style");
      assert.equal(styles.length, 1);
      assert.deepEqual(hashesIn(policy, "style-src"), styles.map(hashOf));
      assert.equal(contentsOf(html, "script").length, scripts);
      assert.deepEqual(hashesIn(policy, "script-src"), contentsOf(html, "script").map(hashOf));
    });

    it(`allows the ${name} nothing else`, () => {
      assert.match(policy, /^default-src 'none';/);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.doesNotMatch(html, /\sstyle="|\son[a-z]+="|javascript:/);
    });

    it(`keeps the ${name} free of anything from elsewhere`, () => {
      const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
      assert.ok(addresses.length > 0);
      for (const address of addresses) assert.match(address, /^(?:\/(?!\/)|data:image\/svg\+xml,)/);
    });
  }
});

const contentsOf = (html: string, element: string): readonly string[] =>
  [...html.matchAll(new RegExp(`<${element}[^>]*>(.*?)</${element}>`, "gs"))].map(
    ([, content = ""]) => content,
  );

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

function hashesIn(policy: string, directive: string): readonly string[] {
  const values = policy.split("; ").find((part) => part.startsWith(`${directive} `)) ?? "";
  return [...values.matchAll(/'(sha256-[^']+)'/g)].map(([, hash = ""]) => hash);
}
