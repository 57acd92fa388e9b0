import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launchChromium } from "../../../scripts/chromium.mjs";
import { unless } from "../../server/test/needs.ts";
import { bundle } from "./bundle.ts";

const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';

describe("a browser with a srcset", { skip: unless("chromium") }, () => {
  let server: Server;
  let browser: Browser;
  let origin: string;

  before(async () => {
    const { code } = await bundle("createBuilder", "srcset");
    const answers = new Map([
      ["/", ["text/html", "<!doctype html><title>srcset</title>"]],
      ["/builder.js", ["text/javascript", code]],
    ]);
    server = createServer(({ url = "" }, response) => {
      const [type = "", body] = answers.get(url) ?? ["image/svg+xml", PICTURE];
      response.writeHead(200, { "Content-Type": type }).end(body);
    });
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

  /** The options in the URL that a browser takes, of a page and a screen of these sizes. */
  async function taken(width: number, density: number, settings: object): Promise<string> {
    const page = await browser.newPage({ viewport: { width, height: 300 }, deviceScaleFactor: density });
    await page.goto(origin);
    const url = await page.evaluate(async (given) => {
      const { createBuilder, srcset } = (await import(
        `${location.origin}/builder.js`
      )) as typeof import("@tintype/url");
      const image = createBuilder({ endpoint: "/img", form: "plain", baseUrl: "https://shop.example" });
      const element = new Image();
      Object.assign(element, srcset(image, "/cat,1.jpg,", given));
      document.body.append(element);
      await element.decode();
      return element.currentSrc;
    }, settings);
    await page.close();
    const [, options] =
      /^http:[^ ]*\/img\/unsafe\/(.*)\/plain\/https:\/\/shop\.example\/cat,1\.jpg%2C$/.exec(url) ?? [];
    return options ?? url;
  }

  const cases: readonly (readonly [width: number, density: number, settings: object, options: string])[] = [
    [320, 1, {}, "w:320"],
    [480, 2, {}, "w:960"],
    [640, 3, {}, "w:1920"],
    [1280, 1, { sizes: "(min-width: 1000px) 50vw, 100vw" }, "w:640"],
    [480, 2, { options: { width: 1600, height: 900 } }, "w:960/h:540"],
    [480, 4, { naturalWidth: 700 }, "w:700"],
    [800, 1, { densities: [1, 2, 3], options: { width: 200 } }, "w:200"],
    [800, 3, { densities: [1, 2, 3], options: { width: 200 } }, "w:200/dpr:3"],
  ];
  for (const [width, density, settings, options] of cases) {
    it(`takes ${options} on ${width} pixels at ${density}x, given ${JSON.stringify(settings)}`, async () => {
      assert.equal(await taken(width, density, settings), options);
    });
  }
});
