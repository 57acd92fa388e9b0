/** THE TABLE of where we differ from imgproxy on purpose (decisions.md), each row as a client meets it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { base64, plain } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { late, useOrigin } from "../fixtures/origin.ts";
import { look, pages, picture } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

const BROWSER = { Accept: "image/avif,image/webp,*/*" };
const local = (name: string, options = ""): string =>
  `/_/${options === "" ? "" : `${options}/`}${plain(`local:///${name}`)}`;

const folder = useFolder(async () => {
  const {
    "/jpeg": jpeg,
    "/movingGif": gif,
    "/activeSvg": svg,
    "/noise": noise,
    "/onePixelPng": dot,
  } = await pages("jpeg", "movingGif", "activeSvg", "noise", "onePixelPng");
  return { jpeg: jpeg ?? "", gif: gif ?? "", svg: svg ?? "", noise: noise ?? "", dot: dot ?? "" };
});

const origin = useOrigin(async () => ({
  ...(await pages("png")),
  "/late": late(700, await picture("png")),
  ...Object.fromEntries(
    Array.from({ length: 11 }, (_, i) => [
      `/hop/${i + 1}`,
      { status: 302, headers: { Location: i === 0 ? "/png" : `/hop/${i}` } },
    ]),
  ),
  "/away": { status: 302, headers: { Location: "http://unlisted.invalid/" } },
}));

const codeOf = async (server: TestServer, target: string): Promise<unknown> =>
  server.logOf(await server.get(target))[0]?.["code"];

describe(
  "where imgproxy does otherwise: a server with nothing set but a root for local files",
  { concurrency: 4 },
  () => {
    const server = useServer({
      IMGPROXY_ALLOWED_SOURCES: "",
      IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "",
      IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder,
    });

    it("any source is allowed there without a key and a list; here only local files are", async () => {
      assert.equal((await server.get(local("jpeg"))).status, 200);
      assert.equal(
        await codeOf(server, `/_/${plain("https://example.invalid/a.png")}`),
        "source_not_allowed",
      );
    });

    it("HEAD answers 200 to anything there; here it is GET without the body", async () => {
      for (const [target, status] of [
        [local("jpeg"), 200],
        [local("missing"), 404],
        [local("noise"), 422],
        ["/_/nope:1/plain/a", 404],
      ] as const) {
        const answer = await server.ask(target, { method: "HEAD" });
        assert.deepEqual([answer.status, answer.body.length], [status, 0]);
      }
    });

    it("WebP and AVIF by Accept are off there; here they are on, with Vary: Accept", async () => {
      const { headers } = await server.get(local("jpeg"), BROWSER);
      assert.deepEqual([headers["content-type"], headers["vary"]], ["image/avif", "Accept"]);
      const webp = await server.get(local("jpeg"), { Accept: "image/webp" });
      assert.equal(webp.headers["content-type"], "image/webp");
      assert.equal((await server.get(local("jpeg"))).headers["vary"], "Accept");
    });

    it("animations are cut to one frame there; here all are kept", async () => {
      const answer = await server.get(local("gif"));
      assert.equal((await look(answer.body)).pages, 3);
      assert.equal(answer.headers["x-frames"], undefined);
    });

    it("the ETag is the source's there; here each rendition has its own, strong one, without asking the source for it", async () => {
      const etags = new Set<string | undefined>();
      for (const options of ["", "w:9", "f:png", "f:webp"]) {
        const { headers } = await server.get(local("jpeg", options));
        assert.match(headers["etag"] ?? "", /^"/);
        etags.add(headers["etag"]);
        const fresh = await server.get(local("jpeg", options), { "If-None-Match": headers["etag"] ?? "" });
        assert.equal(fresh.status, 304);
      }
      assert.equal(etags.size, 4);
    });

    it("errors carry no Cache-Control there; here no-store, or a short max-age where the source is to blame", async () => {
      for (const [target, control] of [
        ["/_/nope:1/plain/a", "no-store"],
        [local("jpeg", "f:heic"), "no-store"],
        [`/_/${plain("https://example.invalid/")}`, "no-store"],
        [local("missing"), "max-age=10, public"],
        [local("noise"), "max-age=10, public"],
      ] as const)
        assert.equal((await server.get(target)).headers["cache-control"], control);
    });

    it("results have no size limit there; here no side is longer than 8192 pixels", async () => {
      const { body } = await server.get(local("dot", "rt:force/w:20000/h:1/el:1"));
      assert.equal((await look(body)).width, 8192);
    });

    it("SVG is cleaned of what is known to be bad there; here it is rebuilt of what is known to be good", async () => {
      const { text } = await server.get(local("svg"));
      assert.doesNotMatch(text, /script|onclick|passwd|alert/);
    });

    it("Server is imgproxy there; here it is tintype", async () => {
      for (const target of [local("jpeg"), "/health", "/", "/_/nope:1/plain/a"])
        assert.equal((await server.get(target)).headers["server"], "tintype");
    });
  },
);

describe("where imgproxy does otherwise: sources", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_ALLOWED_SOURCES: "http://*.invalid:*,http://named.invalid:8443,http://10.1.2.3",
    IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "",
  });
  const open = useServer({ IMGPROXY_ALLOWED_SOURCES: "http://127.0.0.1:*", IMGPROXY_MAX_REDIRECTS: "99" });

  it("private addresses are allowed there; here they are refused like loopback and link-local", async () => {
    assert.equal(await codeOf(server, `/_/${plain("http://10.1.2.3/a.png")}`), "source_address_forbidden");
  });

  it("any port is allowed there; here 80 and 443, and those that the list names", async () => {
    for (const [url, code] of [
      ["http://a.invalid/", "source_unreachable"],
      ["http://a.invalid:80/", "source_unreachable"],
      ["http://named.invalid:8443/", "source_unreachable"],
      ["http://a.invalid:8080/", "source_address_forbidden"],
      ["http://a.invalid:22/", "source_address_forbidden"],
    ] as const)
      assert.equal(await codeOf(server, `/_/${base64(url)}`), code, url);
  });

  it("redirects skip the list there, and N of them are N-1; here each is checked, and N are N, 10 at most", async () => {
    for (const [path, code] of [
      ["/hop/10", undefined],
      ["/hop/11", "source_unreachable"],
      ["/away", "source_not_allowed"],
    ] as const)
      assert.equal(await codeOf(open, origin.target(path)), code, path);
  });
});

describe("where imgproxy does otherwise: load", () => {
  const server = useServer({ IMGPROXY_REQUESTS_QUEUE_SIZE: "1", IMGPROXY_TIMEOUT: "60" });

  it("a download holds a worker there; here it holds none", async () => {
    const slow = Promise.all([1, 2, 3].map((width) => server.get(origin.target("/late", `w:${width}`))));
    await until(() => origin.count("/late") > 0);
    const quick = await server.get(origin.target("/png"));
    assert.equal(quick.status, 200);
    assert.equal(server.log().length, 1);
    const statuses = (await slow).map(({ status }) => status);
    assert.ok(statuses.includes(200));
  });

  it("the line has no limit there; here it has one, and who exceeds it is told when to come back", async () => {
    const targets = Array.from({ length: 8 }, (_, i) => origin.target("/png", `cb:${i}/w:600/bl:20/el:1`));
    const answers = await Promise.all(targets.map((target) => server.get(target)));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && refused.length < 8, String(refused.length));
    for (const { headers } of refused) assert.match(headers["retry-after"] ?? "", /^\d+$/);
  });
});

describe("where imgproxy does otherwise: time and animations", () => {
  const server = useServer({
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder,
    IMGPROXY_TIMEOUT: "1",
    // A hundred pixels, where the animation has 144.
    TINTYPE_LIMITS_MAX_ANIMATION_RESOLUTION: "0.0001",
  });

  it("above a budget only the first frame is served, and a header says so", async () => {
    for (const headers of [{}, BROWSER]) {
      const answer = await server.get(local("gif"), headers);
      assert.equal(answer.headers["x-frames"], "1/3");
      assert.equal((await look(answer.body)).pages, 1);
    }
    assert.equal((await server.get(local("gif", "f:png"))).headers["x-frames"], undefined);
  });

  it("a timeout cannot stop libvips there; here the renderer is killed at the deadline", async () => {
    const refusal = { status: 503, body: "Timeout", code: "timeout", detail: /ms/ };
    await assertRefused(server, local("jpeg", "rt:force/w:8000/h:8000/el:1/f:avif"), refusal);
    await until(() => server.log().some(({ msg }) => /^renderer \d+ ended/.test(String(msg))));
  });
});
