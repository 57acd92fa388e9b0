/** The components in a real browser: the published package, a page that Vite built, and a server that makes the pictures. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { pick, srcset } from "@tintype/url/capability";
import { createCapabilities, type Policy } from "@tintype/url/sign";
import { build as bundle } from "esbuild";
import { chromium, type Browser, type BrowserContextOptions, type Page, type Request } from "playwright-core";
import sharp from "sharp";
import { useOrigin } from "../../server/test/fixtures/origin.ts";
import { useServer } from "../../server/test/fixtures/server.ts";
import { needs, unless } from "../../server/test/needs.ts";
import { Site, type Pictures } from "./site.ts";

const KEY = "5ec2e75ec2e75ec2e75ec2e75ec2e75e";
const AUDIENCE = "img.example.com";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SAMPLES = ["peaks", "evening-room", "two-dogs", "fig", "clock", "nuthatch", "dandelion"];
const sample = (name: string): Buffer =>
  readFileSync(new URL(`../../../samples/${name}.jpg`, import.meta.url));

const ring = await sharp(
  Buffer.from(
    '<svg width="240" height="240"><circle cx="120" cy="120" r="90" fill="none" stroke="#06c" stroke-width="40"/></svg>',
  ),
)
  .png()
  .toBuffer();

describe("components in a browser", { skip: unless("chromium") }, () => {
  const origin = useOrigin(() => ({
    ...Object.fromEntries(SAMPLES.map((name) => [`/shop/${name}.jpg`, sample(name)])),
    "/shop/ring.png": ring,
  }));
  const server = useServer({
    TINTYPE_CAPABILITY_KEYS: `1:${KEY}`,
    TINTYPE_CAPABILITY_AUDIENCE: AUDIENCE,
    TINTYPE_CACHE_MEMORY: "64",
    IMGPROXY_ALLOWED_SOURCES: "",
  });
  let site: Site;
  let browser: Browser;

  before(async () => {
    site = await new Site().start(picturesOf());
    browser = await chromium.launch({ executablePath: needs("chromium") ?? "", args: FLAGS });
  });

  after(async () => {
    await browser.close();
    site.close();
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

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    const visit: Visit = { page, requests: [], complaints: [] };
    page.on("request", (request) => visit.requests.push(request));
    page.on("response",(r)=>{if(r.status()>=400)console.log("RESP",r.status(),r.url().slice(-30));});page.on("requestfailed",(r)=>console.log("FAILED",r.failure()?.errorText,r.url().slice(-30)));page.on("pageerror", (error) => visit.complaints.push(error.message));
    page.on("console", (message) => {
      const isMissing = /bm90aGluZy5qcGc|\/nowhere\.jpg$/.test(message.location().url);
      if (!isMissing) visit.complaints.push(`${message.text()} ${message.location().url}`);if(!isMissing)console.log(message.text());
    });
    await page.addInitScript(() => { const d = HTMLImageElement.prototype.decode; HTMLImageElement.prototype.decode = function () { console.log("DECODE", this.id, this.complete, this.naturalWidth, this.currentSrc.slice(-12)); return d.call(this).catch((e) => { console.log("REJ", this.id, String(e), this.complete, this.naturalWidth); throw e; }); }; addEventListener("error", (e) => console.log("ERROR", (e.target as any).id, (e.target as any).currentSrc.slice(-12)), true); });
    await page.addInitScript(observeShifts);
    await page.goto(site.origin + path, { waitUntil: "load" });
    return visit;
  }

  /** Goes down the page slowly enough that everything lazy is asked for, and waits until all of it is there or is not. */
  async function readAll({ page }: Visit): Promise<void> {
    await page.waitForSelector("#end", { state: "attached" });
    for (const id of await page.locator("img").evaluateAll((all) => all.map((each) => each.id))) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await page.waitForFunction(
        (wanted) => (document.getElementById(wanted) as HTMLImageElement).complete,
        id,
      );
    }
    await page.evaluate(() => scrollTo(0, 0));
  }

  const shown = ({ page }: Visit): Promise<Readonly<Record<string, Shown>>> => page.evaluate(look);

  for (const path of ["/", "/rendered"]) {
    describe(path === "/" ? "rendered there" : "rendered before", () => {
      it("shows every picture that there is, and moves nothing", async () => {
        const visit = await open(path);
        await readAll(visit);
        await visit.page.waitForFunction(() => document.querySelectorAll('img[src^="data:"]').length === 2, undefined, { timeout: 5000 }).catch(() => undefined);
        const seen = await shown(visit);
        const broken = Object.entries(seen).filter(([, { pixels }]) => pixels === 0);
        assert.deepEqual(
          broken.map(([id]) => id),
          ["plain"],
          "the one without a script",
        );
        assert.deepEqual(await visit.page.evaluate(() => shifts), []);
        assert.deepEqual(visit.complaints, []);
        if (process.env["SCREENSHOTS"])
          await visit.page.screenshot({
            path: join(process.env["SCREENSHOTS"], `react-${path.slice(1) || "there"}.png`),
            fullPage: true,
          });
        console.log(JSON.stringify(seen, null, 1));
        await visit.page.close();
      });
    });
  }
});

interface Visit {
  readonly page: Page;
  readonly requests: Request[];
  /** What the console said, but for pictures that are missing on purpose. */
  readonly complaints: string[];
}

interface Shown {
  readonly url: string;
  readonly box: readonly [width: number, height: number];
  /** Of the picture's width. */
  readonly pixels: number;
  readonly background: string;
}

declare const shifts: { readonly value: number; readonly nodes: readonly string[] }[];

/** Runs in the page before it does. */
function observeShifts(): void {
  const all: unknown[] = [];
  Object.assign(globalThis, { shifts: all });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, sources } = entry as unknown as { value: number; sources: { node?: Node }[] };
      all.push({
        value,
        nodes: sources.map(({ node }) => (node as Element | undefined)?.outerHTML.slice(0, 80)),
      });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Runs in the page. */
function look(): Record<string, Shown> {
  const images = [...document.querySelectorAll("img")];
  return Object.fromEntries(
    images.map((image) => {
      const { width, height } = image.getBoundingClientRect();
      const { backgroundImage, backgroundColor } = getComputedStyle(image);
      const background = [backgroundImage, backgroundColor].filter(
        (part) => !/^none|rgba\(0, 0, 0, 0\)/.test(part),
      );
      return [
        image.id,
        {
          url: image.currentSrc.slice(image.currentSrc.lastIndexOf("/") + 1),
          box: [width, height],
          pixels: image.naturalWidth,
          background: background.join(" "),
        },
      ];
    }),
  );
}
