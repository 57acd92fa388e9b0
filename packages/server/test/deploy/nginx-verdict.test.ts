/** deploy/nginx as it ships: what the edge refuses is what the server refuses. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pick } from "@tintype/url/capability";
import { createCapabilities } from "@tintype/url/sign";
import fc from "fast-check";
import { ask } from "../fixtures/ask.ts";
import { AUDIENCE, CAPABILITY_KEY, PAIRS, sign, startTwin } from "../fixtures/twin.ts";
import { unless } from "../needs.ts";

const skip = unless("nginx") || unless("nginx-js");
const PATH = "rs:fit:30:30/plain/local:///photo.jpg";
const capability = pick(
  createCapabilities({ endpoint: `https://${AUDIENCE}`, key: CAPABILITY_KEY, kid: 1 }).sign(
    "local:///photo.jpg",
    { widths: [16, 64], formats: ["webp", "jpg"], expires: new Date("2090-01-01") },
  ),
  { width: 32 },
).slice(`https://${AUDIENCE}`.length);

describe("the edge's verdict", { skip }, async () => {
  const twin = await startTwin({ env: { IMGPROXY_TRUSTED_SIGNATURES: "trusted" } });
  const port = Number(new URL(twin.server.url).port);

  it("takes capabilities, and keeps their pictures", async () => {
    for (const state of ["MISS", "HIT"]) {
      const { status, headers } = await twin.get(capability);
      assert.deepEqual([status, headers["x-cache"]], [200, state]);
    }
    const already = twin.originHits();
    const forged = capability.replace("w16-64", "w16-80");
    assert.notEqual(forged, capability);
    assert.equal((await twin.get(forged)).status, 403);
    assert.equal(twin.originHits(), already);
  });

  it("is the server's own on two hundred mutilated URLs", async () => {
    const good = [sign(PATH), sign(PATH, PAIRS[1]), `/trusted/${PATH}`, capability];
    for (const target of good) assert.equal((await twin.get(target)).status, 200, target);
    const mutant = fc
      .tuple(fc.constantFrom(...good), fc.nat(), fc.constantFrom(..."abcAZ09-_/:.@?#;&~+=".split("")))
      .map(([target, at, character]) => {
        const place = 1 + (at % (target.length - 1));
        return target.slice(0, place) + character + target.slice(place + 1);
      })
      // The server's own page, which the edge hides.
      .filter((target) => !target.startsWith("/?"));
    const verdicts = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(mutant, async (target) => {
        const already = twin.originHits();
        const [edge, server] = [await twin.get(target), await ask(port, target)];
        // Without a second segment there is nothing to sign: forbidden here, not found there.
        if (server.status === 400) assert.ok([400, 403].includes(edge.status), target);
        else if (/^\/[^?]*\/./.test(target)) assert.equal(edge.status, server.status, target);
        else assert.deepEqual([edge.status, server.status], [403, 404], target);
        const reached = twin.originHits() > already;
        if (!target.startsWith("/c1/"))
          assert.ok(!reached || server.status !== 403, `passed at the edge: ${target}`);
        verdicts.set(server.status, (verdicts.get(server.status) ?? 0) + 1);
      }),
      { seed: 1, numRuns: 200 },
    );
    assert.ok((verdicts.get(403) ?? 0) > 50 && (verdicts.get(404) ?? 0) > 10, JSON.stringify([...verdicts]));
  });
});
