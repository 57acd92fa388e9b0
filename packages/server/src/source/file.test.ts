import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import {
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { HttpError } from "../errors.ts";
import { readBody } from "./body.ts";
import { fileSource } from "./file.ts";
import type { Original, Wish } from "./source.ts";

const wish = (over: Partial<Wish> = {}): Wish => ({
  signal: new AbortController().signal,
  maxBytes: 0,
  headers: {},
  mode: "picture",
  ...over,
});
const relay = (headers: Record<string, string>): Wish => wish({ mode: "relay", headers });

let base = "";
const inRoot = (...path: string[]): string => join(base, "root", ...path);

before(async () => {
  base = await mkdtemp(join(tmpdir(), "tintype-file-"));
  for (const folder of ["root", "root/sub", "root/sub/..dots", "root-sibling", "outside"]) {
    await mkdir(join(base, folder));
  }
  const files: Readonly<Record<string, string>> = {
    "root/a.jpg": "a jpeg",
    "root/sub/b.PNG": "a png",
    "root/sub/..dots/c.webp": "a webp",
    "root/a%20b.jpg": "percent",
    "root/a b.jpg": "space",
    "root/a?x.jpg": "question",
    "root/a#x.jpg": "hash",
    "root/größe.avif": "umlaut",
    "root/back\\slash.jpg": "backslash",
    "root/no-extension": "unknown",
    "root/empty.gif": "",
    "root/big.tiff": "0123456789".repeat(100_000),
    "root-sibling/secret.jpg": "sibling",
    "outside/secret.jpg": "secret",
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(base, path), text);
  const links: Readonly<Record<string, string>> = {
    "inner.jpg": "sub/b.PNG",
    "folder-link": "sub",
    "outer.jpg": "../outside/secret.jpg",
    "outer-folder": join(base, "outside"),
    "sibling-folder": "../root-sibling",
    "passwd.jpg": "/etc/passwd",
    "proc.jpg": "/proc/self/environ",
    "loop.jpg": "loop.jpg",
    "dangling.jpg": "nowhere.jpg",
  };
  for (const [path, target] of Object.entries(links)) await symlink(target, inRoot(path));
  await symlink("root", join(base, "root-link"));
  await promisify(execFile)("mkfifo", [inRoot("fifo.jpg")]);
});
after(() => rm(base, { recursive: true }));

const source = (over: Partial<Parameters<typeof fileSource>[0]> = {}): ReturnType<typeof fileSource> =>
  fileSource({ root: inRoot(), querySeparator: "?", ...over });

const read = async (original: Original): Promise<string> =>
  (await readBody(original, { maxBytes: 0 })).toString();
const fetchText = async (
  url: string,
  over: Partial<Parameters<typeof fileSource>[0]> = {},
): Promise<string> => read(await source(over).fetch(url, wish()));

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof HttpError ? `${error.code} ${error.status}` : String(error);
}

describe("a file source", () => {
  const found: Readonly<Record<string, string>> = {
    "local:///a.jpg": "a jpeg",
    "LOCAL:///a.jpg": "a jpeg",
    "local://host/a.jpg": "a jpeg",
    "local:////a.jpg": "a jpeg",
    "local:///./sub/.././a.jpg": "a jpeg",
    "local:///../../../../a.jpg": "a jpeg",
    "local:///a.jpg?x=../../outside/secret.jpg": "a jpeg",
    "local:///sub/b.PNG": "a png",
    "local:///sub/..dots/c.webp": "a webp",
    "local:///a%20b.jpg": "percent",
    "local:///a b.jpg": "space",
    "local:///a#x.jpg": "hash",
    "local:///größe.avif": "umlaut",
    "local:///no-extension": "unknown",
    "local:///empty.gif": "",
    "local:///inner.jpg": "a png",
    "local:///folder-link/b.PNG": "a png",
  };
  for (const [url, text] of Object.entries(found)) {
    it(`finds ${url}`, async () => assert.equal(await fetchText(url), text));
  }

  const refused = [
    "local:///missing.jpg",
    "local:///a.jpg/",
    "local:///a.jpg/b",
    "local:///sub",
    "local:///sub/",
    "local:///",
    "local://",
    "local://a.jpg",
    "local:/a.jpg",
    "/a.jpg",
    "http://host/a.jpg",
    "local:///../root-sibling/secret.jpg",
    "local:///../outside/secret.jpg",
    "local:///%2e%2e/outside/secret.jpg",
    "local:///..%2foutside/secret.jpg",
    "local:///..\\outside\\secret.jpg",
    "local:///back\\slash.jpg",
    "local:///a.jpg\0.png",
    "local:///outer.jpg",
    "local:///outer-folder/secret.jpg",
    "local:///sibling-folder/secret.jpg",
    "local:///passwd.jpg",
    "local:///proc.jpg",
    "local:///loop.jpg",
    "local:///dangling.jpg",
    "local:///fifo.jpg",
    `local:///${"x".repeat(5000)}`,
    `local:///${"x/".repeat(5000)}`,
  ];
  for (const url of refused) {
    it(`refuses ${JSON.stringify(url.slice(0, 60))}`, async () => {
      assert.equal(await refusal(source().fetch(url, wish())), "source_unreachable 404");
    });
  }

  it("refuses a device and a socket", async () => {
    const devices = source({ root: "/dev" });
    for (const name of ["null", "zero", "tty"]) {
      assert.equal(await refusal(devices.fetch(`local:///${name}`, wish())), "source_unreachable 404", name);
    }
    const server = createServer().listen(inRoot("socket.jpg"));
    await new Promise((resolve) => server.once("listening", resolve));
    assert.equal(await refusal(source().fetch("local:///socket.jpg", wish())), "source_unreachable 404");
    server.close();
  });

  it("cuts the query where its separator says", async () => {
    assert.equal(await fetchText("local:///a?x.jpg", { querySeparator: "" }), "question");
    assert.equal(await fetchText("local:///a?x.jpg;v=1", { querySeparator: ";" }), "question");
    assert.equal(await fetchText("local:///a.jpg|1|2", { querySeparator: "|" }), "a jpeg");
  });

  it("takes a root that is itself a link, or the root of all", async () => {
    assert.equal(await fetchText("local:///a.jpg", { root: join(base, "root-link") }), "a jpeg");
    assert.equal(await fetchText("local:///a.jpg", { root: `${inRoot()}/` }), "a jpeg");
    assert.equal(await fetchText(`local://${inRoot("a.jpg")}`, { root: "/" }), "a jpeg");
    assert.equal(
      await refusal(source({ root: join(base, "gone") }).fetch("local:///a.jpg", wish())),
      "source_unreachable 404",
    );
  });

  it("tells type, size and validators", async () => {
    const modified = new Date("2024-05-01T10:00:00Z");
    await utimes(inRoot("a.jpg"), modified, modified);
    const { mtimeNs } = await stat(inRoot("a.jpg"), { bigint: true });
    const etag = createHash("sha256").update(`/a.jpg__6__${mtimeNs}`).digest("base64url");
    const original = await source().fetch("local:///sub/../a.jpg?v=2", wish());
    original.cancel();
    assert.equal(original.status, 200);
    assert.deepEqual(original.headers, {
      "content-type": "image/jpeg",
      "accept-ranges": "bytes",
      etag: `"${etag}"`,
      "last-modified": "Wed, 01 May 2024 10:00:00 GMT",
      "content-length": "6",
    });
    const types = [
      ["sub/b.PNG", "image/png"],
      ["sub/..dots/c.webp", "image/webp"],
      ["no-extension", "application/octet-stream"],
    ] as const;
    for (const [path, type] of types) {
      const typed = await source().fetch(`local:///${path}`, wish());
      typed.cancel();
      assert.equal(typed.headers["content-type"], type);
    }
  });

  it("keeps to the limit of bytes, exactly the limit allowed", async () => {
    const fetchCapped = (maxBytes: number): Promise<string> =>
      refusal(source().fetch("local:///big.tiff", wish({ maxBytes })).then(read));
    assert.equal(await fetchCapped(1_000_000), "undefined");
    assert.equal(await fetchCapped(999_999), "source_too_big 422");
  });

  it("ends with its signal", async () => {
    assert.equal(
      await refusal(source().fetch("local:///a.jpg", wish({ signal: AbortSignal.abort() }))),
      "client_gone 499",
    );
    const client = new AbortController();
    const original = await source().fetch("local:///big.tiff", wish({ signal: client.signal }));
    const reading = (async () => {
      for await (const chunk of original.body) if (chunk.byteLength > 0) client.abort();
    })();
    assert.equal(await refusal(reading), "client_gone 499");
  });

  it("notices a file that shrinks while it is read", async () => {
    await writeFile(inRoot("shrinking.gif"), Buffer.alloc(1_000_000));
    const original = await source().fetch("local:///shrinking.gif", wish());
    const reading = (async () => {
      for await (const chunk of original.body)
        if (chunk.byteLength > 0) await truncate(inRoot("shrinking.gif"), 10);
    })();
    assert.equal(await refusal(reading), "source_incomplete 422");
  });

  it("closes every file", async () => {
    const openFiles = async (): Promise<number> => (await readdir("/proc/self/fd")).length;
    const before = await openFiles();
    for (let turn = 0; turn < 20; turn += 1) {
      await fetchText("local:///a.jpg");
      (await source().fetch("local:///a.jpg", wish())).cancel();
      for await (const chunk of (await source().fetch("local:///big.tiff", wish())).body) {
        if (chunk.byteLength > 0) break;
      }
      for (const path of ["fifo.jpg", "outer.jpg", "sub"])
        await refusal(source().fetch(`local:///${path}`, wish()));
      await refusal(source().fetch("local:///big.tiff", wish({ maxBytes: 1 })));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok((await openFiles()) - before < 5);
  });

  it("never reads outside while a folder is exchanged for a link", async () => {
    await mkdir(inRoot("turn"));
    await writeFile(inRoot("turn", "secret.jpg"), "harmless");
    await symlink(join(base, "outside"), inRoot("evil"));
    let swapping = true;
    const swap = (async () => {
      while (swapping) {
        await rename(inRoot("turn"), inRoot("aside"));
        await rename(inRoot("evil"), inRoot("turn"));
        await rename(inRoot("turn"), inRoot("evil"));
        await rename(inRoot("aside"), inRoot("turn"));
      }
    })();
    const outcomes = new Map<string, number>();
    const has = (outcome: string): boolean => (outcomes.get(outcome) ?? 0) > 20;
    const deadline = performance.now() + 8000;
    for (let round = 0; round < 400 || !(has("harmless") && has("source_unreachable")); round += 1) {
      if (performance.now() > deadline) break;
      const batch = Array.from({ length: 5 }, () =>
        fetchText("local:///turn/secret.jpg").catch((error: unknown) =>
          error instanceof HttpError ? error.code : String(error),
        ),
      );
      for (const outcome of await Promise.all(batch)) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    swapping = false;
    await swap;
    assert.deepEqual([...outcomes.keys()].sort(), ["harmless", "source_unreachable"]);
  });
});

describe("a file, relayed", () => {
  const fetchBig = (headers: Record<string, string>): Promise<Original> =>
    source().fetch("local:///big.tiff", relay(headers));

  it("is sent whole, in part, or not at all", async () => {
    const whole = await fetchBig({});
    assert.equal(whole.status, 200);
    assert.equal((await read(whole)).length, 1_000_000);

    const part = await fetchBig({ range: "bytes=5-14" });
    assert.equal(part.status, 206);
    assert.deepEqual(part.headers, {
      "content-type": "image/tiff",
      "accept-ranges": "bytes",
      "content-range": "bytes 5-14/1000000",
      "content-length": "10",
    });
    assert.equal(await read(part), "5678901234");

    const outside = await fetchBig({ range: "bytes=1000000-" });
    assert.equal(outside.status, 416);
    assert.equal(outside.headers["content-range"], "bytes */1000000");
    assert.equal(await read(outside), "");
  });

  it("is not sent again to whoever has it", async () => {
    const whole = await fetchBig({});
    whole.cancel();
    const { etag = "", "last-modified": modified = "" } = whole.headers;
    for (const asked of [{ "if-none-match": etag }, { "if-modified-since": modified }]) {
      const unchanged = await fetchBig(asked);
      assert.equal(unchanged.status, 304);
      assert.deepEqual(unchanged.headers, { etag, "last-modified": modified });
      assert.equal(await read(unchanged), "");
    }
    const changed = await fetchBig({ "if-none-match": '"other"', "if-modified-since": modified });
    assert.equal(changed.status, 200);
    changed.cancel();
  });

  it("counts only the part that is asked for", async () => {
    const part = await source().fetch("local:///big.tiff", {
      ...relay({ range: "bytes=0-9" }),
      maxBytes: 10,
    });
    assert.equal((await read(part)).length, 10);
  });

  it("ignores ranges where a picture is wanted, and says where it is still the same", async () => {
    const picture = await source().fetch("local:///a.jpg", wish({ headers: { range: "bytes=0-1" } }));
    assert.equal(picture.status, 200);
    assert.equal(await read(picture), "a jpeg");
    const { etag = "" } = picture.headers;
    const same = await source().fetch("local:///a.jpg", wish({ headers: { "if-none-match": etag } }));
    assert.deepEqual([same.status, await read(same)], [304, ""]);
  });
});
