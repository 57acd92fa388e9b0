/** How long caches may keep a picture near the end of its URL; the whole table stands in test/http/cache-control.test.ts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lifetime } from "./lifetime.ts";

const NOW = 1_700_000_000;
const SETTINGS = { ttl: 1000, errorTtl: 10, cacheControlPassthrough: true, fallbackTtl: 0 };
const KEPT = { headers: { "cache-control": "max-age=5000" }, fallbackStatus: undefined };

describe("the lifetime of a picture whose URL expires", () => {
  for (const [left, expected] of [
    [2000, "max-age=1000, public"],
    [1000, "max-age=1000, public"],
    [999.5, "max-age=999, public"],
    [1, "max-age=1, public"],
    [0.999, "no-cache"],
    [0, "no-cache"],
    [-1, "no-cache"],
  ] as const)
    it(`is ${expected} with ${left} s left`, (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: (NOW - left) * 1000 });
      assert.deepEqual(lifetime(KEPT, { expires: NOW }, SETTINGS), { "Cache-Control": expected });
      const failed = lifetime({ ...KEPT, fallbackStatus: 404 }, { expires: NOW }, SETTINGS);
      assert.deepEqual(failed, { "Cache-Control": expected });
    });
});
