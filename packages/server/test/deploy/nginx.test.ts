/** deploy/nginx as it ships, in front of a real server: what is kept, for whom, and what never gets through. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { picture } from "../fixtures/pictures.ts";
import { PAIRS, sign, startTwin } from "../fixtures/twin.ts";
import { until } from "../fixtures/until.ts";
import { unless } from "../needs.ts";

const CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const FIREFOX = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
const SAFARI = "image/webp,image/avif,image/jxl,image/heic,video/*;q=0.8,image/png,image/*;q=0.8,*/*;q=0.5";
const OLD_SAFARI = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5";
const CURL = "*/*";

// AVIF is not made of less than sixteen pixels.
let pictures = 20;
/** A path that nobody has asked for yet. */
const fresh = (options = "", ending = ""): string =>
  `w:${(pictures += 1)}${options}/plain/local:///photo.jpg${ending}`;

describe("nginx with the function for CDNs", { skip: unless("nginx") || unless("nginx-js") }, async () => {
  const twin = await startTwin({
    env: { IMGPROXY_AUTO_WEBP: "true", IMGPROXY_AUTO_AVIF: "true" },
    files: { "a/b c.jpg": await picture("jpeg") },
  });

  /** How many of the requests reached the server. */
  async function counted(work: () => Promise<unknown>): Promise<number> {
    const already = twin.originHits();
    await work();
    return twin.originHits() - already;
  }

  const seen = async (target: string, headers: Record<string, string> = {}) => {
    const { status, headers: answered } = await twin.get(target, headers);
    return [status, answered["content-type"], answered["x-cache"]];
  };

  it("asks the server once for Chrome, Firefox and Safari, and once more for each class below", async () => {
    const target = sign(fresh());
    const hits = await counted(async () => {
      assert.deepEqual(await seen(target, { Accept: CHROME }), [200, "image/avif", "MISS"]);
      assert.deepEqual(await seen(target, { Accept: FIREFOX }), [200, "image/avif", "HIT"]);
      assert.deepEqual(await seen(target, { Accept: SAFARI }), [200, "image/avif", "HIT"]);
    });
    assert.equal(hits, 1);
    assert.deepEqual(await seen(target, { Accept: OLD_SAFARI }), [200, "image/webp", "MISS"]);
    assert.deepEqual(await seen(target, { Accept: CURL }), [200, "image/jpeg", "MISS"]);
    assert.deepEqual(await seen(target), [200, "image/jpeg", "HIT"]);
  });

  it("tells browsers that Accept counts", async () => {
    const target = sign(fresh());
    for (const state of ["MISS", "HIT"]) {
      const { headers } = await twin.get(target, { Accept: CHROME });
      assert.deepEqual([headers["x-cache"], headers["vary"]], [state, "Accept"]);
    }
  });

  it("keeps a picture once, whichever key signed its URL", async () => {
    const path = fresh();
    const hits = await counted(async () => {
      for (const pair of PAIRS) assert.equal((await twin.get(sign(path, pair))).status, 200);
    });
    assert.equal(hits, 1);
    assert.equal(twin.turnstile.passed.at(-1)?.target, sign(path));
  });

  it("lets nothing through that nobody signed", async () => {
    const hits = await counted(async () => {
      for (const target of [`/unsafe/${fresh()}`, `${sign(fresh())}x`, sign(fresh()).replace("w:", "h:")])
        assert.deepEqual((await seen(target))[0], 403, target);
    });
    assert.equal(hits, 0);
  });

  it("knows no query", async () => {
    const target = sign(fresh());
    const hits = await counted(async () => {
      for (const query of ["", "?utm=1", "?a=b&c"])
        assert.equal((await twin.get(target + query)).status, 200);
    });
    assert.equal(hits, 1);
    assert.equal(twin.turnstile.passed.at(-1)?.target, target);
  });

  it("passes the path on as it is written", async () => {
    for (const path of [
      "w:9/plain/local:///a//b%20c.jpg",
      "w:8/plain/local:///a%2F%2Fb%20c.jpg",
      "w:7//plain/local:///photo.jpg",
      "w:7/plain/local:///x/../photo.jpg",
    ]) {
      await twin.get(sign(path));
      assert.equal(twin.turnstile.passed.at(-1)?.target, sign(path));
    }
    assert.equal((await twin.get(sign("w:9/plain/local:///a//b%20c.jpg"))).status, 200);
  });

  it("asks once for fifty who want a picture that nobody has yet", async () => {
    const target = sign(fresh());
    twin.turnstile.delay = 200;
    const hits = await counted(async () => {
      const all = await Promise.all(Array.from({ length: 50 }, () => fetch(twin.url + target)));
      for (const answer of all) assert.equal(answer.status, 200);
      await Promise.all(all.map((answer) => answer.arrayBuffer()));
    });
    twin.turnstile.delay = 0;
    assert.equal(hits, 1);
  });

  it("keeps a picture once for all browsers where its URL names the format", async () => {
    for (const path of [fresh("", "@png"), fresh("/f:png")]) {
      const hits = await counted(async () => {
        for (const accept of [CHROME, OLD_SAFARI, CURL])
          assert.deepEqual((await seen(sign(path), { Accept: accept }))[1], "image/png");
      });
      assert.equal(hits, 1, path);
    }
  });

  it("answers at once with what is out of date, and renews it behind", async () => {
    const target = sign(fresh("/cttl:1"));
    assert.deepEqual((await seen(target))[2], "MISS");
    await sleep(2100);
    twin.turnstile.delay = 600;
    const already = twin.originHits();
    const askedAt = performance.now();
    assert.deepEqual((await seen(target))[2], "STALE");
    assert.ok(performance.now() - askedAt < 500, "nobody waits for the server");
    await until(() => twin.originHits() === already + 1);
    twin.turnstile.delay = 0;
    await until(async () => (await seen(target))[2] === "HIT");
  });

  it("answers with what is out of date where the server fails", async () => {
    const faults = [503, 429, "break"] as const;
    const olds = await Promise.all(
      faults.map(async (fault) => {
        const target = sign(fresh("/cttl:1"));
        return { fault, target, body: (await twin.get(target)).body };
      }),
    );
    await sleep(2100);
    try {
      for (const { fault, target, body } of olds) {
        twin.turnstile.fault = fault;
        const already = twin.originHits();
        // The second one comes after the server has failed for certain.
        for (let i = 0; i < 2; i++) {
          const { status, headers, body: again } = await twin.get(target);
          assert.deepEqual([status, headers["x-cache"], again.equals(body)], [200, "STALE", true]);
          await until(() => twin.originHits() > already);
        }
        const { status } = await twin.get(sign(fresh()));
        assert.equal(status, fault === "break" ? 502 : fault, "what is not kept fails");
      }
    } finally {
      twin.turnstile.fault = undefined;
    }
  });

  it("forgets what is out of date where the server has something else to say that is not for keeping", async () => {
    const soon = Math.ceil(Date.now() / 1000) + 2;
    const expiring = sign(fresh(`/exp:${soon}`));
    const kept = sign(fresh("/cttl:1"));
    assert.deepEqual([(await seen(expiring))[2], (await seen(kept))[2]], ["MISS", "MISS"]);
    await sleep(soon * 1000 - Date.now() + 1100);
    await seen(expiring);
    await until(async () => (await seen(expiring))[0] === 404);
    assert.equal((await seen(kept))[2], "STALE", "nothing else goes");
  });

  it("keeps errors only as long as the server says", async () => {
    const missing = sign(`w:${(pictures += 1)}/plain/local:///missing.jpg`);
    assert.deepEqual([(await seen(missing))[2], (await seen(missing))[2]], ["MISS", "HIT"]);
    const wrong = sign(`nonsense:1/plain/local:///photo.jpg`);
    assert.deepEqual(
      [await seen(wrong), await seen(wrong)].map(([status, , state]) => [status, state]),
      [
        [404, "MISS"],
        [404, "MISS"],
      ],
    );
  });
});
