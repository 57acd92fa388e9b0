/** deploy/varnish as it ships, in front of a real server: what is kept, for whom, and how it is purged. */
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "../../src/config/load.ts";
import { edgeFunction } from "../../src/edge-function.ts";
import { ACCEPTS } from "../fixtures/accepts.ts";
import { ask } from "../fixtures/ask.ts";
import { runEdgeFunction } from "../fixtures/edge-function.ts";
import { startBehind, startTurnstile } from "../fixtures/twin.ts";
import { until } from "../fixtures/until.ts";
import { startVarnish } from "../fixtures/varnish.ts";
import { unless } from "../needs.ts";

const FULL = "image/avif,image/webp,*/*;q=0.8";
const FULL_TOO = "image/webp,image/avif,image/png,*/*;q=0.5";

let pictures = 20;
const fresh = (options = "", ending = ""): string =>
  `/_/w:${(pictures += 1)}${options}/plain/local:///photo.jpg${ending}`;

const ENV = { IMGPROXY_AUTO_WEBP: "true", IMGPROXY_AUTO_AVIF: "true" };

describe("Varnish", { skip: unless("varnish") }, async () => {
  const server = await startBehind(ENV);
  const turnstile = await startTurnstile(Number(new URL(server.url).port));
  const varnish = await startVarnish({ backend: turnstile.port });
  const stranger = await startVarnish({ backend: turnstile.port, purgers: ["192.0.2.1"] });
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());

  const get = (target: string, headers: Record<string, string> = {}, method = "GET") =>
    ask(varnish.port, target, { headers, method, agent });
  const state = async (target: string, headers: Record<string, string> = {}) =>
    (await get(target, headers)).headers["x-cache"];
  const counted = async (work: () => Promise<unknown>): Promise<number> => {
    const already = turnstile.passed.length;
    await work();
    return turnstile.passed.length - already;
  };

  it("keeps a picture once for each class of browsers, and tells browsers that Accept counts", async () => {
    const target = fresh();
    const hits = await counted(async () => {
      for (const accept of [FULL, FULL_TOO]) {
        const { headers } = await get(target, { Accept: accept });
        assert.deepEqual([headers["content-type"], headers["vary"]], ["image/avif", "Accept"]);
      }
      assert.equal((await get(target, { Accept: "image/webp" })).headers["content-type"], "image/webp");
      assert.equal((await get(target)).headers["content-type"], "image/jpeg");
    });
    assert.equal(hits, 3);
  });

  it("keeps it once for all where the URL names the format, and knows no query", async () => {
    for (const target of [fresh("", "@png"), fresh("/f:png")]) {
      const hits = await counted(async () => {
        for (const [index, accept] of [FULL, "image/webp", "*/*"].entries())
          assert.equal((await get(`${target}?${index}`, { Accept: accept })).status, 200);
      });
      assert.equal(hits, 1, target);
    }
  });

  it("sorts all browsers as the function for CDNs does", async () => {
    const run = runEdgeFunction(
      edgeFunction(loadConfig({ env: ENV, cpus: 1 }).config, { verify: false, resign: false, store: "" }),
      undefined,
    );
    const paths = [
      "w:1/plain/x",
      "w:1/plain/x@png",
      "w:1/f:jxl/plain/x",
      "w:1/f:png",
      "w:1/plain/f:png/x",
      "w:1/plain/a.png",
      "f:best/plain/x",
      "w:1/aHR0.webp",
      "aHR0",
      // What proxies on the way make of colons.
      "w%3A1/plain/local:///a.jpg",
      "/w:1/plain/local:///a.jpg",
    ];
    const cases = [
      ...ACCEPTS.map((accept) => [`/_/${paths[0]!}`, accept] as const),
      ...paths.map((path) => [`/_/${path}`, FULL] as const),
      ["/c1/AAAA/w16-64/x/w32.avif", FULL] as const,
      ["/c1/AAAA/w16-64/x/w32", FULL] as const,
      ["//_/w:1/plain/local:///a.jpg", FULL] as const,
      ["//_/w:1/f:png/plain/local:///a.jpg", FULL] as const,
    ];
    for (const [target, accept] of cases) {
      const wanted = await run({ uri: target, headers: { accept } });
      assert.ok("uri" in wanted);
      // Nobody has this yet, so the server is asked.
      const own = target.replace("/_/", `/${(pictures += 1)}/`).replace("AAAA", `${(pictures += 1)}`);
      await get(own, accept === "" ? {} : { Accept: accept });
      const passed = turnstile.passed.at(-1);
      assert.deepEqual([passed?.target, passed?.headers["accept"]], [own, wanted.headers["accept"]], accept);
    }
  });

  it("asks once for many who want what nobody has yet", async () => {
    const target = fresh();
    turnstile.delay = 200;
    const hits = await counted(async () => {
      const url = `http://127.0.0.1:${varnish.port}${target}`;
      const all = await Promise.all(Array.from({ length: 30 }, () => fetch(url)));
      assert.ok(all.every(({ status }) => status === 200));
    });
    turnstile.delay = 0;
    assert.equal(hits, 1);
  });

  it("answers with what is out of date, at once and where the server fails", async () => {
    const target = fresh("/cttl:1");
    await get(target);
    await sleep(1300);
    turnstile.delay = 600;
    const askedAt = performance.now();
    assert.equal(await state(target), "STALE");
    assert.ok(performance.now() - askedAt < 500);
    turnstile.delay = 0;
    await until(async () => (await state(target)) === "HIT");
    for (const fault of [503, 429, "break"] as const) {
      await until(async () => (await state(target)) === "HIT");
      await sleep(1300);
      turnstile.fault = fault;
      const hits = await counted(async () => {
        for (let i = 0; i < 3; i++) {
          const { status, headers } = await get(target);
          assert.deepEqual([status, headers["x-cache"]], [200, "STALE"]);
          await sleep(50);
        }
      });
      assert.ok(hits > 0, "it was asked");
      turnstile.fault = undefined;
      await get(target);
    }
  });

  it("keeps errors only as long as the server says", async () => {
    const missing = fresh().replace("photo", "missing");
    assert.deepEqual([await state(missing), await state(missing)], ["MISS", "HIT"]);
    const wrong = fresh("/nonsense:1");
    assert.deepEqual([await state(wrong), await state(wrong)], ["MISS", "MISS"]);
  });

  it("purges by URL and by tag, and by the order that the server gives to Fastly", async () => {
    const [one, two, three] = [fresh("/ct:shop.1:cats"), fresh("/ct:shop.1"), fresh("/ct:shopX1:dogs")];
    const all = [one, two, three];
    const states = () => Promise.all(all.map((target) => state(target)));
    await states();
    assert.deepEqual(await states(), ["HIT", "HIT", "HIT"]);
    assert.equal((await get(one, {}, "PURGE")).status, 200);
    assert.deepEqual(await states(), ["MISS", "HIT", "HIT"]);
    assert.equal((await get("/", { "Cache-Tag": "shop.1" }, "BAN")).status, 200);
    assert.deepEqual(await states(), ["MISS", "MISS", "HIT"]);
    assert.equal((await get("/service/varnish/purge", { "Surrogate-Key": "dogs" }, "POST")).status, 200);
    assert.deepEqual(await states(), ["HIT", "HIT", "MISS"]);
    assert.equal((await get("/service/varnish/purge_all", {}, "POST")).status, 200);
    assert.deepEqual(await states(), ["MISS", "MISS", "MISS"]);
    for (const tag of ["", "a b", "a,b", "a\\E", 'a" && obj.status > "0', "a".repeat(257)])
      assert.equal((await get("/", { "Cache-Tag": tag }, "BAN")).status, 400, tag);
    assert.equal((await get(one, {}, "POST")).status, 405);
  });

  it("purges by every tag that the server gives, and reads nothing else in it", async () => {
    const bystander = fresh("/ct:x");
    await get(bystander);
    for (const tag of ["a+b*(c)", '"q"', "[x", "^y$", "a|x", ".*", "~&&!", 'a"||obj.status!="0']) {
      const target = fresh(`/ct:${tag}`);
      assert.deepEqual([await state(target), await state(target)], ["MISS", "HIT"], tag);
      assert.equal((await get("/", { "Cache-Tag": tag }, "BAN")).status, 200, tag);
      assert.deepEqual([await state(target), await state(bystander)], ["MISS", "HIT"], tag);
    }
  });

  it("lets nobody else purge", async () => {
    const target = fresh("/ct:mine");
    const asked = (method: string, path = target, headers: Record<string, string> = {}) =>
      ask(stranger.port, path, { method, headers });
    await asked("GET");
    assert.equal((await asked("PURGE")).status, 405);
    assert.equal((await asked("BAN", "/", { "Cache-Tag": "mine" })).status, 405);
    assert.equal((await asked("POST", "/service/x/purge_all")).status, 405);
    assert.equal((await asked("GET")).headers["x-cache"], "HIT");
  });

  it("passes nothing on that is not in the key, and says who asks", async () => {
    const headers = { Cookie: "a=b", Authorization: "c", Width: "9", DPR: "2", "X-Viewer-IP": "192.0.2.1" };
    await get(fresh(), headers);
    const passed = turnstile.passed.at(-1)?.headers ?? {};
    for (const name of ["cookie", "authorization", "width", "dpr", "accept-encoding"])
      assert.equal(passed[name], undefined, name);
    assert.equal(passed["x-viewer-ip"], "127.0.0.1");
  });

  it("is HTTP: HEAD, parts, 304, long URLs, raw paths", async () => {
    const target = fresh();
    const head = await get(target, {}, "HEAD");
    const whole = await get(target);
    assert.deepEqual([head.status, head.headers["etag"]], [200, whole.headers["etag"]]);
    const part = await get(target, { Range: "bytes=1-3" });
    assert.deepEqual([part.status, part.body], [206, whole.body.subarray(1, 4)]);
    assert.equal((await get(target, { "If-None-Match": whole.headers["etag"] ?? "" })).status, 304);
    for (const options of ["w:20/".repeat(1200), `fn:${"a".repeat(200)}/`.repeat(30)])
      assert.equal((await get(`/_/${options}plain/local:///photo.jpg`)).status, 200);
    for (const path of ["/_/w:5//plain/local:///a//b%20c.jpg", "/_/w:5/plain/local:///a%2Fb.jpg"]) {
      await get(path);
      assert.equal(turnstile.passed.at(-1)?.target, path);
    }
  });

  it("hides what is no picture, and has a health check of its own", async () => {
    const hits = await counted(async () => {
      for (const path of ["/", "/health", "/ready?x", "/gallery", "/playground"])
        assert.equal((await get(path)).status, 404, path);
      assert.equal((await get("/edge-health")).text, "ready");
    });
    assert.equal(hits, 0);
  });
});
