/** One visit to a page by somebody whose browser has never been there. */

/**
 * Lighthouse's mobile preset, which it and WebPageTest used to call Fast 3G:
 * https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
 */
export const FAST_3G = { downMbit: 1.6, upMbit: 0.75, rttMs: 150 };

/** Megabits to bytes, per second. */
const bytesOf = (megabits) => (megabits * 1e6) / 8;

/** No visit takes longer than this, in milliseconds. */
const PATIENCE = 120_000;

/**
 * Opens the page, waits until nothing comes any more, then goes on to its end. Bytes are those of picture responses on the wire,
 * headers included. Without `network` the line is as fast as it is.
 */
export async function visit(browser, url, { width, height, scale, isMobile }, network) {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    isMobile,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const session = await context.newCDPSession(page);
  const pictures = countPictures(session);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  if (network)
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: network.rttMs,
      downloadThroughput: bytesOf(network.downMbit),
      uploadThroughput: bytesOf(network.upMbit),
    });
  await page.addInitScript(watchLargestPaint);
  await page.goto(url, { waitUntil: "load", timeout: PATIENCE });
  await page.waitForLoadState("networkidle", { timeout: PATIENCE });
  await page.evaluate(seeTheFirst);
  const bytesAtFirst = pictures.bytes;
  const { loadMs, lcpMs } = await page.evaluate(() => ({
    loadMs: performance.getEntriesByType("navigation")[0].loadEventEnd,
    lcpMs: globalThis.largestPaint,
  }));
  await page.evaluate(readToTheEnd);
  await page.waitForLoadState("networkidle", { timeout: PATIENCE });
  await context.close();
  if (pictures.failures.length > 0)
    throw new Error(`expected all pictures, got ${pictures.failures.join(", ")}`);
  const { requests, bytes } = pictures;
  return { requests, bytes, bytesAtFirst, loadMs: Math.round(loadMs), lcpMs: Math.round(lcpMs) };
}

/** An object that counts requests and bytes of pictures from now on, and notes those that did not come. */
function countPictures(session) {
  const pictures = { requests: 0, bytes: 0, failures: [] };
  const coming = new Set();
  session.on("Network.responseReceived", ({ requestId, type, response }) => {
    if (type !== "Image" || response.url.startsWith("data:")) return;
    coming.add(requestId);
    if (response.status !== 200) pictures.failures.push(`${response.status} for ${response.url}`);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (!coming.delete(requestId)) return;
    pictures.requests += 1;
    pictures.bytes += encodedDataLength;
  });
  return pictures;
}

// Those below run in the page.

function watchLargestPaint() {
  new PerformanceObserver((list) => {
    globalThis.largestPaint = list.getEntries().at(-1).startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
}

/** Waits until the picture at the top has been decoded and painted, and the browser has told of it. */
async function seeTheFirst() {
  await document.images[0].decode();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function readToTheEnd() {
  const { scrollingElement: scroller } = document;
  for (let y = 0; y < scroller.scrollHeight; y += innerHeight / 2) {
    scroller.scrollTo(0, y);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const late = [...document.images].filter((image) => !image.complete);
  await Promise.all(
    late.map(
      (image) => new Promise((resolve, reject) => Object.assign(image, { onload: resolve, onerror: reject })),
    ),
  );
}
