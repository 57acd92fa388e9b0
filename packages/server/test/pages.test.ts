/** The gallery in a real browser, in front of a server that stands in for ours with known bytes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../scripts/chromium.mjs";
import sharp from "sharp";
import { galleryPage, galleryPolicy } from "../src/pages/gallery.ts";
import { landingPage, landingPolicy } from "../src/pages/landing.ts";
import { unless } from "./needs.ts";

const SAMPLES = ["peaks.jpg", "nuthatch.jpg", "broken.jpg"];

describe("pages in a browser", { skip: unless("chromium") }, () => {
  let server: Server;
  let browser: Browser;
  let origin: string;
  const accepts: string[] = [];

  before(async () => {
    const original = await picture({ width: 600, height: 400 }).jpeg().toBuffer();
    const rendition = await picture({ width: 60, height: 40 }).avif().toBuffer();
    server = createServer((request, response) => answer(request, response, { original, rendition, accepts }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // Node types the address of a pipe as a string; this is none.
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  });

  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  async function open(
    path: string,
    options: Parameters<Browser["newPage"]>[0] = {},
  ): Promise<[Page, string[]]> {
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(origin + path, { waitUntil: "load" });
    return [page, complaints];
  }

  it("measures both pictures of each card with the formats that the browser shows", async () => {
    const [page, complaints] = await open("/gallery");
    await page.waitForSelector("html[data-measured=yes]");
    const facts = await page.locator("[data-card]").first().locator("[data-facts]").allInnerTexts();
    assert.match(facts[0] ?? "", /JPEG.*600 × 400.*B$/s);
    assert.match(facts[1] ?? "", /AVIF.*60 × 40.*B$/s);
    assert.match(await page.locator("[data-saving]").first().innerText(), /^−9\d(\.\d)?\s%$/);
    assert.match(await page.locator("[data-total-saving]").innerText(), /^9\d(\.\d)?\s%$/);
    for (const accept of accepts) assert.match(accept, /image\/avif,image\/webp/);
    assert.ok(
      complaints.every((text) => text.includes("404")),
      complaints.join("\n"),
    );
    await page.close();
  });

  it("says why where a picture cannot be had, and leaves it out of the sum", async () => {
    const [page] = await open("/gallery");
    await page.waitForSelector("html[data-measured=yes]");
    const failed = page.locator("[data-card]").last().locator(".after [data-facts]");
    assert.equal(await failed.innerText(), "404 Not Found");
    assert.equal(await page.locator("[data-card].measured").count(), 2);
    await page.close();
  });

  it("shows every picture without a script too", async () => {
    const [page] = await open("/gallery", { javaScriptEnabled: false });
    assert.equal(await page.locator("img").count(), SAMPLES.length * 2);
    assert.equal(await page.locator("[data-total]").isVisible(), false);
    await page.close();
  });

  for (const path of ["/gallery", "/"]) {
    for (const width of [320, 390, 1280]) {
      it(`keeps ${path} within a window of ${width} pixels`, async () => {
        const [page, complaints] = await open(path, { viewport: { width, height: 800 } });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels wide`);
        assert.ok(
          complaints.every((text) => text.includes("404")),
          complaints.join("\n"),
        );
        await page.close();
      });
    }
  }
});

const picture = (size: { width: number; height: number }) =>
  sharp({
    create: { ...size, channels: 3, noise: { type: "gaussian", mean: 128, sigma: 30 }, background: "#000" },
  });

interface Stand {
  readonly original: Buffer;
  readonly rendition: Buffer;
  readonly accepts: string[];
}

function answer(request: IncomingMessage, response: ServerResponse, stand: Stand): void {
  const { url = "" } = request;
  const page = PAGES[url];
  if (page !== undefined) {
    response.setHeader("Content-Security-Policy", page.policy());
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(page.html());
  } else if (url.includes("/raw:1/")) {
    response.setHeader("Content-Type", "image/jpeg");
    response.end(stand.original);
  } else if (url.includes("broken")) {
    response.writeHead(404).end("Not Found");
  } else {
    stand.accepts.push(request.headers.accept ?? "");
    response.setHeader("Content-Type", "image/avif");
    response.end(stand.rendition);
  }
}

const PAGES: Readonly<Record<string, { html: () => string; policy: () => string }>> = {
  "/gallery": { html: () => galleryPage({ samples: SAMPLES, prefix: "" }), policy: galleryPolicy },
  "/": { html: () => landingPage({ version: "0.1.0", gallery: true }), policy: landingPolicy },
};
