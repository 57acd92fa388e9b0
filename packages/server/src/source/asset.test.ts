import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { loadAsset } from "./asset.ts";

describe("loadAsset", () => {
  let folder = "";
  let path = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tintype-asset-"));
    path = join(folder, "mark.png");
    await writeFile(path, "from path");
  });
  after(() => rm(folder, { recursive: true }));

  const fetched: string[] = [];
  const fetch = (url: string): Promise<Uint8Array> => {
    fetched.push(url);
    return url.includes("broken")
      ? Promise.reject(new Error("404"))
      : Promise.resolve(Buffer.from("from url"));
  };
  const data = Buffer.from("from data").toString("base64");
  const text = async (...place: Parameters<typeof loadAsset>): Promise<string | undefined> => {
    const bytes = await loadAsset(...place);
    return bytes && Buffer.from(bytes).toString();
  };

  it("takes data over path over URL", async () => {
    assert.equal(await text({ data, path, url: "http://a/" }, fetch), "from data");
    assert.equal(await text({ data: "", path, url: "http://a/" }, fetch), "from path");
    assert.deepEqual(fetched, []);
    assert.equal(await text({ data: "", path: "", url: "http://a/" }, fetch), "from url");
    assert.deepEqual(fetched, ["http://a/"]);
  });

  it("has nothing to load where nothing is given", async () => {
    assert.equal(await text({}, fetch), undefined);
    assert.equal(await text({ data: "", path: "", url: "" }, fetch), undefined);
  });

  it("reads standard base64, line breaks allowed, and nothing else", async () => {
    const bytes = Buffer.from([0xfb, 0xff, 0xbf, 0, 1, 2]);
    const standard = bytes.toString("base64");
    assert.match(standard, /[+/]/);
    assert.deepEqual(
      await loadAsset({ data: `${standard.slice(0, 4)}\n${standard.slice(4)}\n` }, fetch),
      bytes,
    );
    for (const wrong of ["-_8=", "data:image/png;base64,AAAA", "AAA", "A", "AAA=AAAA", "AAAA====", "é==="]) {
      await assert.rejects(
        loadAsset({ data: wrong }, fetch),
        /expected an image in standard base64, got/,
        wrong,
      );
    }
  });

  it("names what could not be loaded", async () => {
    const missing = join(folder, "missing.png");
    await assert.rejects(loadAsset({ path: missing }, fetch), (error: Error) =>
      error.message.includes(missing),
    );
    await assert.rejects(loadAsset({ path: folder }, fetch), (error: Error) =>
      error.message.includes(folder),
    );
    await assert.rejects(loadAsset({ url: "http://broken/" }, fetch), /http:\/\/broken\/, got: 404/);
  });
});
