/** The playground in a real browser, in front of the real server: what it makes of what is done to it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { OPTIONS, STAGES, type AnyOption } from "@tintype/url";
import { cropIn, facts, noise, pathIn, settled, urlIn, usePlayground } from "./fixtures/playground.ts";
import { unless } from "./needs.ts";

describe("the playground in a browser", { skip: unless("chromium") }, () => {
  const { server, open, complaints } = usePlayground();

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
    const groups = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".group")].map(
        ({ dataset, children: [inside] }) =>
          [dataset["stage"] ?? "", getComputedStyle((inside?.querySelector("h3") ?? inside)!).color] as const,
      ),
    );
    const colours = new Map(groups);
    assert.equal(new Set(colours.values()).size, STAGES.length);
    const rows = Object.values(OPTIONS as Readonly<Record<string, AnyOption>>).filter(
      ({ gated, preset }) => !gated && !preset,
    );
    const segments = rows.map(({ names, example }) => `/${names[0]}:${example}`);
    await page
      .getByRole("textbox", { name: "URL of the result" })
      .fill(`/unsafe${segments.join("")}/plain/local:///a-first.jpg`);
    const drawn = await page.evaluate(() =>
      [...document.querySelectorAll("[data-drawn] > *")].map((piece) => [
        piece.textContent,
        getComputedStyle(piece).color,
      ]),
    );
    assert.deepEqual(
      drawn.slice(1, -1),
      rows.map(({ stage }, place) => [segments[place], colours.get(stage)]),
    );
    assert.equal(await page.locator(".address .bad").innerText(), "");
    await page.close();
  });

  it("reads a URL that is typed, and says what is wrong with one that is none", async () => {
    const page = await open();
    const field = page.getByRole("textbox", { name: "URL of the result" });
    await field.fill(
      "https://img.example/sig/rs:fill:60:40/g:fp:0.2:0.9/bl:2/f:png/plain/local:///a-first.jpg",
    );
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
    assert.equal(
      await field.inputValue(),
      `http://127.0.0.1:${server.port}/unsafe/w:50/plain/local:///a-first.jpg`,
    );
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
    const { x, y, width, height } =
      (await page.locator("[data-sheet=original]").boundingBox()) ?? assert.fail();
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
    await page.mouse.move(x + width * 0.7, y + height * 0.5);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height * 0.4, { steps: 3 });
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

  it("takes a picture that is dropped into it, and keeps it in memory", async () => {
    const page = await open();
    const dropped = await noise(40, 30).png().toBuffer();
    await page.evaluate(
      (bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(bytes)], "my cat.png", { type: "image/png" }));
        window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
      },
      [...dropped],
    );
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
});

describe("the playground of a server that has a key and a prefix", { skip: unless("chromium") }, () => {
  const { server, open, complaints } = usePlayground({
    IMGPROXY_KEY: "ab".repeat(32),
    IMGPROXY_SALT: "cd".repeat(32),
    IMGPROXY_PATH_PREFIX: "/img",
  });

  it("has URLs signed", async () => {
    const page = await open("#/w:70/f:png/plain/local:///a-first.jpg");
    assert.match(await facts(page, "result"), /^PNG.*70 ×/s);
    const target = pathIn(await urlIn(page));
    assert.match(target, /^\/img\/[\w-]{43}\/w:70\/f:png\//);
    assert.equal((await server.get(target)).status, 200);
    assert.equal((await server.get(target.replace("w:70", "w:71"))).status, 403);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

/** A pixel of the screen is more than one of the picture. */
const near = (got: readonly number[], wanted: readonly number[]): void => {
  for (const [place, value] of got.entries())
    assert.ok(Math.abs(value - wanted[place]!) <= 2, `${got.join()} where ${wanted.join()} was wanted`);
};
