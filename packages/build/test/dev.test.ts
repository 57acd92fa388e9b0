import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import sharp from "sharp";
import { until } from "../../server/test/fixtures/until.ts";
import { createPictures } from "../src/core/pictures.ts";
import { capabilityOf, startDev } from "./dev-site.ts";
import { makeSite, sample, SETTINGS } from "./site.ts";

const isGone = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => false,
    () => true,
  );

describe("a site under development with Vite", () => {
  it("has the paths of production, served by a Tintype of its own, which ends with it", async () => {
    const root = makeSite();
    const { vite, address } = await startDev(root);
    const capability = await capabilityOf(address, "policy=hero");
    const { origin, pathname } = new URL(capability);
    assert.match(origin, /^http:\/\/127\.0\.0\.1:\d+$/);
    const production = createPictures({
      ...SETTINGS,
      endpoint: `${SETTINGS.endpoint}/pictures`,
      endless: true,
    });
    const { picture } = await production.read(`${join(root, "fig.jpg")}?policy=hero`);
    assert.equal(pathname, new URL(picture.capability).pathname);

    const answer = await fetch(`${capability}/w96.webp`);
    assert.equal(answer.status, 200);
    assert.equal((await sharp(await answer.arrayBuffer()).metadata()).width, 96);

    copyFileSync(sample("peaks.jpg"), join(root, "fig.jpg"));
    let changed = capability;
    await until(async () => (changed = await capabilityOf(address, "policy=hero")) !== capability);
    const [before, other] = await Promise.all(
      [capability, changed].map(async (each) => (await fetch(`${each}/w96.webp`)).bytes()),
    );
    assert.ok(other!.length > 0);
    assert.notDeepEqual(other, before);

    await vite.close();
    assert.ok(await isGone(origin));
    assert.ok(!process.getActiveResourcesInfo().includes("ProcessWrap"));
  });

  it("leaves no Tintype behind where it is killed itself", async () => {
    const program = fileURLToPath(new URL("dev-program.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=tintype-source", program, makeSite()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    after(() => child.kill("SIGKILL"));
    const [address] = (await once(createInterface(child.stdout), "line")) as [string];
    const { origin } = new URL(await capabilityOf(address, "policy=hero"));
    assert.ok(!(await isGone(origin)));
    child.kill("SIGKILL");
    await until(() => isGone(origin));
  });

  it("starts no Tintype as long as no picture is asked for", async () => {
    const { vite } = await startDev(makeSite());
    assert.ok(!process.getActiveResourcesInfo().includes("ProcessWrap"));
    await vite.close();
  });

  it("says what to install where there is no Tintype", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tintype-alone-"));
    after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "process.ts");
    copyFileSync(new URL("../src/dev/process.ts", import.meta.url), file);
    const alone = (await import(pathToFileURL(file).href)) as typeof import("../src/dev/process.ts");
    await assert.rejects(
      alone.startTintype({}, () => undefined),
      /expected the package "tintype".*: install it beside @tintype\/build/,
    );
  });

  it("passes on what the server says where it does not start", async () => {
    const { startTintype } = await import("../src/dev/process.ts");
    const env = { ...process.env, IMGPROXY_BIND: "nowhere" };
    await assert.rejects(
      startTintype(env, () => undefined),
      /got exit code 1: .*IMGPROXY_BIND/s,
    );
  });
});
