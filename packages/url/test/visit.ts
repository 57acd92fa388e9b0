/** What can be seen of a page from outside, and what a page is made to remember. */
import type { Page } from "playwright-core";

export interface Visit {
  readonly page: Page;
  /** URLs, in the order in which they were asked for. */
  readonly requests: string[];
  /** What the console said. */
  readonly complaints: string[];
}

/** What the browser shows for an `<img>`. */
export interface Shown {
  /** The last segment of the URL that was chosen. */
  readonly pick: string;
  readonly isThere: boolean;
  /** CSS pixels, rounded. */
  readonly box: readonly [width: number, height: number];
  readonly background: string;
}

export type Gallery = Readonly<Record<string, Shown>>;

/** Collects what a console says from now on, but for files that are missing on purpose. */
export function complaintsOf(page: Page, isMissing: (url: string) => boolean): string[] {
  const heard: string[] = [];
  page.on("pageerror", (error) => heard.push(error.message));
  page.on("console", (message) => {
    const { url } = message.location();
    if (!isMissing(url)) heard.push(`${message.text()} (${url})`);
  });
  return heard;
}

/** Goes down a page so that everything lazy is asked for, and waits until each picture is there or has failed for good. */
export async function readAll(page: Page): Promise<void> {
  await page.waitForSelector("#end", { state: "attached" });
  for (const id of await page.locator("img").evaluateAll((all) => all.map((each) => each.id))) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.waitForFunction(isSettled, id);
  }
  await page.evaluate(() => scrollTo(0, 0));
}

/** Runs in the page. */
function isSettled(id: string): boolean {
  const image = document.getElementById(id) as HTMLImageElement;
  return image.complete && (image.naturalWidth > 0 || image.id === "plain");
}

/** Runs in the page, before anything else does. */
function observe(): void {
  const moved: string[] = [];
  Object.assign(globalThis, { moved });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, sources } = entry as unknown as { value: number; sources: { node?: Element }[] };
      moved.push(`${value}: ${sources.map(({ node }) => node?.outerHTML.slice(0, 80)).join(", ")}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Has a page note what moves in it; `shiftsOf` reads that. */
export const observeShifts = (page: Page): Promise<unknown> => page.addInitScript(observe);

declare const moved: readonly string[];

/** What has moved, as the browser counts it for Cumulative Layout Shift. */
export const shiftsOf = (page: Page): Promise<readonly string[]> => page.evaluate(() => moved);

/** What every `<img>` of a page shows, by its id. */
export const galleryOf = (page: Page): Promise<Gallery> => page.evaluate(look);

/** Runs in the page. */
function look(): Record<string, Shown> {
  const entries = [...document.querySelectorAll("img")].map((image): [string, Shown] => {
    const { width, height } = image.getBoundingClientRect();
    const { backgroundImage, backgroundColor } = getComputedStyle(image);
    const pick = image.currentSrc.startsWith("data:")
      ? "card"
      : image.currentSrc.slice(image.currentSrc.lastIndexOf("/") + 1);
    return [
      image.id,
      {
        pick,
        isThere: image.complete && image.naturalWidth > 0,
        box: [Math.round(width), Math.round(height)],
        background: [backgroundImage, backgroundColor]
          .filter((part) => part !== "none" && part !== "rgba(0, 0, 0, 0)")
          .join(" "),
      },
    ];
  });
  return Object.fromEntries(entries);
}
