/** The app, as Chromium sees it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { complaintsOf, galleryOf, observeShifts, readAll, shiftsOf } from "../../packages/url/test/visit.ts";
import { launchChromium } from "../chromium.mjs";
import { find } from "../needs.mjs";

/** What each picture is at 1280 pixels, on a screen of one pixel to one. */
const PICKS = {
  hero: /^w1368a0\.avif$/,
  room: /^w360\.webp$/,
  signed: /^[\w-]+$/,
  chosen: /^w360a0\.webp$/,
  asked: /^w360\.webp$/,
  loaded: /^w704$/,
  minted: /^w704\.webp$/,
  gone: /^card$/,
  replaced: /^stand-in\.svg$/,
  cover: /^w\d+\.webp$/,
};

async function readPage(browser, { site, endpoint, keys, screenshots }) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const complaints = complaintsOf(page, () => false);
  await observeShifts(page);
  const answer = await page.goto(site, { waitUntil: "domcontentloaded" });
  const html = await answer.text();
  for (const key of keys) assert.ok(!html.includes(key), "expected no key in the page, got one");
  const head = html.slice(0, html.indexOf("</head>"));
  const preloads = head.match(/<link rel="preload" as="image"[^>]*>/g) ?? [];
  assert.equal(preloads.length, 1, `expected one preload in the head, got ${preloads.join("\n")}`);
  assert.match(preloads[0], /type="image\/avif"/);
  await page.waitForSelector("#asked");
  await readAll(page);
  const gallery = await galleryOf(page);
  for (const [id, pattern] of Object.entries(PICKS)) {
    assert.ok(gallery[id]?.isThere, `expected ${id} to be there, got ${JSON.stringify(gallery[id])}`);
    assert.match(gallery[id].pick, pattern, id);
  }
  assert.deepEqual(await shiftsOf(page), [], "expected nothing to move");
  assert.deepEqual(complaints, [], "expected a quiet console");
  const pictures = asked.filter((url) => url.startsWith(endpoint));
  assert.equal(pictures.filter((url) => url.endsWith("/w1368a0.avif")).length, 1);
  assert.ok(
    !asked.some((url) => url.includes("/_next/image")),
    "expected no picture through Next's own optimizer",
  );
  if (screenshots) await page.screenshot({ path: join(screenshots, "next-page.png"), fullPage: true });
  await page.getByRole("button").click();
  await page.waitForFunction(() => document.querySelector("#chosen[alt='A clock']")?.naturalWidth > 0);
  await page.close();
  return [
    `${Object.keys(gallery).length} pictures shown or stood in for, ${pictures.length} requests for them, nothing moved, a quiet console.`,
  ];
}

async function readPhone(browser, { site, screenshots }) {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
  await page.goto(site, { waitUntil: "domcontentloaded" });
  await page.waitForSelector("#asked");
  await readAll(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  const { hero } = await galleryOf(page);
  assert.equal(hero.pick, "w880a0.avif");
  if (screenshots) await page.screenshot({ path: join(screenshots, "next-phone.png"), fullPage: true });
  await page.close();
  return ["On a phone it is as wide as the phone, and takes rungs for it."];
}

/** Throws where the app is not as it should be; gives sentences about what was seen. */
export async function read(wanted) {
  assert.ok(find("chromium"), "expected Chromium, got none");
  const browser = await launchChromium();
  try {
    return [...(await readPage(browser, wanted)), ...(await readPhone(browser, wanted))];
  } finally {
    await browser.close();
  }
}
