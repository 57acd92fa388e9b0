/** Who is served the playground, and who may drop pictures into it and have URLs signed there. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { useFolder } from "../fixtures/folder.ts";
import { picture } from "../fixtures/pictures.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";

const KEYS = { IMGPROXY_KEY: "ab".repeat(32), IMGPROXY_SALT: "cd".repeat(32) };
const MOST_BYTES = 40 * 1024 ** 2;

interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array | string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends what a browser on this machine would send for the playground's own page; a header that is undefined is left out. */
function send(
  server: TestServer,
  path: string,
  { method = "PUT", headers = {}, body = "" }: Sending,
): Promise<Answer> {
  const { port } = server;
  const own = { host: `localhost:${port}`, origin: `http://localhost:${port}`, "content-type": "image/png" };
  const given: Sending["headers"] = { ...own, "content-length": String(body.length), ...headers };
  const all = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, method, path, headers: all }, (response) => {
      text(response).then((words) => resolve({ status: response.statusCode ?? 0, body: words }), reject);
    })
      .on("error", reject)
      .end(body);
  });
}

const sendPath = (server: TestServer, path: string, headers: Sending["headers"] = {}): Promise<Answer> =>
  send(server, "/playground/sign", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ path }),
  });

describe("the playground of a server in production", () => {
  const server = useServer({ ...KEYS });

  it("is not there", async () => {
    for (const path of ["/playground", "/playground/", "/playground?"])
      assert.equal((await server.get(path)).status, 404, path);
  });

  it("has nothing below it but pictures with a wrong signature", async () => {
    for (const path of ["/playground/sign", "/playground/code/url/index.ts", "/playground/pictures/a.png"])
      assert.deepEqual(
        [(await server.get(path)).status, (await server.get(path)).text],
        [403, "Forbidden"],
        path,
      );
  });

  it("takes no pictures and signs nothing", async () => {
    assert.equal(
      (await send(server, "/playground/pictures/a.png", { body: await picture("png") })).status,
      404,
    );
    assert.equal((await sendPath(server, "w:1/plain/local:///a.png")).status, 404);
  });
});

describe("the playground of a server that a setting gives one", () => {
  const server = useServer({ ...KEYS, TINTYPE_HTTP_PLAYGROUND: "true" });

  it("is a page that says that its URLs are not signed, and has no place to drop", async () => {
    const { status, text: html } = await server.get("/playground");
    assert.equal(status, 200);
    assert.match(html, /wants signed URLs/);
    assert.doesNotMatch(html, /type="file"/);
    assert.doesNotMatch(html, new RegExp(`${KEYS.IMGPROXY_KEY}|${KEYS.IMGPROXY_SALT}`));
  });

  it("takes no pictures and signs nothing", async () => {
    assert.equal(
      (await send(server, "/playground/pictures/a.png", { body: await picture("png") })).status,
      404,
    );
    assert.equal((await sendPath(server, "w:1/plain/local:///a.png")).status, 404);
    assert.equal((await server.get("/_/plain/dropped:///0123456789abcdef/a.png")).status, 403);
  });
});

describe("the playground of a server in development", () => {
  const folder = useFolder(async () => ({ 'a"<b>.png': await picture("png"), "notes.txt": "no picture" }));
  const server = useServer({
    TINTYPE_DEVELOPMENT: "true",
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder,
    TINTYPE_CACHE_MEMORY: "16777216",
    // What is dropped needs no place on the list.
    IMGPROXY_ALLOWED_SOURCES: "local://",
  });
  const drop = (sending: Sending, name = "cat.png"): Promise<Answer> =>
    send(server, `/playground/pictures/${name}`, sending);

  it("is a page that may run its own scripts and nothing else", async () => {
    const { headers, text: html } = await server.get("/playground");
    const policy = headers["content-security-policy"] ?? "";
    const [, nonce = ""] = /script-src 'nonce-([^']+)';/.exec(policy) ?? [];
    assert.match(policy, /^default-src 'none'; /);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    const scripts = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes = ""]) => attributes);
    const running = scripts.filter((attributes) => !attributes.includes('type="application/json"'));
    assert.equal(running.length, 2);
    for (const attributes of running) assert.ok(attributes.includes(`nonce="${nonce}"`), attributes);
    assert.doesNotMatch(html, /\sstyle="|\son[a-z]+="|javascript:/);
    assert.equal(headers["cache-control"], "no-store");
    assert.doesNotMatch(
      (await server.get("/playground")).headers["content-security-policy"] ?? "",
      new RegExp(nonce),
    );
  });

  it("escapes what files are called, and leaves out what is no picture", async () => {
    const { text: html } = await server.get("/playground");
    assert.ok(html.includes('data-pick="local:///a&quot;&lt;b&gt;.png"'));
    assert.ok(!html.includes("<b>.png") && !html.includes("notes.txt"));
  });

  it("serves the modules of its page, and no other file", async () => {
    const { text: html } = await server.get("/playground");
    const entry = /src="(\/playground\/code\/[^"]+)"/.exec(html)?.[1] ?? "";
    const { status, headers } = await server.get(entry);
    assert.deepEqual([status, headers["content-type"]], [200, "text/javascript; charset=utf-8"]);
    for (const path of ["tintype/config/settings.ts", "tintype/../../package.json", "url/sign/index.ts", ""])
      assert.equal((await server.get(`/playground/code/${path}`)).status, 404, path);
  });

  it("keeps a dropped picture for whoever asks for its URL, in memory only", async () => {
    const bytes = await picture("png");
    const { status, body: url } = await drop({ body: bytes }, "my%20cat.png");
    assert.equal(status, 201);
    assert.match(url, /^dropped:\/\/\/[0-9a-f]{16}\/my cat\.png$/);
    const source = `plain/${encodeURI(url)}`;
    const raw = await server.get(`/unsafe/raw:1/${source}`);
    assert.deepEqual([raw.status, raw.headers["content-type"]], [200, "image/png"]);
    assert.ok(raw.body.equals(bytes));
    const part = await server.get(`/unsafe/raw:1/${source}`, { Range: "bytes=1-3" });
    assert.deepEqual([part.status, part.text], [206, "PNG"]);
    const statesOf = async (asked: string): Promise<readonly unknown[]> => {
      const first = await server.get(`/unsafe/w:3/f:png/${asked}`);
      const second = await server.get(`/unsafe/w:3/f:png/${asked}`);
      return [first.status, first.headers["x-cache"], second.headers["x-cache"]];
    };
    assert.deepEqual(await statesOf(source), [200, "MISS", "MISS"]);
    assert.deepEqual(await statesOf("plain/local:///a%22%3Cb%3E.png"), [200, "MISS", "HIT"], "unlike a file");
  });

  it("keeps the eight newest", async () => {
    const urls: string[] = [];
    for (let count = 0; count < 9; count += 1)
      urls.push((await drop({ body: await picture("png") }, `${count}.png`)).body);
    const statuses = await Promise.all(
      urls.map(async (url) => (await server.get(`/unsafe/raw:1/plain/${url}`)).status),
    );
    assert.deepEqual(statuses, [404, ...Array<number>(8).fill(200)]);
  });

  it("takes no folder from a name", async () => {
    const { body } = await drop({ body: await picture("png") }, "..%2F..%5Cetc%2Fp%00asswd.png");
    assert.match(body, /^dropped:\/\/\/[0-9a-f]{16}\/passwd\.png$/);
    for (const name of ["", "..", "%2F", "%ff"])
      assert.equal((await drop({ body: await picture("png") }, name)).status, 400, name);
  });

  for (const [what, sending, status] of [
    ["what is no picture", { body: "no picture" }, 415],
    ["a type that a form can send", { headers: { "content-type": "text/plain" } }, 415],
    ["no type", { headers: { "content-type": undefined } }, 415],
    ["no length", { headers: { "content-length": undefined, "transfer-encoding": "chunked" } }, 411],
    ["nothing", { body: "" }, 411],
    ["another site's page", { headers: { origin: "https://evil.example" } }, 403],
    ["no page", { headers: { origin: undefined } }, 403],
    ["what a browser calls cross-site", { headers: { "sec-fetch-site": "cross-site" } }, 403],
    [
      "another name of this machine",
      { headers: { host: "evil.example", origin: "http://evil.example" } },
      403,
    ],
    ["a proxy", { headers: { "x-forwarded-for": "127.0.0.1" } }, 403],
    ["another method", { method: "POST" }, 404],
  ] as const satisfies readonly (readonly [string, Sending, number])[])
    it(`takes nothing from ${what}`, async () => {
      const body = await picture("png");
      const answer = await drop({ body, ...sending });
      assert.equal(answer.status, status, answer.body);
    });

  it("takes as many bytes as it says, and not one more", async () => {
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    (await picture("png")).copy(bytes);
    const tooMany = await drop({ body: bytes });
    assert.deepEqual(tooMany, {
      status: 413,
      body: `expected at most ${MOST_BYTES} bytes, got ${MOST_BYTES + 1}`,
    });
    assert.equal(
      (await drop({ body: bytes.subarray(1) })).status,
      415,
      "which begins in the middle of a picture",
    );
    assert.equal((await drop({ body: bytes.subarray(0, MOST_BYTES) })).status, 201);
  });

  it("says nothing in the log of a client that leaves in the middle of a picture", async () => {
    const { port } = server;
    const headers = {
      host: `localhost:${port}`,
      origin: `http://localhost:${port}`,
      "content-type": "image/png",
      "content-length": "1000000",
    };
    const before = server.events.length;
    const leaving = request({
      host: "127.0.0.1",
      port,
      method: "PUT",
      path: "/playground/pictures/a.png",
      headers,
    });
    leaving.on("error", () => undefined);
    leaving.write(await picture("png"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    leaving.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(server.events.slice(before), []);
    assert.equal((await drop({ body: await picture("png") })).status, 201);
  });

  it("signs nothing where nothing needs it", async () => {
    assert.equal((await sendPath(server, "w:1/plain/local:///a.png")).status, 404);
  });
});

describe("the playground of a server in development that has a key", () => {
  const folder = useFolder(async () => ({ "a.png": await picture("png") }));
  const server = useServer({
    ...KEYS,
    TINTYPE_DEVELOPMENT: "true",
    IMGPROXY_ALLOWED_SOURCES: "",
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder,
  });
  const PATH = "w:3/f:png/plain/local:///a.png";

  it("signs a path for its own page", async () => {
    const { status, body } = await sendPath(server, PATH);
    assert.equal(status, 200);
    assert.equal((await server.get(`/${body}/${PATH}`)).status, 200);
    assert.equal((await server.get(`/unsafe/${PATH}`)).status, 403);
  });

  for (const [what, headers] of [
    ["another site's page", { origin: "https://evil.example" }],
    ["no page", { origin: undefined }],
    ["what a browser calls cross-site", { "sec-fetch-site": "cross-site" }],
    ["another name of this machine", { host: "evil.example", origin: "http://evil.example" }],
    ["a proxy", { forwarded: "for=127.0.0.1" }],
  ] as const)
    it(`signs nothing for ${what}`, async () => {
      assert.equal((await sendPath(server, PATH, headers)).status, 403);
    });

  it("signs nothing that is no path in JSON", async () => {
    const ask = (body: string, type = "application/json"): Promise<Answer> =>
      send(server, "/playground/sign", { method: "POST", headers: { "content-type": type }, body });
    assert.equal((await ask(JSON.stringify({ path: PATH }), "text/plain")).status, 415);
    assert.equal((await ask("{")).status, 400);
    assert.equal((await ask('{"path":7}')).status, 400);
    assert.equal((await ask("null")).status, 400);
    assert.equal((await ask(JSON.stringify({ path: "x".repeat(20_000) }))).status, 413);
    assert.equal((await server.get("/playground/sign")).status, 404);
  });
});
