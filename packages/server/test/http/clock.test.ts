/** Jumps of the clock (security.md, FLT-T1): URLs expire by the date, everything else runs on. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const origin = useOrigin(() => pages("png"));
const NOW = Date.now();
const HOUR = 3600_000;
const expiry = Math.floor(NOW / 1000) + 1800;

describe("a clock that jumps", () => {
  const server = useServer();

  for (const [name, by, status, left] of [
    ["not at all", 0, 200, 1800],
    ["an hour ahead", HOUR, 404, 0],
    ["an hour back", -HOUR, 200, 5400],
    ["two days ahead", 48 * HOUR, 404, 0],
    ["two days back", -48 * HOUR, 200, 174_600],
    ["to the end of 32 bits", 2 ** 31 * 1000 - NOW, 404, 0],
  ] as const)
    it(`${name}: pictures are made, and URLs expire by it`, async (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: NOW + by });
      const forEver = await server.get(origin.target("/png", `w:${7 + (Math.abs(by) % 97)}`));
      assert.deepEqual([forEver.status, forEver.headers["cache-control"]], [200, "max-age=31536000, public"]);
      const expiring = await server.get(origin.target("/png", `exp:${expiry}`));
      assert.equal(expiring.status, status);
      const [, seconds] = /^max-age=(\d+), public$/.exec(expiring.headers["cache-control"] ?? "") ?? [];
      if (status === 200)
        assert.ok(Math.abs(Number(seconds) - left) <= 5, `expected ${left}, got ${seconds}`);
      else assert.equal(expiring.headers["cache-control"], "no-store");
      const [line] = server.logOf(forEver);
      const lasted = Number(line?.["duration_ms"]);
      assert.ok(lasted >= 0 && lasted < 60_000, "expected no time that runs backwards");
    });

  it("does not make a failing source be asked sooner, or never again", async (t) => {
    const target = origin.target("/nothing");
    await server.get(target);
    const asked = origin.count("/nothing");
    for (const by of [48 * HOUR, -48 * HOUR]) {
      t.mock.timers.enable({ apis: ["Date"], now: NOW + by });
      assert.equal((await server.get(target)).status, 404);
      t.mock.timers.reset();
    }
    assert.equal(origin.count("/nothing"), asked);
  });
});
