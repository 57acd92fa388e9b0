/** The whole way: a browser's request to the application, its capability, a picture. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { pick, rungs } from "@tintype/url/capability";
import { imageSigner, type ImageSignerSettings } from "@tintype/url/signer";
import sharp from "sharp";
import { useFolder } from "../fixtures/folder.ts";
import { useServer } from "../fixtures/server.ts";

const KEY = "00112233445566778899aabbccddeeff";
const AUDIENCE = "img.example.com";
/** One for all, so that no hour begins between two of them. */
const expires = new Date(Date.now() + 86_400_000);
const PLACE = "local:///shoes/*";

const photograph = (): Promise<Buffer> =>
  sharp({ create: { width: 120, height: 80, channels: 3, background: "#369" } })
    .png()
    .toBuffer();

const folder = useFolder(async () => ({
  "cat.png": await photograph(),
  "shoes/1.png": await photograph(),
}));

const SETTINGS: ImageSignerSettings<unknown, "hero" | "square" | "shelf"> = {
  endpoint: `https://${AUDIENCE}`,
  key: KEY,
  kid: 7,
  policies: {
    hero: { widths: [16, 64], formats: ["webp", "png"], expires },
    square: { widths: [16, 64], aspects: ["1x1"], formats: ["auto"], expires },
    shelf: { widths: [16, 64], expires },
  },
  prefixes: ["shelf"],
  baseUrl: "local:///",
  authorize: (_request, { sources }) => sources.every((source) => !source.includes("secret")),
};

describe("capabilities of imageSigner", () => {
  const server = useServer({
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder,
    IMGPROXY_ALLOWED_SOURCES: "",
    TINTYPE_CAPABILITY_KEYS: `7:${KEY}`,
    TINTYPE_CAPABILITY_AUDIENCE: AUDIENCE,
  });
  let application: Server;

  before(async () => {
    const signer = imageSigner(SETTINGS);
    application = createServer((request, response) => void signer.node(request, response));
    application.listen(0, "127.0.0.1");
    await once(application, "listening");
  });
  after(() => {
    application.closeAllConnections();
    application.close();
  });

  /** As a page does it: ask the application, get the capability of the first source. */
  async function capabilityOf(source: string, policy: string): Promise<string> {
    const { port } = application.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sources: [source], policy }),
    });
    const { capabilities } = (await response.json()) as { capabilities?: Record<string, string> };
    return capabilities?.[source] ?? "";
  }

  const get = (url: string, headers: Record<string, string> = {}) =>
    server.get(new URL(url).pathname, headers);

  it("lead to pictures of every width that the policy has", async () => {
    const capability = await capabilityOf("cat.png", "hero");
    for (const width of rungs(capability)) {
      const answer = await get(pick(capability, { width, format: "png" }));
      const drawn = await sharp(answer.body).metadata();
      assert.deepEqual([answer.status, drawn.width, drawn.format], [200, width, "png"]);
    }
  });

  it("lead to the size and format that were picked", async () => {
    const capability = await capabilityOf("cat.png", "square");
    const answer = await get(pick(capability, { width: 16 }), { Accept: "image/webp" });
    const { width, height, format } = await sharp(answer.body).metadata();
    assert.deepEqual([answer.status, width, height, format], [200, 16, 16, "webp"]);
  });

  it("lead to all below a place where its policy is for that", async () => {
    const capability = await capabilityOf(PLACE, "shelf");
    const answer = await get(pick(capability, { width: 16, path: "1.png", format: "webp" }));
    assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "image/webp"]);
  });

  it("of templates are the same as those that are asked for", async () => {
    assert.equal(await capabilityOf("cat.png", "hero"), imageSigner(SETTINGS).capability("cat.png", "hero"));
  });

  it("are refused with another policy, another source or another key", async () => {
    const capability = await capabilityOf("cat.png", "hero");
    const other = imageSigner({ ...SETTINGS, key: KEY.replace("0", "1") }).capability("cat.png", "hero");
    for (const forged of [
      capability.replace("w16-64", "w16-640"),
      capability.replace(/[^/]+$/, Buffer.from("local:///shoes/1.png").toString("base64url")),
      other,
    ])
      assert.equal((await get(pick(forged, { width: 16, format: "png" }))).status, 403);
  });
});
