/** The playground in a real browser, in front of the real server: for every hand, eye and screen. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { cropIn, pathIn, settled, urlIn, usePlayground } from "./fixtures/playground.ts";
import { unless } from "./needs.ts";

describe("the playground", { skip: unless("chromium") }, () => {
  const { server, open, complaints } = usePlayground();

  it("can be worked with nothing but a keyboard", async () => {
    const page = await open("#/rs:fill:50:50/f:png/plain/local:///a-first.jpg");
    const reached = await tabThrough(page);
    const wanted = await page.evaluate(
      () =>
        [
          ...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']"),
        ].filter((element) => element.checkVisibility() && !(element as HTMLButtonElement).disabled).length,
    );
    const radios = await page.evaluate(
      () =>
        [...document.querySelectorAll("input[type=radio]")].filter((radio) => radio.checkVisibility())
          .length -
        new Set(
          [...document.querySelectorAll<HTMLInputElement>("input[type=radio]")]
            .filter((radio) => radio.checkVisibility())
            .map(({ name }) => name),
        ).size,
    );
    assert.equal(
      reached.length,
      wanted - radios,
      "one stop for each control, and one for each set of radios",
    );
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
    assert.equal(
      await page.locator("[data-viewer]").evaluate((viewer) => viewer.style.getPropertyValue("--at")),
      "100",
    );
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("shows the same picture in three formats, and takes the one that is pressed", async () => {
    const page = await open("#/w:90/plain/local:///a-first.jpg");
    await page.waitForFunction(() => document.querySelectorAll(".tile[data-state=shown]").length === 3);
    for (const format of ["avif", "webp", "jpeg"]) {
      const { body } = await server.get(`/unsafe/w:90/f:${format}/plain/local:///a-first.jpg`);
      assert.equal(
        await page.locator(`[data-format=${format}]`).getAttribute("data-bytes"),
        String(body.length),
      );
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
      ["React", "<Picture\n  image={image}"],
      ["curl", `-o picture '${url}'`],
      ["Capability", 'capabilities.sign("local:///a-first.jpg", {'],
    ] as const) {
      await page.getByRole("radio", { name, exact: true }).check({ force: true });
      const code = page.locator("[data-recipes] code");
      await code.filter({ hasText: words }).waitFor();
      await page.locator(".code button").click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const shown = await code.innerText();
      await page.waitForFunction(async (text) => (await navigator.clipboard.readText()) === text, shown);
    }
    assert.deepEqual(complaints, []);
    await page.close();
  });

  for (const width of [320, 390, 768, 1440])
    it(`keeps within a window of ${width} pixels`, async () => {
      const page = await open("#/w:90/f:png/plain/local:///a-first.jpg", {
        viewport: { width, height: 800 },
      });
      for (const summary of await page.locator("summary").all())
        await summary.evaluate((each) => (each as HTMLElement).click());
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
      for (const [text, contrast] of await contrasts(page))
        assert.ok(contrast >= 4.5, `${text}: ${contrast.toFixed(2)}`);
      await page.close();
    }
  });
});

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
      if (!(element instanceof HTMLElement) || element === document.body || element.dataset["seen"])
        return undefined;
      element.dataset["seen"] = "yes";
      const shown = [element, element.nextElementSibling, element.closest(".typed")].filter(
        (each) => each !== null,
      );
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
