/** The playground in a real browser, in front of the real server. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readFile } from "node:fs/promises";
import { OPTIONS, STAGES, type AnyOption } from "@tintype/url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { useFolder } from "./fixtures/folder.ts";
import { useServer, type TestServer } from "./fixtures/server.ts";
import { needs, unless } from "./needs.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const KEYS = { IMGPROXY_KEY: "ab".repeat(32), IMGPROXY_SALT: "cd".repeat(32) };
const DEVELOPMENT = { TINTYPE_DEVELOPMENT: "true", IMGPROXY_ALLOWED_SOURCES: "" };

const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      noise: { type: "gaussian", mean: 128, sigma: 30 },
      background: "#000",
    },
  });

describe("the playground in a browser", { skip: unless("chromium") }, () => {
  const folder = useFolder(async () => ({
    "a-first.jpg": await noise(300, 200).jpeg().toBuffer(),
    "b second@2x.png": await noise(64, 48).png().toBuffer(),
    "notes.txt": "no picture",
  }));
  const server = useServer({ ...DEVELOPMENT, IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder });
  const signing = useServer({ ...DEVELOPMENT, ...KEYS, IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder });
  let browser: Browser;
  const complaints: string[] = [];

  before(async () => {
    browser = await chromium.launch({ executablePath: needs("chromium") ?? "", args: FLAGS });
  });
  after(() => browser.close());

  async function open(
    hash = "",
    options: Parameters<Browser["newPage"]>[0] = {},
    at: TestServer = server,
  ): Promise<Page> {
    const page = await browser.newPage(options);
    complaints.length = 0;
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${at.port}/playground${hash}`);
    await settled(page);
    return page;
  }

  it("shows the first of the server's pictures and what becomes of it", async () => {
    const page = await open();
    assert.match(await urlIn(page), /\/unsafe\/w:800\/plain\/local:\/\/\/a-first\.jpg$/);
    assert.match(await facts(page, "original"), /^JPEG.*300 × 200.*B.*ms$/s);
    assert.match(await facts(page, "result"), /^AVIF.*300 × 200.*B.*ms/s);
    assert.match(await page.locator("[data-saving]").innerText(), /^[+−]\d+(\.\d)?\s%$/);
    assert.equal(await page.locator("[data-pick]").count(), 2);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("writes the URL as sliders move, and shows byte for byte what the server gives at it", async () => {
    const page = await open("#/w:80/plain/local:///a-first.jpg");
    const accept = page.waitForRequest(/q:/).then((request) => request.headers()["accept"] ?? "");
    await page.getByRole("slider", { name: "quality, slider" }).focus();
    for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowLeft");
    await settled(page);
    const url = await urlIn(page);
    assert.match(url, /\/unsafe\/w:80\/q:75\/plain\/local:\/\/\/a-first\.jpg$/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Save" }).click(),
    ]);
    const shown = await readFile(await download.path());
    assert.equal(download.suggestedFilename(), "a-first.avif");
    const { body, headers } = await server.get(new URL(url).pathname, { Accept: await accept });
    assert.equal(headers["content-type"], "image/avif");
    assert.ok(shown.equals(body), `${shown.length} bytes shown, ${body.length} bytes served`);
    assert.ok(new URL(page.url()).hash.endsWith("/w:80/q:75/plain/local:///a-first.jpg"));
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("gives each segment the colour of its stage, and each stage one of its own", async () => {
    const page = await open();
    const colours = await page.evaluate(() =>
      Object.fromEntries(
        [...document.querySelectorAll(".group")].map((group) => [
          group.getAttribute("data-stage"),
          getComputedStyle(group.querySelector("h3")!).color,
        ]),
      ),
    );
    assert.equal(new Set(Object.values(colours)).size, STAGES.length);
    for (const { names, stage, example, gated, preset } of Object.values(
      OPTIONS as Readonly<Record<string, AnyOption>>,
    )) {
      if (gated || preset) continue;
      const segment = `${names[0]}:${example}`;
      await page
        .getByRole("textbox", { name: "URL of the result" })
        .fill(`/unsafe/${segment}/plain/local:///a-first.jpg`);
      const drawn = page.locator("[data-drawn] > *").nth(1);
      assert.equal(await drawn.innerText(), `/${segment}`);
      const colour = await drawn.evaluate((element) => getComputedStyle(element).color);
      assert.equal(colour, colours[stage], segment);
      assert.equal(await page.locator(".address .bad").innerText(), "", segment);
    }
    await page.close();
  });

  it("reads a URL that is typed, and says what is wrong with one that is none", async () => {
    const page = await open();
    const field = page.getByRole("textbox", { name: "URL of the result" });
    await field.fill("https://img.example/sig/rs:fill:60:40/g:fp:0.2:0.9/bl:2/f:png/plain/local:///a-first.jpg");
    await settled(page);
    assert.match(await facts(page, "result"), /^PNG.*60 × 40/s);
    assert.equal(await page.locator("#leaf-resizingType").inputValue(), "fill");
    assert.equal(await page.locator("#leaf-width").inputValue(), "60");
    assert.ok(await page.locator("[name='leaf-gravity.type'][value=fp]").isChecked());
    assert.equal(await page.locator("#leaf-format").inputValue(), "png");
    await field.fill("/unsafe/w:wide/plain/local:///a-first.jpg");
    const complaint = await page.locator(".address .bad").innerText();
    assert.equal(complaint, 'w: expected an integer of 0 or more, got "wide"');
    await field.fill("/unsafe/w:50/plain/local:///a-first.jpg");
    await field.blur();
    assert.equal(await page.locator(".address .bad").innerText(), "");
    assert.equal(await field.inputValue(), `http://127.0.0.1:${server.port}/unsafe/w:50/plain/local:///a-first.jpg`);
    await page.close();
  });

  it("says at the control what an option does not take, and what the server refuses at the picture", async () => {
    const page = await open();
    const opacity = page.locator("[data-option=watermark]");
    await opacity.locator("xpath=ancestor::details").evaluate((details) => details.setAttribute("open", ""));
    await page.locator("[id='leaf-watermark.x']").fill("5");
    assert.match(await opacity.locator(".bad").innerText(), /^expected a number from 0 to 1, got ""$/);
    await opacity.getByRole("button", { name: "Clear watermark" }).click();
    assert.equal(await opacity.locator(".bad").innerText(), "");
    await page.getByRole("textbox", { name: "URL of a picture" }).fill("local:///nothing.jpg");
    await page.keyboard.press("Enter");
    await page.locator("[data-side=result][data-state=failed]").waitFor();
    assert.equal(await facts(page, "result"), "404 Source is unreachable");
    await page.close();
  });

  it("takes colours, choices, flags and lists", async () => {
    const page = await open("#/f:png/plain/local:///a-first.jpg");
    await page.locator("#leaf-background").fill("FF8800");
    assert.equal(await page.getByLabel("background, picked").inputValue(), "#ff8800");
    await page.getByLabel("background, picked").fill("#00ff00");
    await page.locator("#leaf-resizingType").selectOption("force");
    await page.getByRole("checkbox", { name: "flip, vertical" }).check();
    for (const row of ["skipProcessing", "stripMetadata", "formatQuality"])
      await page
        .locator(`[data-option=${row}]`)
        .locator("xpath=ancestor::details")
        .evaluate((details) => details.setAttribute("open", ""));
    await page.getByRole("checkbox", { name: "gif" }).check({ force: true });
    await page.locator("#leaf-stripMetadata").selectOption("0");
    await page.locator("#leaf-formatQuality").fill("webp:70 jpeg 60");
    await settled(page);
    assert.equal(
      pathIn(await urlIn(page)),
      "/unsafe/rt:force/fl::1/bg:00ff00/sm:0/f:png/fq:jpeg:60:webp:70/skp:gif/plain/local:///a-first.jpg",
    );
    await page.getByRole("button", { name: "Clear all" }).click();
    await settled(page);
    assert.equal(pathIn(await urlIn(page)), "/unsafe/plain/local:///a-first.jpg");
    await page.close();
  });

  it("takes the focal point from a click on the original, and the crop from a drag", async () => {
    const page = await open("#/rs:fill:50:50/f:png/plain/local:///a-first.jpg");
    const { x, y, width, height } = (await page.locator("[data-sheet=original]").boundingBox()) ?? assert.fail();
    await page.mouse.click(x + width * 0.25, y + height * 0.5);
    await settled(page);
    assert.match(pathIn(await urlIn(page)), /\/g:fp:0\.2[45]\d*:0\.(?:5|49\d*|50\d*)\//);
    await page.mouse.move(x + width * 0.5, y + height * 0.25);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height * 0.5);
    await page.mouse.move(x + width * 0.9, y + height * 0.75);
    await page.mouse.up();
    await settled(page);
    const drawn = cropIn(await urlIn(page));
    near(drawn, [120, 100, 150, 50]);
    await page.mouse.move(x + width * 0.55, y + height * 0.7);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.45, y + height * 0.6, { steps: 3 });
    await page.mouse.up();
    await settled(page);
    near(cropIn(await urlIn(page)), [120, 100, 120, 30]);
    await page.locator("[data-corner=se]").hover();
    await page.mouse.down();
    await page.mouse.move(x + width * 0.9, y + height * 0.9, { steps: 3 });
    await page.mouse.up();
    await settled(page);
    near(cropIn(await urlIn(page)), [150, 150, 120, 30]);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("can be worked with nothing but a keyboard", async () => {
    const page = await open("#/rs:fill:50:50/f:png/plain/local:///a-first.jpg");
    const reached = await tabThrough(page);
    const wanted = await page.evaluate(
      () =>
        [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter(
          (element) => element.checkVisibility() && !(element as HTMLButtonElement).disabled,
        ).length,
    );
    const radios = await page.evaluate(
      () =>
        [...document.querySelectorAll("input[type=radio]")].filter((radio) => radio.checkVisibility()).length -
        new Set(
          [...document.querySelectorAll<HTMLInputElement>("input[type=radio]")]
            .filter((radio) => radio.checkVisibility())
            .map(({ name }) => name),
        ).size,
    );
    assert.equal(reached.length, wanted - radios, "one stop for each control, and one for each set of radios");
    for (const { name, outlined, what } of reached) {
      assert.notEqual(name, "", `${what} has a name`);
      assert.ok(outlined, `${what} shows that it has the focus`);
    }

    await page.getByRole("button", { name: "Crop" }).focus();
    await page.keyboard.press("Enter");
    await settled(page);
    assert.deepEqual(cropIn(await urlIn(page)), [240, 160, 30, 20]);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Shift+ArrowLeft");
    await settled(page);
    assert.deepEqual(cropIn(await urlIn(page)), [237, 160, 33, 22]);
    assert.match(await page.locator("[data-cut]").ariaSnapshot(), /Crop, 237 × 160 at 33, 22/);
    await page.keyboard.press("Delete");
    await settled(page);
    assert.doesNotMatch(await urlIn(page), /\/c:/);

    await page.getByRole("button", { name: "Focal point", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowUp");
    await settled(page);
    assert.match(pathIn(await urlIn(page)), /\/g:fp:0\.49:0\.49\//);

    await page.locator("[name='leaf-gravity.type'][value=fp]").focus();
    await page.keyboard.press("ArrowRight");
    await settled(page);
    assert.match(pathIn(await urlIn(page)), /\/g:sm\//);
    assert.ok(await page.locator("[id='leaf-gravity.x']").isDisabled());
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("lays the original over the result in the same cut, with a handle between them", async () => {
    const page = await open("#/rs:fill:60:60/bl:3/pd:5/f:png/plain/local:///a-first.jpg");
    await page.getByRole("radio", { name: "Swipe" }).check({ force: true });
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>("[data-reference]")?.naturalWidth === 70,
    );
    const handle = page.getByRole("slider", { name: /^Original to the left/ });
    await handle.focus();
    await page.keyboard.press("End");
    const edges = await page.evaluate(() =>
      ["[data-reference]", "[data-sheet=result]"].map((name) => {
        const { left, width } = document.querySelector(name)!.getBoundingClientRect();
        return [left, width];
      }),
    );
    assert.deepEqual(edges[0], edges[1]);
    assert.equal(await page.locator("[data-viewer]").evaluate((viewer) => viewer.style.getPropertyValue("--at")), "100");
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("shows the same picture in three formats, and takes the one that is pressed", async () => {
    const page = await open("#/w:90/plain/local:///a-first.jpg");
    await page.waitForFunction(() => document.querySelectorAll(".tile[data-state=shown]").length === 3);
    for (const format of ["avif", "webp", "jpeg"]) {
      const { body } = await server.get(`/unsafe/w:90/f:${format}/plain/local:///a-first.jpg`);
      assert.equal(await page.locator(`[data-format=${format}]`).getAttribute("data-bytes"), String(body.length));
    }
    await page.locator("[data-format=webp]").click();
    await settled(page);
    assert.match(await urlIn(page), /\/w:90\/f:webp\//);
    assert.equal(await page.locator("#leaf-format").inputValue(), "webp");
    await page.close();
  });

  it("offers the picture as URL, img, React, curl and capability, and copies it", async () => {
    const page = await open("#/w:90/plain/local:///a-first.jpg");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const url = await urlIn(page);
    for (const [name, words] of [
      ["URL", url],
      ["<img>", `<img src="${url}"`],
      ["React", "srcSet={["],
      ["curl", `-o picture '${url}'`],
      ["Capability", 'capabilities.sign("local:///a-first.jpg", {'],
    ] as const) {
      await page.getByRole("radio", { name, exact: true }).check({ force: true });
      const code = page.locator("[data-recipes] code");
      await code.filter({ hasText: words }).waitFor();
      await page.locator(".code button").click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code.innerText());
      await page.getByRole("button", { name: "Copy", exact: true }).waitFor();
    }
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("takes a picture that is dropped into it, and keeps it in memory", async () => {
    const page = await open();
    const dropped = await noise(40, 30).png().toBuffer();
    await page.evaluate((bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], "my cat.png", { type: "image/png" }));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
    }, [...dropped]);
    await page.waitForFunction(() => document.querySelectorAll("[data-pick]").length === 3);
    await settled(page);
    assert.match(pathIn(await urlIn(page)), /\/plain\/dropped:\/\/\/[0-9a-f]{16}\/my%20cat\.png$/);
    assert.match(await facts(page, "original"), /^PNG.*40 × 30/s);
    await page.locator("input[type=file]").setInputFiles({
      name: "notes.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("no picture"),
    });
    const complaint = page.locator(".picker .bad");
    await complaint.filter({ hasText: "notes.txt" }).waitFor();
    assert.equal(await complaint.innerText(), "notes.txt: expected a picture, got a file of another kind");
    await page.close();
  });

  it("has URLs signed where they have to be", async () => {
    const page = await open("#/w:70/f:png/plain/local:///a-first.jpg", {}, signing);
    assert.match(await facts(page, "result"), /^PNG.*70 ×/s);
    const target = pathIn(await urlIn(page));
    assert.match(target, /^\/[\w-]{43}\/w:70\/f:png\//);
    assert.equal((await signing.get(target)).status, 200);
    assert.equal((await signing.get(target.replace("w:70", "w:71"))).status, 403);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  for (const width of [320, 390, 768, 1440])
    it(`keeps within a window of ${width} pixels`, async () => {
      const page = await open("#/w:90/f:png/plain/local:///a-first.jpg", { viewport: { width, height: 800 } });
      for (const summary of await page.locator("summary").all()) await summary.evaluate((each) => (each as HTMLElement).click());
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} pixels wide`);
      await page.close();
    });

  it("is dark where the system is, and every text can be read in both", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open("#/w:90/f:png/plain/local:///a-first.jpg", { colorScheme });
      const shot = await page.screenshot({ clip: { x: 0, y: 0, width: 8, height: 8 } });
      const { channels } = await sharp(shot).stats();
      const light = channels.slice(0, 3).every(({ mean }) => mean > 200);
      assert.equal(light, colorScheme === "light");
      for (const [text, contrast] of await contrasts(page)) assert.ok(contrast >= 4.5, `${text}: ${contrast.toFixed(2)}`);
      await page.close();
    }
  });
});

/** Waits until the pictures of the last change are there. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const url = document.querySelector("textarea")?.value ?? "";
      const result = document.querySelector<HTMLElement>("[data-side=result]");
      const original = document.querySelector<HTMLElement>("[data-side=original]");
      const path = (text: string): string => text.slice(text.indexOf("/plain/"));
      return (
        document.documentElement.dataset["ready"] === "yes" &&
        result?.dataset["state"] === "shown" &&
        original?.dataset["state"] === "shown" &&
        path(result.dataset["shown"] ?? "-") === path(url) &&
        (document.activeElement?.tagName === "TEXTAREA" || result.dataset["shown"] === url)
      );
    },
    undefined,
    { timeout: 20_000 },
  );
}

const urlIn = (page: Page): Promise<string> => page.getByRole("textbox", { name: "URL of the result" }).inputValue();
const pathIn = (url: string): string => url.replace(/^https?:\/\/[^/]*/, "");
const facts = (page: Page, side: string): Promise<string> =>
  page.locator(`[data-side=${side}] [data-facts]`).innerText();

const cropIn = (url: string): readonly number[] =>
  (/\/c:(\d+):(\d+):nowe:(\d+):(\d+)\//.exec(url) ?? assert.fail(url)).slice(1).map(Number);

/** A pixel of the screen is more than one of the picture. */
const near = (got: readonly number[], wanted: readonly number[]): void => {
  for (const [place, value] of got.entries())
    assert.ok(Math.abs(value - wanted[place]!) <= 2, `${got.join()} where ${wanted.join()} was wanted`);
};

interface Stop {
  readonly what: string;
  readonly name: string;
  readonly outlined: boolean;
}

/** Everything that Tab reaches, until it is back at the beginning. */
async function tabThrough(page: Page): Promise<readonly Stop[]> {
  const stops: Stop[] = [];
  await page.evaluate(() => window.focus());
  while (stops.length < 500) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body || element.dataset["seen"]) return undefined;
      element.dataset["seen"] = "yes";
      const shown = [element, element.nextElementSibling, element.closest(".typed")].filter((each) => each !== null);
      const label = element.closest("label")?.innerText ?? "";
      return {
        what: element.outerHTML.slice(0, 120),
        name: (element.ariaLabel ?? "") + element.innerText + label,
        outlined: shown.some((each) => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
          return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
        }),
      };
    });
    if (stop === undefined) return stops;
    stops.push(stop);
  }
  return stops;
}

/** The contrast of every text with the page's ground or the plate that it stands on (WCAG 2.2, 1.4.3), as it is painted. */
async function contrasts(page: Page): Promise<readonly (readonly [text: string, contrast: number])[]> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    const painted = (colour: string): readonly number[] => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (rgb: readonly number[]): number => {
      const [r = 0, g = 0, b = 0] = rgb.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element: Element | null): readonly number[] => {
      if (element === null) return painted("#fff");
      const own = painted(getComputedStyle(element).backgroundColor);
      return own[3] === 255 ? own : ground(element.parentElement);
    };
    const found = [...document.querySelectorAll("body *")].filter(
      (element) =>
        element.checkVisibility({ opacityProperty: true }) &&
        !element.matches("textarea, :disabled, .unseen, .side-name") &&
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()),
    );
    return found.map((element) => {
      const [one, other] = [painted(getComputedStyle(element).color), ground(element)].map(luminance);
      const [light, dark] = [Math.max(one!, other!), Math.min(one!, other!)];
      return [element.textContent.trim().slice(0, 40), (light + 0.05) / (dark + 0.05)] as const;
    });
  });
}
