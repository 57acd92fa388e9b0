/** Capabilities: pictures whose size the browser picks without a key, and nothing beyond (docs/capability-urls.md). */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { pick, rungs, srcset } from "@tintype/url/capability";
import { createCapabilities, type Policy } from "@tintype/url/sign";
import sharp from "sharp";
import type { Answer } from "../fixtures/ask.ts";
import { Changing } from "../fixtures/changing.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { assertRefused, type Refusal } from "../fixtures/refusal.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";

const KEY = "00112233445566778899aabbccddeeff";
const AUDIENCE = "img.example.com";
const CAPABILITIES = {
  TINTYPE_CAPABILITY_KEYS: `1:${KEY}`,
  TINTYPE_CAPABILITY_AUDIENCE: AUDIENCE,
  IMGPROXY_ALLOWED_SOURCES: "",
};
const ENDPOINT = `https://${AUDIENCE}`;
const POLICY: Policy = { widths: [16, 400], formats: ["webp", "jpg", "png"] };

const FORBIDDEN: Refusal = { status: 403, body: "Forbidden", code: "bad_capability", detail: /^expected / };

/** 320 by 200 pixels, left red, right blue. */
const halves = await sharp({ create: { width: 320, height: 200, channels: 3, background: "#f00" } })
  .composite([
    { input: { create: { width: 160, height: 200, channels: 3, background: "#00f" } }, left: 160, top: 0 },
  ])
  .jpeg({ quality: 95 })
  .toBuffer();

const source = new Changing(halves, { "Cache-Control": "max-age=600", ETag: '"1"' });
const origin = useOrigin(() => ({
  "/shop/cat.jpg": source.page,
  "/shop/deep/dog.jpg": halves,
  "/shop/untouched.jpg": halves,
  "/secret.jpg": halves,
}));

const mint = (path: string, policy: Partial<Policy> = {}, settings: object = {}): string =>
  createCapabilities({ endpoint: ENDPOINT, key: KEY, kid: 1, ...settings }).sign(origin.url(path), {
    ...POLICY,
    ...policy,
  });

const target = (url: string): string => url.slice(ENDPOINT.length);

async function sizeOf(answer: Answer): Promise<string> {
  assert.equal(answer.status, 200, answer.text.slice(0, 100));
  const { width, height, format } = await sharp(answer.body).metadata();
  return `${width}x${height} ${format}`;
}

describe("a capability", { concurrency: 4 }, () => {
  const server = useServer(CAPABILITIES);
  const get = (url: string, headers = {}): Promise<Answer> => server.get(target(url), headers);

  it("serves every picture of its srcset", async () => {
    const urls = srcset(mint("/shop/cat.jpg"))
      .split(", ")
      .map((entry) => entry.split(" "));
    assert.ok(urls.length > 10);
    for (const [url = "", width] of urls) {
      const wide = Math.min(320, parseInt(width ?? ""));
      assert.match(await sizeOf(await get(url)), new RegExp(`^${wide}x\\d+ webp$`));
    }
  });

  it("has the format that is picked", async () => {
    const capability = mint("/shop/cat.jpg");
    for (const [format, name] of [
      ["webp", "webp"],
      ["jpg", "jpeg"],
      ["png", "png"],
    ] as const)
      assert.equal(await sizeOf(await get(pick(capability, { width: 80, format }))), `80x50 ${name}`);
  });

  it("leaves the format to the Accept header where the policy has auto", async () => {
    const capability = mint("/shop/cat.jpg", { formats: ["auto"] });
    const url = pick(capability, { width: 80 });
    assert.match(url, /\/w80$/);
    const plain = await get(url);
    assert.equal(await sizeOf(plain), "80x50 jpeg");
  });

  it("cuts to the aspect that is picked, and never enlarges", async () => {
    const capability = mint("/shop/cat.jpg", {
      aspects: ["1x1", "2x1", "natural"],
      widths: [16, 800],
      formats: ["png"],
    });
    const at = async (width: number, aspect: number) =>
      sizeOf(await get(pick(capability, { width, aspect, format: "png" })));
    assert.equal(await at(80, 0), "80x80 png");
    assert.equal(await at(80, 1), "80x40 png");
    assert.equal(await at(80, 2), "80x50 png");
    assert.equal(await at(704, 0), "200x200 png");
    assert.equal(await at(704, 2), "320x200 png");
  });

  it("fills both sides where heights are picked", async () => {
    const capability = mint("/shop/cat.jpg", { widths: [16, 96], heights: [16, 96], formats: ["png"] });
    assert.equal(await sizeOf(await get(pick(capability, { width: 90, height: 40 }))), "96x40 png");
  });

  it("holds the options that were signed with it, and the pick wins over them", async () => {
    const options = { gravity: { type: "ea" }, width: 5, format: "jpeg", enlarge: true } as const;
    const capability = mint("/shop/cat.jpg", { aspects: ["1x1"], formats: ["png"], options });
    const answer = await get(pick(capability, { width: 80 }));
    assert.equal(await sizeOf(answer), "80x80 png");
    const { dominant } = await sharp(answer.body).stats();
    assert.ok(dominant.b > 200 && dominant.r < 50);
  });

  it("has a quality class that is seen in the bytes", async () => {
    const of = async (quality: NonNullable<Policy["quality"]>) => {
      const capability = mint("/shop/cat.jpg", { quality, formats: ["jpg"] });
      return (await get(pick(capability, { width: 320 }))).body.length;
    };
    const [low, standard, high, best] = [
      await of("low"),
      await of("standard"),
      await of("high"),
      await of("best"),
    ];
    assert.ok(low < standard && standard < high && high < best, [low, standard, high, best].join());
  });

  it("serves all below a signed place, and nothing beside it", async () => {
    const capability = mint("/shop/*");
    for (const path of ["cat.jpg", "deep/dog.jpg"])
      assert.equal(
        await sizeOf(await get(pick(capability, { width: 80, path, format: "png" }))),
        "80x50 png",
      );
    for (const path of ["../secret.jpg", "%2e%2e/secret.jpg", "..%2fsecret.jpg"])
      await assertRefused(server, target(pick(capability, { width: 80, path })), FORBIDDEN);
  });

  it("sends a width between two rungs to the next one, for as long as it lasts", async () => {
    const capability = mint("/shop/cat.jpg", { expires: new Date(Date.now() + 2 * 3_600_000) });
    const answer = await get(`${capability}/w65.webp`);
    assert.equal(answer.status, 308);
    assert.equal(answer.headers["location"], target(`${capability}/w80.webp`));
    const [, maxAge] = /^public, max-age=(\d+)$/.exec(answer.headers["cache-control"] ?? "") ?? [];
    assert.ok(Number(maxAge) > 7000 && Number(maxAge) <= 3 * 3600 + 60, maxAge);
    assert.equal(await sizeOf(await server.get(answer.headers["location"] ?? "")), "80x50 webp");
  });

  it("is kept by nobody beyond its end", async () => {
    const capability = mint("/shop/cat.jpg", { expires: new Date(Date.now() + 3_600_000) });
    const answer = await get(pick(capability, { width: 80 }));
    const [, maxAge] = /max-age=(\d+)/.exec(answer.headers["cache-control"] ?? "") ?? [];
    assert.ok(Number(maxAge) <= 2 * 3600 + 60, maxAge);
  });

  it("is refused in one way, whatever is wrong with it, and nothing is fetched for it", async () => {
    const good = mint("/shop/untouched.jpg");
    const fetches = () => origin.seen.filter(({ target }) => target === "/shop/untouched.jpg").length;
    const wrong = [
      pick(mint("/shop/untouched.jpg", {}, { key: `${KEY.slice(2)}00` }), { width: 80 }),
      pick(mint("/shop/untouched.jpg", {}, { kid: 2 }), { width: 80 }),
      pick(mint("/shop/untouched.jpg", {}, { audience: "img.example.org" }), { width: 80 }),
      pick(mint("/shop/untouched.jpg", { expires: new Date("2021-01-01") }), { width: 80 }),
      pick(mint("/shop/untouched.jpg", { expires: "never" }), { width: 80 }),
      `${good}/w401.webp`,
      `${good}/w80.avif`,
      `${good}/w80a0.webp`,
      `${good}/w080.webp`,
      `${good}/w80`,
      `${good}/w80.webp?x=1`,
      `${good}/w80.webp/`,
      good,
      `${ENDPOINT}/c1/`,
      pick(good, { width: 80 }).replace("w16-400", "w16-800"),
    ];
    const answers: Answer[] = [];
    for (const url of wrong) answers.push(await assertRefused(server, target(url), FORBIDDEN));
    const [first, ...others] = answers.map(({ status, headers, text }) => {
      const { date: _date, "x-request-id": _id, ...rest } = headers;
      return { status, rest, text };
    });
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(fetches(), 0);
    assert.equal(await sizeOf(await get(pick(good, { width: 80, format: "png" }))), "80x50 png");
    assert.equal(fetches(), 1);
  });

  it("leaves no way for URLs without one", async () => {
    const unsigned = `/unsafe/w:10/plain/${origin.url("/shop/cat.jpg")}`;
    await assertRefused(server, unsigned, { ...FORBIDDEN, code: "bad_signature" });
  });
});

describe("one leaked capability", () => {
  const kept = mkdtempSync(join(tmpdir(), "tintype-leaked-"));
  after(() => rmSync(kept, { recursive: true, force: true }));
  const server = useServer({
    ...CAPABILITIES,
    TINTYPE_CACHE_MEMORY: String(16 * 1024 ** 2),
    TINTYPE_CACHE_DIR: kept,
    TINTYPE_CACHE_PATIENCE: "5000",
  });

  it("leads to as many pictures as its policy has variants, and to one download", async () => {
    const leaked = mint("/shop/cat.jpg", {
      widths: [16, 48],
      aspects: ["1x1", "natural"],
      formats: ["webp", "jpg"],
    });
    const variants = rungs(leaked).length * 2 * 2;
    const before = source.asked;
    const made = new Set<string>();
    for (let width = 0; width <= 64; width++)
      for (const shape of ["a0", "a1", "a2", ""])
        for (const format of [".webp", ".jpg", ".png", ".avif", ""])
          await follow(`${leaked}/w${width}${shape}${format}`);
    assert.equal(made.size, variants);
    assert.equal(server.log().filter(({ state }) => state === "miss").length, variants);
    assert.equal(source.asked - before, 1);

    async function follow(url: string): Promise<void> {
      const answer = await server.get(target(url));
      if (answer.status === 308) return follow(ENDPOINT + (answer.headers["location"] ?? ""));
      if (answer.status === 200) made.add(url.slice(leaked.length));
      else assert.equal(answer.status, 403);
    }
  });

  it("shares what is kept with whatever is minted anew for the same picture", async () => {
    const first = pick(mint("/shop/cat.jpg", { widths: [16, 400] }), { width: 232 });
    const anew = pick(
      mint("/shop/cat.jpg", { widths: [32, 300], expires: new Date("2050-01-01"), generation: 3 }),
      {
        width: 232,
      },
    );
    assert.notEqual(first, anew);
    assert.equal((await server.get(target(first))).headers["x-cache"], "MISS");
    assert.equal((await server.get(target(anew))).headers["x-cache"], "HIT");
  });
});

describe("keys and revocations in a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-keyring-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "capabilities");
  const write = (...lines: readonly string[]): void => writeFileSync(file, lines.join("\n"));
  write(`key 1 ${KEY}`);
  const server: TestServer = useServer({
    ...CAPABILITIES,
    TINTYPE_CAPABILITY_KEYS: "",
    TINTYPE_CAPABILITY_FILE: file,
    TINTYPE_CACHE_MEMORY: String(16 * 1024 ** 2),
  });
  const statusOf = async (url: string): Promise<number> => (await server.get(target(url))).status;

  it("are read again while the server runs, kept pictures included", async () => {
    const url = pick(mint("/shop/cat.jpg", { namespace: 4 }), { width: 80 });
    const other = `${KEY.slice(2)}aa`;
    const newer = pick(mint("/shop/cat.jpg", { namespace: 4 }, { key: other, kid: 2 }), { width: 80 });
    assert.deepEqual([await statusOf(url), await statusOf(newer)], [200, 403]);
    write(`key 1 ${KEY}`, `key 2 ${other}`);
    server.app.reload();
    assert.deepEqual([await statusOf(url), await statusOf(newer)], [200, 200]);
    write(`key 2 ${other}`);
    server.app.reload();
    assert.deepEqual([await statusOf(url), await statusOf(newer)], [403, 200]);
    write(`key 2 ${other}`, "generation 4 1");
    server.app.reload();
    assert.equal(await statusOf(newer), 403);
    write(`key 2 ${other}`);
    server.app.reload();
    assert.equal(await statusOf(newer), 200);
    write(`key 2 ${other}`, `revoke source ${origin.url("/shop/cat.jpg")}`);
    server.app.reload();
    assert.equal(await statusOf(newer), 403);
  });

  it("stay as they were where the file cannot be read, and the log says so", async () => {
    write(`key 1 ${KEY}`);
    server.app.reload();
    const url = pick(mint("/shop/cat.jpg"), { width: 80 });
    write("key 1 oops");
    server.app.reload();
    assert.equal(await statusOf(url), 200);
    const line = server.log().find(({ msg }) => msg === "capabilities could not be read again");
    assert.match(String(line?.["error"]), /line 1: expected key <id> <hex>/);
    assert.doesNotMatch(JSON.stringify(server.log()), new RegExp(KEY));
  });

  it("keep pictures at a CDN for a day at most, and mark them with their namespace", async () => {
    write(`key 1 ${KEY}`);
    server.app.reload();
    const url = pick(mint("/shop/cat.jpg", { namespace: 9 }), { width: 96 });
    const { headers } = await server.get(target(url));
    const [, maxAge] = /max-age=(\d+)/.exec(headers["cache-control"] ?? "") ?? [];
    assert.ok(Number(maxAge) <= 24 * 3600);
  });
});
