/** Pictures below a directory of this machine (contract http.md, 8.1; security.md, SSRF-13). */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { base64, plain } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { picture } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { leaks, useServer } from "../fixtures/server.ts";

const NAMES = ["a.png", "sub/b.png", "a%20b.png", "a b.png", "q?x.png", "圖.png"];
const DATE = new Date("2024-05-01T10:00:00Z");

const folder = useFolder(
  async () => {
    const png = await picture("png");
    const inside = NAMES.map((name) => [`root/${name}`, png] as const);
    return { ...Object.fromEntries(inside), "root-evil/c.png": png, "d.png": png };
  },
  (made) => {
    const at = (name: string): string => join(made, "root", name);
    symlinkSync(join(made, "d.png"), at("out.png"));
    symlinkSync("sub/b.png", at("in.png"));
    symlinkSync(made, at("up"));
    symlinkSync("loop.png", at("loop.png"));
    mkdirSync(at("folder.png"));
    execFileSync("mkfifo", [at("fifo.png")]);
    utimesSync(at("a.png"), DATE, DATE);
  },
);
const root = join(folder, "root");
const target = (url: string): string => `/_/${plain(url)}`;

describe("local files", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_LOCAL_FILESYSTEM_ROOT: root, IMGPROXY_ALLOWED_SOURCES: "" });

  for (const url of [
    "local:///a.png",
    "local:///sub/b.png",
    "local://host/a.png",
    "LOCAL:///a.png",
    "local:///./sub/../a.png",
    "local:////a.png",
    "local:///../../../a.png",
    "local:///a.png?version=2",
    "local:///a%20b.png",
    "local:///a b.png",
    "local:///圖.png",
    "local:///in.png",
    "local:///up/root/a.png",
  ])
    it(`serves ${url}`, async () => {
      const { status, headers } = await server.get(target(url));
      assert.deepEqual([status, headers["content-type"]], [200, "image/png"]);
    });

  it("serves a URL that lost slashes on its way", async () => {
    assert.equal((await server.get("/_/plain/local:/a.png")).status, 200);
  });

  it("knows when a file was changed", async () => {
    const { headers } = await server.get(target("local:///a.png"));
    assert.equal(headers["last-modified"], "Wed, 01 May 2024 10:00:00 GMT");
  });

  for (const url of [
    "local:///missing.png",
    "local:///",
    "local:///sub",
    "local:///sub/",
    "local:///folder.png",
    "local:///out.png",
    "local:///up/d.png",
    "local:///loop.png",
    "local:///fifo.png",
    "local:///../d.png",
    "local:///../root-evil/c.png",
    "local:///..\\d.png",
    "local:///a.png/",
    "local:///a.png/b.png",
    "local:///a.png\0.jpg",
    "local:///%2e%2e/d.png",
    `local:///${"a".repeat(300)}.png`,
    "local:///proc/self/environ",
    "local:///q?x.png",
  ])
    it(`refuses ${JSON.stringify(url).slice(0, 60)}`, async () => {
      const refusal = {
        status: 404,
        body: "Source is unreachable",
        code: "source_unreachable",
        detail: /^(remembered: )?expected /,
        cache: "short",
      } as const;
      const answer = await assertRefused(server, `/_/${base64(url)}`, refusal);
      assert.deepEqual(leaks(answer, [folder, "root-evil"]), []);
      const raw = await server.get(`/_/raw:1/${base64(url)}`);
      assert.deepEqual([raw.status, raw.text], [404, "Source is unreachable"]);
    });
});

describe("local files whose names may hold a question mark", () => {
  const server = useServer({
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: root,
    IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: "",
  });

  it("are found by it", async () => {
    assert.equal((await server.get(target("local:///q?x.png"))).status, 200);
    assert.equal((await server.get(target("local:///a.png?version=2"))).status, 404);
  });
});
