import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lifetimes, parseCacheControl, type OriginHeaders } from "./freshness.ts";

const NOW = Date.UTC(2026, 0, 1);
const SETTINGS = { ttl: 3600, staleWhileRevalidate: 600, staleIfError: 86_400 };
const EXCHANGE = { askedAt: NOW, answeredAt: NOW };
const date = (seconds: number): string => new Date(NOW + seconds * 1000).toUTCString();

/** Seconds after the answer until which it is fresh, stale and good for failures; undefined where it is not kept. */
function life(headers: OriginHeaders): readonly number[] | undefined {
  const found = lifetimes(headers, EXCHANGE, SETTINGS);
  return found && [found.freshUntil, found.staleUntil, found.failUntil].map((time) => (time - NOW) / 1000);
}

const DAY = 86_400;

describe("lifetimes", () => {
  const CASES: readonly (readonly [string, OriginHeaders, readonly number[] | undefined])[] = [
    ["silence", {}, [3600, 4200, 3600 + DAY]],
    ["max-age", { "cache-control": "max-age=60" }, [60, 60, 60 + DAY]],
    ["s-maxage before max-age", { "cache-control": "max-age=60, s-maxage=5" }, [5, 5, 5]],
    ["max-age before Expires", { "cache-control": "max-age=60", expires: date(5) }, [60, 60, 60 + DAY]],
    ["Expires and Date", { date: date(0), expires: date(90) }, [90, 90, 90 + DAY]],
    ["Expires in the past", { date: date(0), expires: date(-5) }, [0, 0, DAY]],
    ["Expires that is no date", { expires: "0" }, [0, 0, DAY]],
    ["max-age that is no number", { "cache-control": "max-age=soon" }, [0, 0, DAY]],
    ["negative max-age", { "cache-control": "max-age=-1" }, [0, 0, DAY]],
    ["quoted max-age", { "cache-control": 'max-age="60"' }, [60, 60, 60 + DAY]],
    ["upper case", { "cache-control": "MAX-AGE=60" }, [60, 60, 60 + DAY]],
    ["twice", { "cache-control": "max-age=60, max-age=5" }, [60, 60, 60 + DAY]],
    ["inside of another's quotes", { "cache-control": 'x="max-age=60"' }, [3600, 4200, 3600 + DAY]],
    ["no-store", { "cache-control": "max-age=60, no-store" }, undefined],
    ["private", { "cache-control": "private, max-age=60" }, undefined],
    ["private for a field", { "cache-control": 'private="set-cookie"' }, undefined],
    ["Vary: *", { vary: "accept, *" }, undefined],
    ["another Vary", { vary: "accept" }, [3600, 4200, 3600 + DAY]],
    ["no-cache", { "cache-control": "no-cache, max-age=60" }, [0, 0, 0]],
    ["must-revalidate", { "cache-control": "max-age=60, must-revalidate, stale-if-error=9" }, [60, 60, 60]],
    ["proxy-revalidate", { "cache-control": "max-age=60, proxy-revalidate" }, [60, 60, 60]],
    [
      "stale-while-revalidate",
      { "cache-control": "max-age=60, stale-while-revalidate=30" },
      [60, 90, 60 + DAY],
    ],
    ["stale-if-error", { "cache-control": "max-age=60, stale-if-error=30" }, [60, 60, 90]],
    ["Age", { "cache-control": "max-age=60", age: "45" }, [15, 15, 15 + DAY]],
    ["Age beyond the lifetime", { "cache-control": "max-age=60", age: "100" }, [-40, -40, DAY - 40]],
    ["Age that is no number", { "cache-control": "max-age=60", age: "old" }, [60, 60, 60 + DAY]],
    ["an old Date", { "cache-control": "max-age=60", date: date(-20) }, [40, 40, 40 + DAY]],
    ["a year", { "cache-control": "max-age=31536000, immutable" }, [30 * DAY, 30 * DAY, 31 * DAY]],
    [
      "more than a number holds",
      { "cache-control": `max-age=${"9".repeat(400)}` },
      [30 * DAY, 30 * DAY, 31 * DAY],
    ],
  ];
  for (const [name, headers, expected] of CASES)
    it(`follow from ${name}`, () => assert.deepEqual(life(headers), expected));

  it("count the time on the way as age", () => {
    const found = lifetimes(
      { "cache-control": "max-age=60", age: "1" },
      { askedAt: NOW - 4000, answeredAt: NOW },
      SETTINGS,
    );
    assert.equal(found?.bornAt, NOW - 5000);
    assert.equal(found.freshUntil, NOW + 55_000);
  });
});

describe("Cache-Control", () => {
  it("is read whatever stands in it", () => {
    assert.deepEqual(
      [...parseCacheControl(' a , B=1;c="x, \\"y\\"", =, ,,d= 2')],
      [
        ["a", undefined],
        ["b", "1"],
        ["c", 'x, \\"y\\"'],
        ["d", "2"],
      ],
    );
    assert.deepEqual([...parseCacheControl("")], []);
  });
});
