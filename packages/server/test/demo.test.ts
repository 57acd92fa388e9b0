/** The demo in a real browser, in front of a real server: what its page of figures says may not break unseen. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../scripts/chromium.mjs";
import { openDemo } from "../../../demo/server.mjs";
import { prepare } from "../../../scripts/demo/open.mjs";
import { unless } from "./needs.ts";
import { startServer } from "./process/server.ts";

const WIDTH = 390;

const read = (name: string): string =>
  readFileSync(new URL(`../../../demo/${name}`, import.meta.url), "utf8");

/** An `<img>` as the browser has it; sizes in pixels. */
interface Shown {
  readonly src: string;
  readonly alt: string;
  readonly said: readonly [number, number];
  readonly natural: readonly [number, number];
}

interface Visit {
  readonly pictures: readonly Shown[];
  readonly types: ReadonlySet<string>;
  /** Of all pictures, on the wire. */
  readonly bytes: number;
  /** Cumulative layout shift. */
  readonly shift: number;
  readonly complaints: readonly string[];
  readonly savings: readonly string[];
  readonly pageWidth: number;
}

interface Figures {
  readonly devices: readonly {
    readonly plain: { readonly bytes: number };
    readonly tintype: { readonly bytes: number };
  }[];
}

describe("the two versions of the demo", () => {
  it("are one line apart", () => {
    const [one = [], other = []] = ["before.mjs", "after.mjs"].map((name) => read(name).split("\n"));
    assert.equal(one.length, other.length);
    assert.equal(one.filter((line, index) => line !== other[index]).length, 1);
  });
});

describe("the demo in a browser", { skip: unless("chromium") }, () => {
  let browser: Browser;
  let plain: Visit;
  let tintype: Visit;

  before(async () => {
    const { env, ...known } = await prepare();
    // The fastest encoder makes the largest files: what holds for them holds for better ones.
    const server = await startServer({ ...env, IMGPROXY_AVIF_SPEED: "9" });
    const demo = await openDemo({ ...known, tintype: server.url });
    after(demo.close);
    browser = await launchChromium();
    after(() => browser.close());
    plain = await visit(browser, `${demo.url}/before`);
    tintype = await visit(browser, `${demo.url}/after`);
  });

  const both = (claim: (visit: Visit) => void): void => [plain, tintype].forEach(claim);

  it("shows all eight pictures", () =>
    both(({ pictures }) => {
      assert.equal(pictures.length, 8);
      assert.deepEqual(
        pictures.filter(({ natural: [width] }) => width === 0),
        [],
      );
    }));

  it("asks Tintype for every picture of the second version, and gets AVIF", () => {
    assert.ok(tintype.pictures.every(({ src }) => src.includes("/pictures/")));
    assert.deepEqual([...tintype.types], ["image/avif"]);
    assert.deepEqual([...plain.types], ["image/jpeg"]);
  });

  it("loads less than a third of the bytes through Tintype", () => {
    assert.ok(plain.bytes > 4e6, `${plain.bytes} bytes of plain files`);
    assert.ok(
      tintype.bytes > 0 && tintype.bytes < plain.bytes / 3,
      `${tintype.bytes} of ${plain.bytes} bytes`,
    );
  });

  it("knows the sizes of its originals", () => {
    for (const { src, said, natural } of plain.pictures) assert.deepEqual(said, natural, src);
  });

  it("moves nothing when pictures come", () => both(({ shift }) => assert.equal(shift, 0)));

  it("says in words what is to be seen", () =>
    both(({ pictures }) => {
      const words = new Set(pictures.map(({ alt }) => alt).filter((alt) => alt.length > 20));
      assert.equal(words.size, pictures.length);
    }));

  it("stays within the window", () => both(({ pageWidth }) => assert.equal(pageWidth, WIDTH)));

  it("gives the console nothing to complain of", () =>
    both(({ complaints }) => assert.deepEqual(complaints, [])));

  it("shows the savings that were measured", () => {
    // Written by `npm run demo:measure`.
    const { devices } = JSON.parse(read("figures.json")) as Figures;
    const measured = devices.map(
      (each) => `−${Math.round(100 * (1 - each.tintype.bytes / each.plain.bytes))} %`,
    );
    assert.equal(measured.length, 3);
    both(({ savings }) => assert.deepEqual(savings, measured));
  });
});

/** Reads a page to its end on a phone. */
async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 844 }, deviceScaleFactor: 2 });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
  const wire = await watchPictures(page);
  await page.addInitScript(watchShifts);
  await page.goto(url);
  await page.evaluate(readToTheEnd);
  await page.waitForLoadState("networkidle");
  const found = await page.evaluate(() => ({
    pictures: [...document.images].map((image) => ({
      src: image.currentSrc,
      alt: image.alt,
      said: [Number(image.getAttribute("width")), Number(image.getAttribute("height"))] as const,
      natural: [image.naturalWidth, image.naturalHeight] as const,
    })),
    shift: (globalThis as { shift?: number }).shift ?? Number.NaN,
    pageWidth: document.documentElement.scrollWidth,
    savings: [...document.querySelectorAll(".saving b")].map((node) => node.textContent),
  }));
  await page.close();
  return { ...found, ...wire, complaints };
}

/** What comes over the wire for pictures from now on. */
async function watchPictures(page: Page): Promise<{ types: Set<string>; bytes: number }> {
  const wire = { types: new Set<string>(), bytes: 0 };
  const coming = new Set<string>();
  const session = await page.context().newCDPSession(page);
  session.on("Network.responseReceived", ({ requestId, type, response }) => {
    if (type !== "Image" || response.url.startsWith("data:")) return;
    coming.add(requestId);
    wire.types.add(response.mimeType);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (coming.has(requestId)) wire.bytes += encodedDataLength;
  });
  await session.send("Network.enable");
  return wire;
}

// Those below run in the page.

function watchShifts(): void {
  const sum = globalThis as { shift?: number };
  sum.shift = 0;
  new PerformanceObserver((list) => {
    // The DOM's types do not know this entry.
    for (const entry of list.getEntries() as (PerformanceEntry & { readonly value: number })[])
      sum.shift = (sum.shift ?? 0) + entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}

async function readToTheEnd(): Promise<void> {
  for (let y = 0; y < document.documentElement.scrollHeight; y += 400) {
    scrollTo(0, y);
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)));
  }
  await Promise.all([...document.images].map((image) => image.decode()));
}
