/** Several servers behind a balancer, which share what they keep in a real Redis, a real S3, or both. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { picture } from "../fixtures/pictures.ts";
import { until } from "../fixtures/until.ts";
import { unless } from "../needs.ts";
import { get } from "./client.ts";
import { startOriginals } from "./originals.ts";
import { openHouses, purge, SETTINGS, stateOf } from "./replicas.ts";

const VARIANTS = Array.from({ length: 12 }, (_, index) => `w:${index + 2}`);

const source = await startOriginals();
// All of them first: the runner takes a pause between two suites for the end of the file.
const houses = await openHouses();

it("needs a Redis", { skip: unless("redis") }, () => assert.equal(houses.length, SETTINGS.length));

for (const { name, count, uses, balancer, replicas, redis, bucket, everywhere } of houses) {
  describe(name, () => {
    const rendersOf = (url: string): number =>
      replicas
        .flatMap(({ lines }) => lines as readonly { readonly image_url?: string; readonly state?: string }[])
        .filter((line) => line.image_url === url && line.state === "miss").length;

    it("make each picture once, whoever is asked for it later", async () => {
      const { url, path } = await source();
      for (const each of VARIANTS) assert.equal((await get(`${balancer}${path(each)}`)).status, 200);
      await until(async () =>
        (await Promise.all(VARIANTS.map((each) => everywhere(path(each)))))
          .flat()
          .every((answer) => stateOf(answer) === "HIT"),
      );
      const bodies = await everywhere(path("w:2"));
      for (const { body, headers } of bodies) {
        assert.ok(body.equals(bodies[0]!.body));
        assert.equal(headers["etag"], bodies[0]!.headers["etag"]);
      }
      // What is asked for again before it has reached the shared store may be made twice; after that, never.
      assert.ok(
        rendersOf(url) >= VARIANTS.length && rendersOf(url) <= VARIANTS.length + 2,
        String(rendersOf(url)),
      );
    });

    it("ask a source again after a purge, each of them, within five seconds", async () => {
      const { page, url, path } = await source({ "Cache-Control": "max-age=3600" });
      for (const each of VARIANTS) await everywhere(path(each));
      const old = await Promise.all(VARIANTS.map((each) => get(`${balancer}${path(each)}`)));
      const before = page.served.whole;
      page.body = await picture("jpeg");
      const { removed } = await purge(replicas[0]!, `source=${encodeURIComponent(url)}`);
      const purgedAt = performance.now();
      assert.ok(removed >= VARIANTS.length, String(removed));
      const isNew = async (target: string, index: number): Promise<boolean> =>
        (await everywhere(target)).every(
          ({ status, body }) => status === 200 && !body.equals(old[index]!.body),
        );
      for (const [index, each] of VARIANTS.entries()) await until(() => isNew(path(each), index));
      const seconds = (performance.now() - purgedAt) / 1000;
      assert.ok(seconds < 5, `expected all to be new within 5 s, got ${seconds}`);
      assert.ok(page.served.whole > before);
    });

    it("forget by tag, prefix and everything, on every one", async () => {
      const { url, path } = await source();
      for (const query of ["tag=red", `prefix=${encodeURIComponent(url)}`, "all=true"]) {
        for (let round = 0; round < 2; round += 1) await everywhere(path("w:3/ct:red"));
        await until(async () => (await everywhere(path("w:3"))).every((answer) => stateOf(answer) === "HIT"));
        const before = rendersOf(url);
        await purge(replicas.at(-1)!, query);
        await until(async () => {
          await everywhere(path("w:3"));
          return rendersOf(url) > before;
        });
      }
    });

    if (uses.includes("redis") && count > 1)
      it("take turns at one picture: a herd at all of them costs one render", async () => {
        // What others keep within a second of a purge is forgotten as well, since clocks differ: the test before has purged.
        await sleep(1200);
        const { url, path, page } = await source();
        const answers = await Promise.all(Array.from({ length: 8 }, () => everywhere(path("w:5/bl:2"))));
        assert.ok(answers.flat().every(({ status }) => status === 200));
        await until(() => rendersOf(url) > 0);
        assert.equal(rendersOf(url), 1);
        assert.equal(page.asked, 1);
      });

    it("lose no request where the shared store hangs, dies and comes back", async () => {
      const shared = redis ?? bucket!;
      const { path } = await source();
      const statuses = async (first: number): Promise<number[]> => {
        const targets = Array.from({ length: 6 }, (_, index) => path(`w:${first + index}`));
        return (await Promise.all(targets.map((target) => get(`${balancer}${target}`)))).map(
          ({ status }) => status,
        );
      };
      shared.pause();
      assert.deepEqual(await statuses(20), Array(6).fill(200));
      assert.deepEqual(await statuses(20), Array(6).fill(200));
      shared.resume();
      await redis?.kill();
      assert.deepEqual(await statuses(40), Array(6).fill(200));
      await redis?.restart();
      assert.deepEqual(await statuses(60), Array(6).fill(200));
    });
  });
}
