/** What is kept, for how long, and what is asked of the source meanwhile (RFC 9111; RFC 5861). */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../fixtures/ask.ts";
import { Changing } from "../fixtures/changing.ts";
import { useFolder } from "../fixtures/folder.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { startServer, useServer, type Env } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

/** Patient, because a disk may be slow while other tests run beside. */
const ON: Env = { TINTYPE_CACHE_MEMORY: String(16 * 1024 ** 2), TINTYPE_CACHE_PATIENCE: "5000" };

const stateOf = ({ headers }: Answer): string | undefined => headers["x-cache"];

/** Pages that come into being when a test needs one. */
const pages: Record<string, Changing> = {};
const origin = useOrigin(
  () =>
    new Proxy({}, { get: (_, path) => pages[String(path)]?.page, has: (_, path) => String(path) in pages }),
);
let made = 0;
async function source(headers: Readonly<Record<string, string>> = {}, kind: "png" | "jpeg" = "png") {
  const path = `/${(made += 1)}`;
  const page = (pages[path] = new Changing(await picture(kind), headers));
  return { page, path, target: (options = "w:2") => origin.target(path, options), url: origin.url(path) };
}

describe("a kept picture", () => {
  const server = useServer(ON);

  it("is served again without asking anybody, and says how old it is", async () => {
    const { page, target } = await source();
    const first = await server.get(target());
    assert.deepEqual([first.status, stateOf(first), first.headers["age"]], [200, "MISS", undefined]);
    assert.match(
      first.headers["server-timing"] ?? "",
      /^fetch;dur=[\d.]+, wait;dur=[\d.]+, render;dur=[\d.]+$/,
    );
    const second = await server.get(target());
    assert.deepEqual([second.status, stateOf(second), second.headers["age"]], [200, "HIT", "0"]);
    assert.ok(second.body.equals(first.body));
    assert.equal(second.headers["etag"], first.headers["etag"]);
    assert.equal(page.asked, 1);
  });

  it("is the same for all that changes no byte: signature, order, expiry, file name, attachment, tags", async () => {
    const { page, target } = await source();
    await server.get(target("w:2/h:2/q:50"));
    const others = [
      "q:50/w:2/h:2",
      "w:2/h:2/q:50/exp:4102444800",
      "w:2/h:2/q:50/fn:x/att:1",
      "s:2:2/q:50/ct:a/cttl:50",
    ];
    for (const each of others) assert.equal(stateOf(await server.get(target(each))), "HIT", each);
    assert.equal(stateOf(await server.get(target("w:2/h:2/q:50").replace("/_/", "/other/"))), "HIT");
    assert.equal(stateOf(await server.get(`${target("w:2/h:2/q:50")}?utm=1`)), "HIT");
    assert.equal(page.asked, 1);
    assert.equal(stateOf(await server.get(target("w:2/h:2/q:51"))), "MISS");
  });

  it("answers conditions and ranges as if it were new", async () => {
    const { page, target } = await source();
    const { headers, body } = await server.get(target());
    const etag = headers["etag"] ?? "";
    const same = await server.get(target(), { "If-None-Match": etag });
    assert.deepEqual([same.status, stateOf(same), same.headers["etag"]], [304, "HIT", etag]);
    assert.equal(same.headers["cache-control"], headers["cache-control"]);
    const part = await server.get(target(), { Range: "bytes=1-4", "If-Range": etag });
    assert.deepEqual([part.status, stateOf(part)], [206, "HIT"]);
    assert.ok(part.body.equals(body.subarray(1, 5)));
    assert.equal(page.asked, 1);
  });

  it("is passed by where the URL says so and may; without leave that is refused", async () => {
    const { page, target } = await source();
    const refused = await server.get(target("w:2/bc:1"));
    assert.deepEqual([refused.status, refused.headers["x-cache"]], [403, undefined]);
    const lenient = await startServer({
      ...ON,
      IMGPROXY_ALLOW_BYPASS_CACHE: "true",
      IMGPROXY_PRESETS: "live=bc:1",
    });
    try {
      for (const options of ["w:2/bc:1", "w:2/bc:1", "w:2/pr:live"])
        assert.equal(stateOf(await lenient.get(target(options))), "BYPASS");
      assert.equal(page.served.whole, 3);
      assert.equal(stateOf(await lenient.get(target("w:2"))), "MISS", "nothing was kept");
    } finally {
      await lenient.close();
    }
    assert.equal(stateOf(await server.get(target("w:2/raw:1"))), "BYPASS");
  });

  it("is not kept where the source forbids it", async () => {
    for (const headers of [
      { "Cache-Control": "no-store" },
      { "Cache-Control": "max-age=60, private" },
      { "Cache-Control": 'private="x-secret"' },
      { Vary: "*" },
    ]) {
      const { page, target } = await source(headers);
      for (let i = 0; i < 2; i += 1)
        assert.equal(stateOf(await server.get(target())), "MISS", JSON.stringify(headers));
      assert.equal(page.served.whole, 2);
    }
  });

  it("is not kept for its tags either where the source forbids it", async () => {
    const { target } = await source({ "Cache-Control": "no-store" });
    const size = (): number =>
      server.app.caches.sizes().find(({ tier }) => tier === "memory")?.entries ?? NaN;
    const before = size();
    const answers = await Promise.all(
      ["w:4/ct:a", "w:4/ct:b", "w:4/ct:c"].map((each) => server.get(target(each))),
    );
    assert.ok(answers.some((answer) => stateOf(answer) === "SHARED"));
    assert.equal(size(), before);
  });

  it("bears its tags in headers, for CDNs to purge by", async () => {
    const { target } = await source();
    const { headers } = await server.get(target("ct:shop:summer"));
    assert.equal(headers["cache-tag"], "shop,summer");
    assert.equal(headers["x-amz-meta-cache-tag"], "shop,summer");
    assert.equal(headers["surrogate-key"], "shop summer");
  });
});

describe("freshness", () => {
  const server = useServer({ ...ON, TINTYPE_CACHE_TTL: "1", TINTYPE_CACHE_STALE_WHILE_REVALIDATE: "0" });

  it("that is over has the source asked, which need not send or have drawn again what has not changed", async () => {
    for (const validator of [
      { ETag: '"a"' },
      { ETag: 'W/"a"' },
      { "Last-Modified": "Wed, 01 May 2024 10:00:00 GMT" },
    ]) {
      const { page, target } = await source({ ...validator, "Cache-Control": "max-age=0" });
      const first = await server.get(target());
      const again = await server.get(target());
      // The source's Date counts whole seconds, so what was born just now may be one old.
      assert.match(`${stateOf(again)} ${again.headers["age"]}`, /^HIT [01]$/);
      assert.deepEqual(page.served, { whole: 1, unchanged: 1, failed: 0 });
      assert.equal(again.headers["etag"], first.headers["etag"]);
    }
  });

  it("that is over brings what has changed", async () => {
    const { page, target } = await source({ ETag: '"a"', "Cache-Control": "no-cache" });
    const old = await server.get(target("f:png"));
    page.body = await picture("jpeg");
    page.headers = { ...page.headers, ETag: '"b"' };
    const fresh = await server.get(target("f:png"));
    assert.equal(stateOf(fresh), "MISS");
    assert.ok(!fresh.body.equals(old.body));
    assert.equal(page.served.whole, 2);
  });

  it("draws nothing again where a source without validators sends the same bytes", async () => {
    const { page, target } = await source({ "Cache-Control": "max-age=0" });
    const bytes = await server.get(target());
    const again = await server.get(target());
    assert.equal(stateOf(again), "HIT");
    assert.ok(again.body.equals(bytes.body));
    assert.equal(page.served.whole, 2);
  });

  it("is the setting's where the source says nothing", async () => {
    const { page, target } = await source({ ETag: '"a"' });
    await server.get(target());
    assert.equal(stateOf(await server.get(target())), "HIT");
    assert.equal(page.asked, 1);
    await sleep(1100);
    await server.get(target());
    assert.deepEqual(page.served, { whole: 1, unchanged: 1, failed: 0 });
  });

  it("may be cut short by the URL", async () => {
    const { page, target } = await source({ ETag: '"a"', "Cache-Control": "max-age=600" });
    const first = await server.get(target("w:2/cttl:0"));
    assert.equal(first.headers["cache-control"], "no-cache");
    await server.get(target("w:2/cttl:0"));
    assert.equal(page.served.unchanged + page.served.whole, 2);
    assert.equal((await server.get(target("w:2/cttl:30"))).headers["cache-control"], "max-age=30, public");
  });

  it("counts the age that an answer already had", async () => {
    const { target } = await source({ "Cache-Control": "max-age=100", Age: "40" });
    const { headers } = await server.get(target());
    assert.ok(Number(headers["age"]) >= 40 && Number(headers["age"]) < 50, headers["age"]);
  });
});

describe("a picture whose time is over", () => {
  const server = useServer({ ...ON, TINTYPE_SOURCE_FAILURE_TTL: "0", TINTYPE_SOURCE_MISSING_TTL: "0" });

  it("is served while it is renewed, where the source allows it", async () => {
    const { page, target } = await source({
      ETag: '"a"',
      "Cache-Control": "max-age=0, stale-while-revalidate=60",
    });
    const old = await server.get(target());
    page.body = await picture("jpeg");
    page.headers = { ETag: '"b"', "Cache-Control": "max-age=60" };
    const stale = await server.get(target());
    assert.equal(stateOf(stale), "STALE");
    assert.ok(stale.body.equals(old.body));
    await until(async () => stateOf(await server.get(target())) === "HIT");
    const fresh = await server.get(target());
    assert.ok(!fresh.body.equals(old.body));
    assert.equal(page.served.whole, 2);
  });

  it("is served where the source fails, and gone where it is gone", async () => {
    const { page, target } = await source({ ETag: '"a"', "Cache-Control": "max-age=0" });
    const old = await server.get(target());
    page.status = 503;
    const rescued = await server.get(target());
    assert.deepEqual([rescued.status, stateOf(rescued)], [200, "STALE"]);
    assert.ok(rescued.body.equals(old.body));
    page.status = 404;
    assert.equal((await server.get(target())).status, 404);
    page.status = 503;
    assert.equal((await server.get(target())).status, 502, "what is gone is not kept for later");
  });

  it("is not served where the source insists on being asked", async () => {
    for (const control of [
      "no-cache",
      "max-age=0, must-revalidate",
      "s-maxage=0",
      "max-age=0, proxy-revalidate",
    ]) {
      const { page, target } = await source({ ETag: '"a"', "Cache-Control": control });
      await server.get(target());
      page.status = 500;
      assert.notEqual((await server.get(target())).status, 200, control);
    }
  });
});

describe("the disk", () => {
  const settings = (folder: string): Env => ({
    TINTYPE_CACHE_DIR: folder,
    TINTYPE_CACHE_TTL: "60",
    TINTYPE_CACHE_PATIENCE: "5000",
  });
  const [first, second] = [useFolder(), useFolder()];

  it("keeps pictures and originals for the next process", async () => {
    const { page, target } = await source();
    const one = await startServer(settings(first));
    const { body } = await one.get(target());
    await one.close();
    const two = await startServer(settings(first));
    try {
      const found = await two.get(target());
      assert.equal(stateOf(found), "HIT");
      assert.ok(found.body.equals(body));
      assert.equal(stateOf(await two.get(target("w:3"))), "MISS");
      assert.equal(page.asked, 1, "ten sizes cost one download");
    } finally {
      await two.close();
    }
  });

  it("never serves what is broken, foreign or exchanged there, and makes it anew", async () => {
    const { page, target } = await source();
    const server = await startServer(settings(second));
    try {
      const { body } = await server.get(target());
      const isWritten = async (): Promise<boolean> => {
        const sizes = (await Promise.all((await filesUnder(second)).map((path) => readFile(path)))).map(
          ({ length }) => length,
        );
        return sizes.length === 2 && sizes.every((size) => size > body.length);
      };
      await until(isWritten);
      const spoil: readonly ((bytes: Buffer) => Buffer)[] = [
        (bytes) => bytes.subarray(0, 40),
        (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 60 ? byte ^ 1 : byte))),
        () => Buffer.from("<svg onload=alert(1)>"),
        () => Buffer.alloc(0),
      ];
      for (const each of spoil) {
        for (const path of await filesUnder(second)) await writeFile(path, each(await readFile(path)));
        const made = await server.get(target());
        assert.deepEqual([made.status, stateOf(made)], [200, "MISS"]);
        assert.ok(made.body.equals(body));
        await until(isWritten);
      }
      assert.equal(page.served.whole, 1 + spoil.length);
    } finally {
      await server.close();
    }
  });
});

describe("a disk that fails", () => {
  const folder = useFolder(() => ({ occupied: "a file where a folder should be" }));

  it("costs no picture, and is used again when it is well", async () => {
    const { target } = await source();
    const directory = join(folder, "occupied");
    const server = await startServer({
      ...ON,
      TINTYPE_CACHE_MEMORY: "0",
      TINTYPE_CACHE_DIR: join(directory, "cache"),
    });
    try {
      for (let i = 0; i < 3; i += 1) assert.equal((await server.get(target())).status, 200);
      assert.equal(stateOf(await server.get(target("w:3"))), "MISS");
      await rm(directory);
      await mkdir(directory);
      await until(async () => stateOf(await server.get(target())) === "HIT");
      await until(async () => (await filesUnder(directory)).length > 0);
    } finally {
      await server.close();
    }
  });
});

const filesUnder = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile() && /^[\da-f]{24}-/.test(each.name))
    .map((each) => join(each.parentPath, each.name));

describe("a purge", () => {
  const folder = useFolder();
  const server = useServer(() => ({ ...ON, TINTYPE_CACHE_DIR: folder }));
  const sizes = Array.from({ length: 12 }, (_, index) => `w:${index + 2}`);

  it("of a source removes all its variants and its original, and says how many", async () => {
    const { page, target, url } = await source();
    const other = await source();
    for (const size of sizes) await server.get(target(size));
    await server.get(other.target());
    const report = await server.app.purge({ kind: "source", value: url });
    assert.deepEqual(report, {
      removed: 12,
      tiers: { memory: 12, disk: 12, originals: 1 },
      complete: true,
      edges: {},
    });
    for (const size of sizes) assert.equal(stateOf(await server.get(target(size))), "MISS");
    assert.equal(page.served.whole, 2);
    for (const size of sizes) assert.equal(stateOf(await server.get(target(size))), "HIT");
    assert.equal(stateOf(await server.get(other.target())), "HIT");
  });

  it("of a tag means every request that bore it, be it the first or a later one", async () => {
    const { page, target } = await source();
    await server.get(target("w:4/ct:red"));
    await server.get(target("w:4/ct:blue"));
    await server.get(target("w:5"));
    assert.equal((await server.app.purge({ kind: "tag", value: "blue" })).removed, 1);
    assert.equal(stateOf(await server.get(target("w:4"))), "MISS");
    assert.equal(stateOf(await server.get(target("w:5"))), "HIT");
    assert.equal(page.served.whole, 2, "the original bore the tag as well");
    assert.equal((await server.app.purge({ kind: "tag", value: "nobody's" })).removed, 0);
  });

  it("of a prefix or of everything reaches what begins so, or all", async () => {
    const [one, two] = [await source(), await source()];
    await server.get(one.target());
    await server.get(two.target());
    await server.app.purge({ kind: "prefix", value: one.url });
    assert.equal(stateOf(await server.get(one.target())), "MISS");
    assert.equal(stateOf(await server.get(two.target())), "HIT");
    const { removed } = await server.app.purge({ kind: "all" });
    assert.ok(removed > 2, String(removed));
    assert.equal(stateOf(await server.get(two.target())), "MISS");
  });

  it("has a missing source asked again at once", async () => {
    const { page, target, url } = await source();
    page.status = 404;
    for (let i = 0; i < 2; i += 1) assert.equal((await server.get(target())).status, 404);
    assert.equal(page.asked, 1);
    page.status = 200;
    await server.app.purge({ kind: "source", value: url });
    assert.equal((await server.get(target())).status, 200);
  });
});

describe("what is no picture", () => {
  const server = useServer(ON);

  it("is not fetched and looked at for every visitor", async () => {
    const { page, target } = await source();
    page.body = Buffer.from("no picture at all");
    const answers = [await server.get(target()), await server.get(target()), await server.get(target())];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [422, 422, 422],
    );
    assert.equal(page.asked, 1);
  });
});
