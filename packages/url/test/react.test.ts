/** The components in a real browser: the published package, a page that Vite built, and a server that makes the pictures. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { pick, srcset } from "@tintype/url/capability";
import { createCapabilities, type Policy } from "@tintype/url/sign";
import { build as bundle } from "esbuild";
import type { Browser, BrowserContextOptions, Page, Route } from "playwright-core";
import { launchChromium } from "../../../scripts/chromium.mjs";
import sharp from "sharp";
import { useOrigin } from "../../server/test/fixtures/origin.ts";
import { useServer } from "../../server/test/fixtures/server.ts";
import { unless } from "../../server/test/needs.ts";
import { Site, type Pictures } from "./site.ts";
import { complaintsOf, galleryOf, observeShifts, readAll, shiftsOf, type Visit } from "./visit.ts";

const KEY = "5ec2e75ec2e75ec2e75ec2e75ec2e75e";
const AUDIENCE = "img.example.com";
const SAMPLES = ["peaks", "evening-room", "two-dogs", "fig", "clock", "nuthatch", "dandelion"];
const DESKTOP = { width: 1280, height: 900 };

/** Large enough for every rung that is looked at, and soon encoded. */
const sample = (name: string): Promise<Buffer> =>
  sharp(readFileSync(new URL(`../../../samples/${name}.jpg`, import.meta.url)))
    .autoOrient()
    .resize({ width: 1000 })
    .jpeg()
    .toBuffer();
const ring =
  '<svg width="240" height="240"><circle cx="120" cy="120" r="90" fill="none" stroke="#06c" stroke-width="40"/></svg>';

describe("components in a browser", { skip: unless("chromium") }, () => {
  const origin = useOrigin(async () => ({
    ...Object.fromEntries(
      await Promise.all(SAMPLES.map(async (name) => [`/shop/${name}.jpg`, await sample(name)] as const)),
    ),
    "/shop/ring.png": await sharp(Buffer.from(ring)).png().toBuffer(),
  }));
  // A page asks for a dozen pictures at once, and the machine that runs the tests has other things to do.
  const server = useServer({
    TINTYPE_CAPABILITY_KEYS: `1:${KEY}`,
    TINTYPE_CAPABILITY_AUDIENCE: AUDIENCE,
    TINTYPE_CACHE_MEMORY: "67108864",
    TINTYPE_RENDER_QUEUE_TIMEOUT: "60",
    IMGPROXY_REQUESTS_QUEUE_SIZE: "0",
    IMGPROXY_TIMEOUT: "60",
    IMGPROXY_ALLOWED_SOURCES: "",
  });
  let site: Site;
  let browser: Browser;

  before(async () => {
    site = new Site();
    await site.start(picturesOf());
    browser = await launchChromium();
  });

  after(async () => {
    site.close();
    await browser.close();
  });

  function picturesOf(): Pictures {
    const endpoint = `http://127.0.0.1:${server.port}`;
    const { sign } = createCapabilities({ endpoint, audience: AUDIENCE, key: KEY, kid: 1 });
    const mint = (name: string, policy: Partial<Policy> = {}): string =>
      sign(origin.url(`/shop/${name}`), { widths: [16, 2400], ...policy });
    const clock = mint("clock.jpg");
    return {
      peaks: mint("peaks.jpg", { aspects: ["16x7"] }),
      room: mint("evening-room.jpg", { formats: ["auto"] }),
      dogs: mint("two-dogs.jpg", { aspects: ["4x3"] }),
      nuthatch: mint("nuthatch.jpg"),
      fig: mint("fig.jpg", { aspects: ["1x1"] }),
      shelf: mint("*"),
      cut: mint("dandelion.jpg", { widths: [100, 600], aspects: ["natural", "1x1"] }),
      dandelion: pick(mint("dandelion.jpg"), { width: 400, format: "jpg" }),
      logo: mint("ring.png", { formats: ["webp"] }),
      missing: mint("nothing.jpg"),
      bare: pick(mint("fig.jpg"), { width: 800, format: "jpg" }),
      imported: {
        src: pick(clock, { width: 640, format: "jpg" }),
        srcset: srcset(clock, { format: "jpg" }),
        sizes: "100vw",
        width: 400,
        height: 300,
        dominantColor: "#8a8378",
        sources: [{ type: "image/avif", srcset: srcset(clock, { format: "avif" }) }],
      },
    };
  }

  interface Look extends BrowserContextOptions {
    /** Before the page is gone to. */
    readonly prepare?: (page: Page) => Promise<unknown>;
  }

  async function visit(path: string, options: Look, look: (visit: Visit) => Promise<void>): Promise<void> {
    const { prepare, ...context } = options;
    const page = await browser.newPage({ viewport: DESKTOP, ...context });
    try {
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      const complaints = complaintsOf(page, (url) => url.endsWith("/nowhere.jpg"));
      await observeShifts(page);
      await prepare?.(page);
      await page.goto(site.origin + path, { waitUntil: "domcontentloaded" });
      await look({ page, requests, complaints });
    } finally {
      await page.close();
    }
  }

  const snap = async (page: Page, name: string): Promise<unknown> =>
    process.env["SCREENSHOTS"] &&
    page.screenshot({ path: join(process.env["SCREENSHOTS"], `react-${name}.png`), fullPage: true });

  for (const [path, what] of [
    ["/", "drawn in the browser"],
    ["/rendered", "drawn on the server"],
  ] as const) {
    describe(`a page that was ${what}`, () => {
      it("shows every picture, or what stands in for it; nothing moves, nothing is said, and the first comes first", () =>
        visit(path, {}, async ({ page, requests, complaints }) => {
          await readAll(page);
          const gallery = await galleryOf(page);
          const absent = Object.entries(gallery).filter(([, { isThere }]) => !isThere);
          assert.deepEqual(
            absent.map(([id]) => id),
            ["plain"],
            "the one that has no script",
          );
          const cards = Object.entries(gallery).filter(([, { pick }]) => pick === "card");
          assert.deepEqual(
            cards.map(([id]) => id),
            ["gone", "hopeless", "swapped"],
          );
          assert.equal(gallery["replaced"]?.pick, "w448.jpg");
          assert.deepEqual(await shiftsOf(page), []);
          assert.deepEqual(complaints, []);
          await assertPreloaded(page, requests);
          await snap(page, path === "/" ? "there" : "rendered");
        }));
    });
  }

  async function assertPreloaded(page: Page, requests: readonly string[]): Promise<void> {
    const pictures = requests.filter((url) => url.includes("/c1/"));
    assert.match(pictures[0] ?? "", /\/w1368a0\.avif$/, "before any other");
    assert.equal(pictures.filter((url) => url === pictures[0]).length, 1, "and once");
    const links = page.locator('link[rel="preload"][as="image"]');
    assert.equal(await links.count(), 1);
    assert.equal(await links.getAttribute("imagesizes"), "100vw");
    assert.equal(await links.getAttribute("fetchpriority"), "high");
  }

  const RUNGS: Readonly<Record<string, readonly [once: string, twice: string]>> = {
    hero: ["w1368a0.avif", "w2136a0.avif"],
    room: ["w360", "w880"],
    dogs: ["w360a0.avif", "w880a0.avif"],
    imported: ["w360.jpg", "w880.jpg"],
    cover: ["w560.webp", "w1096.webp"],
    face: ["w64a0.webp", "w152a0.webp"],
    shelf: ["w288.webp", "w560.webp"],
    cut: ["w120a1.avif", "w288a1.avif"],
    logo: ["w120.webp", "w288.webp"],
  };
  for (const [density, index] of [
    [1, 0],
    [2, 1],
  ] as const) {
    it(`takes the right rung on a screen of ${density} pixels to one`, () =>
      visit("/", { deviceScaleFactor: density }, async ({ page }) => {
        await readAll(page);
        const gallery = await galleryOf(page);
        const picks = Object.keys(RUNGS).map((id) => [id, gallery[id]?.pick]);
        assert.deepEqual(
          Object.fromEntries(picks),
          mapValues(RUNGS, (rungs) => rungs[index]),
        );
      }));
  }

  it("fits a phone", () =>
    visit("/", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }, async ({ page }) => {
      await readAll(page);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      assert.deepEqual(await shiftsOf(page), []);
      await snap(page, "phone");
    }));

  it("holds every box open while nothing has arrived, with what lies behind it", async () => {
    let isOver = false;
    const held: Route[] = [];
    // This is what the blurred ones stand on.
    const hold = (route: Route): unknown =>
      isOver || /\/w16(?:a0)?\.\w+$/.test(route.request().url()) ? route.continue() : held.push(route);
    const prepare = (page: Page): Promise<unknown> => page.route("**/c1/**", hold);
    await visit("/", { prepare }, async ({ page }) => {
      await page.waitForSelector("#end");
      const waiting = await galleryOf(page);
      assert.equal(waiting["hero"]?.background, "rgb(125, 136, 148)");
      assert.match(waiting["dogs"]?.background ?? "", /^url\("http:.*\/w16a0\.webp"\)$/);
      assert.match(waiting["logo"]?.background ?? "", /^url\("http:.*\/w16\.webp"\) rgb\(204, 51, 51\)$/);
      assert.equal(waiting["imported"]?.background, "rgb(138, 131, 120)");
      await snap(page, "waiting");
      isOver = true;
      await Promise.all(held.map((route) => route.continue()));
      await readAll(page);
      const after = await galleryOf(page);
      assert.deepEqual(
        mapValues(after, ({ box }) => box),
        mapValues(waiting, ({ box }) => box),
      );
      assert.deepEqual(
        Object.values(after).filter(({ background }) => background !== ""),
        [],
        "nothing lies behind what is there",
      );
    });
  });

  it("keeps the box of a missing picture where there is no script at all", () =>
    visit("/still", { javaScriptEnabled: false }, async ({ page }) => {
      await page.locator("#plain").scrollIntoViewIfNeeded();
      await page.waitForLoadState("networkidle");
      for (const id of ["gone", "replaced", "hopeless", "plain"]) {
        const box = await page.locator(`#${id}`).boundingBox();
        assert.deepEqual([box?.width, box?.height], [262, 196.5], id);
      }
      await snap(page, "still");
    }));

  it("starts anew with another picture, and tells handlers and refs", () =>
    visit("/", {}, async ({ page }) => {
      await readAll(page);
      assert.equal((await galleryOf(page))["swapped"]?.pick, "card");
      await page.getByRole("button").click();
      await page.waitForFunction(() => document.querySelector("output")?.textContent === "2 loads, 1 errors");
      const swapped = (await galleryOf(page))["swapped"];
      assert.deepEqual([swapped?.pick, swapped?.box], ["w288a0.webp", [240, 120]]);
    }));

  it("would have noticed: a bare <img> moves what is below it", async () => {
    const { promise: held, resolve } = Promise.withResolvers<Route>();
    const prepare = (page: Page): Promise<unknown> => page.route("**/c1/**", resolve);
    await visit("/bare", { prepare }, async ({ page }) => {
      // What was never painted cannot move.
      await page.waitForFunction(() => performance.getEntriesByType("paint").length > 0);
      await (await held).continue();
      await page.waitForFunction(() => moved.length > 0);
    });
  });

  it("gives browsers no key, nothing that signs, and little else", async () => {
    const files = readdirSync(join(site.folder, "assets")).map((name) =>
      readFileSync(join(site.folder, "assets", name), "utf8"),
    );
    assert.ok(files.length >= 1);
    for (const file of files) assert.doesNotMatch(file, new RegExp(`${KEY}|createHmac|subtle|img-cap-v1`));
    const { outputFiles } = await bundle({
      stdin: { contents: 'export * from "@tintype/url/react"', resolveDir: site.home },
      bundle: true,
      minify: true,
      format: "esm",
      external: ["react", "react-dom"],
      write: false,
    });
    const { length } = gzipSync(outputFiles[0]!.contents);
    assert.ok(length < 4500, `expected less than 4.5 kB, got ${length} bytes`);
  });

  it("marks one file for the browser, and no hook is in any other", () => {
    const folder = join(site.home, "dist/react");
    for (const name of readdirSync(folder).filter((each) => each.endsWith(".js"))) {
      const text = readFileSync(join(folder, name), "utf8");
      assert.equal(text.startsWith('"use client";'), name === "live.js", name);
      assert.equal(/\buse(?:State|Effect|Ref|Callback)\b/.test(text), name === "live.js", name);
    }
  });
});

const mapValues = <T, U>(of: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));

/** What `observeShifts` has the page write to. */
declare const moved: readonly string[];
