/** How long servers that share what they keep serve it, what they ask its source meanwhile, and how they serve it. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { picture } from "../fixtures/pictures.ts";
import { until } from "../fixtures/until.ts";
import { unless } from "../needs.ts";
import { get, type Answer } from "./client.ts";
import { NONE, startCounting, type Counts } from "./counts.ts";
import { startOriginals, type Original } from "./originals.ts";
import {
  assertServe,
  openHouses,
  purge,
  SETTINGS,
  spread,
  stateOf,
  tiersOf,
  type Replica,
} from "./replicas.ts";

const MODIFIED = "Wed, 01 May 2024 10:00:00 GMT";
const TTL_SECONDS = 4;
const FALLBACK_TTL_SECONDS = 77;
/** What the fallback picture is kept as. */
const FALLBACK = "\0fallback";

const source = await startOriginals();
const houses = await openHouses({
  env: {
    TINTYPE_CACHE_TTL: String(TTL_SECONDS),
    TINTYPE_SOURCE_FAILURE_TTL: "2",
    IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "true",
    IMGPROXY_ALLOW_BYPASS_CACHE: "true",
    IMGPROXY_PRESETS: "live=bc:1",
    IMGPROXY_FALLBACK_IMAGE_DATA: (await picture("widePng")).toString("base64"),
    IMGPROXY_FALLBACK_IMAGE_HTTP_CODE: "0",
    IMGPROXY_FALLBACK_IMAGE_TTL: String(FALLBACK_TTL_SECONDS),
  },
  // With and without originals that each server keeps for itself.
  hasDisk: ({ count }) => count !== 2,
});

it("needs a Redis", { skip: unless("redis") }, () => assert.equal(houses.length, SETTINGS.length));

const ageOf = ({ headers }: Answer): number => Number(headers["age"]);

const drawnBy = (counts: readonly Counts[]): readonly number[] => counts.map(({ drawn }) => drawn);
const statuses = (answers: readonly Answer[]): readonly number[] => answers.map(({ status }) => status);

for (const house of houses)
  describe(house.name, () => {
    const { count, uses, replicas, balancer, everywhere, shelved, redis, bucket } = house;
    const [first, other] = [replicas[0]!, replicas.at(-1)!];
    const each = <T>(value: T): T[] => Array.from({ length: count }, () => value);
    const ask = (replica: Replica, target: string, headers = {}): Promise<Answer> =>
      get(`${replica.url}${target}`, { headers });
    const areRenewed = ({ path }: Original): Promise<void> =>
      until(async () => (await everywhere(path())).every((answer) => stateOf(answer) === "HIT"));

    /** Kept when the tests begin, and over TTL_SECONDS later: the one's source says nothing of that, the other's much. */
    let silent: Original, lasting: Original, old: Answer, keptAt: number;
    before(async () => {
      silent = await source({ ETag: '"a"' });
      lasting = await source({ ETag: '"a"', "Cache-Control": "max-age=600" });
      await spread(house, first, lasting);
      await everywhere(lasting.path());
      keptAt = Date.now();
      old = await spread(house, first, silent);
    });
    const timeIsOver = (): Promise<void> =>
      sleep(Math.max(0, keptAt + TTL_SECONDS * 1000 + 500 - Date.now()));

    it("serve for the setting's time what the source sets no time for, and ask nobody", async () => {
      assertServe(await everywhere(silent.path()), "HIT", old);
      assert.equal(silent.page.asked, 1);
    });

    it("serve what one has made, all in the same words, and ask nobody while its source calls it fresh", async () => {
      const original = await source({ "Last-Modified": MODIFIED, "Cache-Control": "max-age=600", Age: "30" });
      const counted = await startCounting(replicas);
      const made = await spread(house, first, original);
      assert.deepEqual([stateOf(made), made.headers["cache-control"]], ["MISS", "max-age=600"]);
      const kept = await everywhere(original.path());
      assertServe(kept, "HIT", made, { "last-modified": MODIFIED, "cache-control": "max-age=600" });
      for (const answer of kept) assert.ok(ageOf(answer) >= 30 && ageOf(answer) < 60, answer.headers["age"]);
      assert.equal(original.page.asked, 1);
      const hits = each({ ...NONE, hit: 1 });
      hits[0] = { ...NONE, hit: 1, miss: 1, fetched: 1, drawn: 1 };
      assert.deepEqual(await counted(count + 1), hits);
    });

    for (const [validator, value, condition] of [
      ["ETag", '"a"', "if-none-match"],
      ["ETag", 'W/"a"', "if-none-match"],
      ["Last-Modified", MODIFIED, "if-modified-since"],
    ] as const)
      it(`ask by ${validator}: ${value} whether what is over has changed, whoever made it, and draw nothing`, async () => {
        const original = await source({ [validator]: value, "Cache-Control": "max-age=0" });
        const counted = await startCounting(replicas);
        const made = await spread(house, first, original);
        for (const replica of [...replicas.slice(1), first])
          assertServe([await spread(house, replica, original)], "HIT", made);
        assert.deepEqual(original.page.served, { whole: 1, unchanged: count, failed: 0 });
        assert.deepEqual(
          original.seen().map(({ headers }) => headers[condition]),
          [undefined, ...each(value)],
        );
        const renewed = each({ ...NONE, hit: 1, fetched: 1 });
        renewed[0] = { ...NONE, hit: 1, miss: 1, fetched: 2, drawn: 1 };
        assert.deepEqual(await counted(count + 1), renewed);
      });

    it("take a new lifetime from whoever of them was told of it", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=100", Age: "100" });
      const made = await spread(house, first, original);
      original.page.headers = { ETag: '"a"', "Cache-Control": "max-age=500" };
      assertServe([await spread(house, other, original)], "HIT", made);
      const kept = await everywhere(original.path());
      assertServe(kept, "HIT", made, { "cache-control": "max-age=500" });
      for (const answer of kept) assert.ok(ageOf(answer) < 50, answer.headers["age"]);
      assert.deepEqual(original.page.served, { whole: 1, unchanged: 1, failed: 0 });
    });

    it("show what has changed as soon as one of them has found out", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=0" });
      const before = await spread(house, first, original);
      await original.change("max-age=600");
      const counted = await startCounting(replicas);
      const after = await spread(house, other, original);
      assert.equal(stateOf(after), "MISS");
      assert.ok(!after.body.equals(before.body));
      assertServe(await everywhere(original.path()), "HIT", after);
      assert.deepEqual(original.page.served, { whole: 2, unchanged: 0, failed: 0 });
      assert.equal(original.seen().at(-1)?.headers["if-none-match"], '"a"');
      assert.deepEqual(drawnBy(await counted(count + 1)), [...each(0).slice(1), 1]);
      const etag = { "If-None-Match": before.headers["etag"] ?? "" };
      assert.deepEqual(statuses(await everywhere(original.path(), etag)), each(200));
    });

    it("draw nothing again where a source without validators sends the same bytes", async () => {
      const original = await source({ "Cache-Control": "max-age=0" });
      const counted = await startCounting(replicas);
      const made = await spread(house, first, original);
      for (const replica of replicas) assertServe([await spread(house, replica, original)], "HIT", made);
      assert.deepEqual(original.page.served, { whole: count + 1, unchanged: 0, failed: 0 });
      assert.deepEqual(drawnBy(await counted(count + 1)), [1, ...each(0).slice(1)]);
    });

    it("serve what is stale while its source is asked, each of them, and then the new", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=0, stale-while-revalidate=60" });
      const before = await spread(house, first, original);
      await original.change("max-age=600");
      const release = original.hold();
      for (let round = 0; round < 2; round += 1)
        assertServe(await everywhere(original.path()), "STALE", before);
      release();
      await areRenewed(original);
      const after = await ask(first, original.path());
      assert.ok(!after.body.equals(before.body));
      assertServe(await everywhere(original.path()), "HIT", after);
      assertRenewals(original, 1);
    });

    /** A server that can tell the others that it asks is the only one who does. */
    function assertRenewals({ page }: Original, before: number): void {
      const renewals = page.asked - before;
      const most = uses.includes("redis") ? 1 : count;
      assert.ok(renewals >= 1 && renewals <= most, `expected 1 to ${most} renewals, got ${renewals}`);
    }

    it("serve what is over where the source fails, ask it once each for a while, and again after that", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=0" });
      const made = await spread(house, first, original);
      original.page.status = 503;
      for (let round = 0; round < 2; round += 1)
        assertServe(await everywhere(original.path()), "STALE", made);
      const etag = { "If-None-Match": made.headers["etag"] ?? "" };
      assert.deepEqual(statuses(await everywhere(original.path(), etag)), each(304));
      assert.deepEqual(original.page.served, { whole: 1, unchanged: 0, failed: count });
      original.page.status = 200;
      original.page.headers = { ETag: '"a"', "Cache-Control": "max-age=600" };
      await areRenewed(original);
      assertServe(await everywhere(original.path()), "HIT", made);
      assertRenewals(original, 1 + count);
    });

    it("do not go back to an older original of their own, fresh as it is, least of all where the source fails", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=600" });
      const old = await spread(house, first, original);
      assert.equal((await ask(other, original.path("w:3"))).status, 200);
      await original.change("max-age=0");
      const made = await spread(house, first, original, "w:2/cttl:0");
      assert.ok(!made.body.equals(old.body));
      original.page.status = 503;
      assertServe([await ask(other, original.path())], "STALE", made);
      original.page.status = 200;
      await until(async () => stateOf(await ask(other, original.path())) === "HIT");
      assertServe([await ask(other, original.path())], "HIT", made);
    });

    it("do not serve what is over where the source fails and has forbidden it", async () => {
      for (const control of [
        "no-cache",
        "max-age=0, must-revalidate",
        "max-age=0, proxy-revalidate",
        "s-maxage=0",
        "max-age=0, stale-if-error=0",
      ]) {
        const original = await source({ ETag: '"a"', "Cache-Control": control });
        await spread(house, first, original);
        original.page.status = 503;
        assert.deepEqual(statuses(await everywhere(original.path())), each(502), control);
      }
    });

    it("let go of what is gone, each as it is told, and of what they share at once", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=0" });
      await spread(house, first, original);
      assert.deepEqual(statuses(await everywhere(original.path())), each(200));
      original.page.status = 404;
      assert.equal((await ask(other, original.path())).status, 404);
      await until(async () => (await shelved(original.url)).flat().length === 0);
      for (let round = 0; round < 2; round += 1)
        assert.deepEqual(statuses(await everywhere(original.path())), each(404));
      assert.equal(original.page.served.failed, count);
      for (const replica of replicas)
        for (const [tier, has] of Object.entries(await tiersOf(replica, original.path())))
          assert.equal(has, "missing", tier);
    });

    it("ask once each for what is missing, fails or is no picture, until a purge", async () => {
      const bad = [];
      for (const [status, body, answered] of [
        [404, "", 404],
        [200, "no picture at all", 422],
        [503, "", 502],
      ] as const) {
        const original = await source({ "Cache-Control": "max-age=600" });
        const { page, path } = original;
        bad.push({ ...original, good: page.body });
        [page.status, page.body] = [status, Buffer.from(body)];
        for (let round = 0; round < 2; round += 1)
          assert.deepEqual(statuses(await everywhere(path())), each(answered));
        assert.equal(page.asked, count, String(status));
      }
      const purgedAt = performance.now();
      for (const { page, good, url, path } of bad) {
        [page.status, page.body] = [200, good];
        await purge(first, `source=${encodeURIComponent(url)}`);
        // Who hears of it last is asked first: nobody else has put anything into what they share.
        for (const replica of replicas.toReversed())
          await until(async () => (await ask(replica, path())).status === 200);
        assert.deepEqual(statuses(await everywhere(path())), each(200));
      }
      const seconds = (performance.now() - purgedAt) / 1000;
      assert.ok(seconds < 3 * 5, `expected each within 5 s, got ${seconds} s for all`);
    });

    it("have the fallback picture stand in, which is drawn once for all of them", async () => {
      const original = await source();
      original.page.status = 404;
      const counted = await startCounting(replicas);
      const made = await ask(first, original.path("w:9"));
      assert.deepEqual([made.status, stateOf(made)], [404, "MISS"]);
      await until(async () => (await shelved(FALLBACK)).every(({ length }) => length > 0));
      for (const { status, headers, body } of await everywhere(original.path("w:9"))) {
        assert.deepEqual([status, headers["content-type"], headers["x-cache"]], [404, "image/png", "HIT"]);
        assert.equal(headers["cache-control"], `max-age=${FALLBACK_TTL_SECONDS}, public`);
        assert.equal(headers["etag"], undefined);
        assert.ok(body.equals(made.body));
      }
      assert.deepEqual(drawnBy(await counted(count + 1)), [1, ...each(0).slice(1)]);
    });

    it("answer conditions from what another has made, and pass none on to the source", async () => {
      const original = await source({ "Last-Modified": MODIFIED, "Cache-Control": "max-age=600" });
      const { headers: made } = await spread(house, first, original);
      const etag = made["etag"] ?? "";
      for (const [headers, status] of [
        [{ "If-None-Match": etag }, 304],
        [{ "If-None-Match": `"other", W/${etag}` }, 304],
        [{ "If-Modified-Since": MODIFIED }, 304],
        [{ "If-None-Match": '"other"' }, 200],
        [{ "If-Modified-Since": "Wed, 01 May 2024 09:59:59 GMT" }, 200],
      ] as const)
        for (const answer of await everywhere(original.path(), headers)) {
          assert.deepEqual([answer.status, stateOf(answer)], [status, "HIT"], JSON.stringify(headers));
          for (const name of ["etag", "last-modified", "cache-control"])
            assert.equal(answer.headers[name], made[name], name);
          assert.equal(answer.body.length === 0, status === 304);
        }
      const passedOn = original.seen().map(({ headers }) => headers["if-none-match"]);
      assert.deepEqual(passedOn, [undefined]);
    });

    it("find out for a condition whether what is over has changed", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=0" });
      const made = await spread(house, first, original);
      const condition = { "If-None-Match": made.headers["etag"] ?? "" };
      const same = await ask(other, original.path(), condition);
      assert.deepEqual([same.status, stateOf(same)], [304, "HIT"]);
      assert.equal(original.seen().at(-1)?.headers["if-none-match"], '"a"');
      await original.change("max-age=0");
      const changed = await ask(other, original.path(), condition);
      assert.deepEqual([changed.status, stateOf(changed)], [200, "MISS"]);
      assert.notEqual(changed.headers["etag"], made.headers["etag"]);
    });

    it("serve parts that fit together, whoever serves them", async () => {
      const original = await source({ "Cache-Control": "max-age=600" });
      const { headers, body } = await spread(house, first, original);
      const etag = headers["etag"] ?? "";
      const parts: Buffer[] = [];
      for (let from = 0; from < body.length; from += 20) {
        const range = { Range: `bytes=${from}-${from + 19}`, "If-Range": etag };
        const part = await get(`${balancer}${original.path()}`, { headers: range });
        assert.deepEqual([part.status, stateOf(part), part.headers["etag"]], [206, "HIT", etag]);
        const last = Math.min(from + 20, body.length) - 1;
        assert.equal(part.headers["content-range"], `bytes ${from}-${last}/${body.length}`);
        parts.push(part.body);
      }
      assert.ok(parts.length > count && Buffer.concat(parts).equals(body));
      const foreign = { Range: "bytes=1-4", "If-Range": '"other"' };
      assertServe(await everywhere(original.path(), foreign), "HIT", { headers, body });
      const beyond = await everywhere(original.path(), { Range: `bytes=${body.length}-` });
      assert.deepEqual(statuses(beyond), each(416));
      assert.equal(original.page.asked, 1);
    });

    it("pass by what is kept where the URL or a preset says so, and keep nothing of it", async () => {
      const original = await source({ "Cache-Control": "max-age=600" });
      const counted = await startCounting(replicas);
      for (const options of ["w:2/bc:1", "w:2/pr:live"])
        for (const answer of await everywhere(original.path(options)))
          assert.equal(stateOf(answer), "BYPASS");
      assert.deepEqual(await counted(2 * count), each({ ...NONE, bypass: 2, fetched: 2, drawn: 2 }));
      const made = await spread(house, first, original);
      assert.equal(stateOf(made), "MISS", "nothing was kept");
      original.page.body = await picture("jpeg");
      for (const answer of await everywhere(original.path("w:2/bc:1")))
        assert.ok(!answer.body.equals(made.body));
      assertServe(await everywhere(original.path()), "HIT", made);
    });

    it("ask each time for cache_ttl:0, and not for one that what is kept is younger than", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=600" });
      const made = await spread(house, first, original);
      const young = await everywhere(original.path("w:2/cttl:300"));
      assertServe(young, "HIT", made, { "cache-control": "max-age=300, public" });
      assert.equal(original.page.asked, 1);
      const asked = await everywhere(original.path("w:2/cttl:0"));
      assertServe(asked, "HIT", made, { "cache-control": "no-cache" });
      assert.deepEqual(original.page.served, { whole: 1, unchanged: count, failed: 0 });
    });

    it("ask once for all what is older than cache_ttl, be it fresh or not", async () => {
      await timeIsOver();
      const { page, path } = lasting;
      assert.equal(page.asked, 1);
      // Less than before, so that what the others still have would be fresh for longer.
      page.headers = { ETag: '"a"', "Cache-Control": "max-age=100" };
      const renewed = await spread(house, other, lasting, `w:2/cttl:${TTL_SECONDS}`);
      assert.equal(stateOf(renewed), "HIT");
      assertServe(await everywhere(path(`w:2/cttl:${TTL_SECONDS}`)), "HIT", renewed);
      assert.deepEqual(page.served, { whole: 1, unchanged: 1, failed: 0 });
    });

    it("serve for the setting's time more what they have a new one made of behind the scenes", async () => {
      await timeIsOver();
      assert.equal(silent.page.asked, 1);
      silent.page.headers = { ETag: '"a"', "Cache-Control": "max-age=600" };
      const release = silent.hold();
      const stale = await everywhere(silent.path());
      assertServe(stale, "STALE", old);
      for (const answer of stale) assert.ok(ageOf(answer) >= TTL_SECONDS, answer.headers["age"]);
      release();
      await areRenewed(silent);
      assertServe(await everywhere(silent.path()), "HIT", old, { "cache-control": "max-age=600" });
      assertRenewals(silent, 1);
      assert.equal(silent.page.served.whole, 1);
    });

    it("put nothing older from what they share into the place of what was renewed meanwhile", async () => {
      const original = await source({ ETag: '"a"', "Cache-Control": "max-age=0, stale-while-revalidate=60" });
      const old = await spread(house, first, original);
      await original.change("max-age=600");
      const counted = await startCounting(replicas);
      const release = original.hold();
      assertServe([await ask(first, original.path())], "STALE", old);
      await until(() => original.seen().length === 2);
      const shared = bucket ?? redis!;
      shared.pause();
      const late = ask(first, original.path());
      await sleep(200); // By then it waits for what they share.
      release();
      await until(async () => (await counted(0))[0]!.drawn === 1);
      shared.resume();
      assert.equal(stateOf(await late), "HIT");
    });
  });
