import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { landingPage } from "./landing.ts";

describe("the landing page", () => {
  it("names the version, escaped", () =>
    assert.match(landingPage({ version: "1.0.0-<rc>", gallery: false }), /Tintype 1\.0\.0-&lt;rc&gt;/));

  it("links to the gallery only where there is one", () => {
    assert.match(landingPage({ version: "1", gallery: true }), /href="\/gallery"/);
    assert.doesNotMatch(landingPage({ version: "1", gallery: false }), /gallery"/);
  });

  it("keeps its links under the prefix", () => {
    const html = landingPage({ version: "1", gallery: true, prefix: "/img" });
    assert.match(html, /href="\/img\/gallery"/);
    assert.match(html, /href="\/img\/health"/);
  });
});
