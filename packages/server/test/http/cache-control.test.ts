/** Cache-Control: the first rule of contract http.md, 4.1, that applies. Those for fallbacks stand in fallback.test.ts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin, type Page } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const httpDate = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

/** Headers of the source, by path; dates are made when they are asked for. */
const HEADERS: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  "/plain": () => ({}),
  "/control": () => ({ "Cache-Control": "private, max-age=7", Expires: httpDate(500) }),
  "/no-store": () => ({ "Cache-Control": "no-store" }),
  "/expires": () => ({ Expires: httpDate(500) }),
  "/expired": () => ({ Expires: httpDate(-500) }),
  "/expires-zero": () => ({ Expires: "0" }),
  "/expires-never": () => ({ Expires: "never" }),
  "/expires-someday": () => ({ Expires: "not before 2099" }),
};

const origin = useOrigin(async () => {
  const body = await picture("png");
  const page =
    (headers: () => Readonly<Record<string, string>>): Page =>
    (_incoming, response) => {
      response.writeHead(200, headers()).end(body);
    };
  return Object.fromEntries(Object.entries(HEADERS).map(([path, headers]) => [path, page(headers)]));
});

/** Seconds of `max-age=<seconds>, public`. */
function secondsOf(control: string | undefined): number {
  const [, seconds] = /^max-age=(\d+), public$/.exec(control ?? "") ?? [];
  assert.ok(seconds !== undefined, `expected a public max-age, got ${control}`);
  return Number(seconds);
}

const nearly = (seconds: number, expected: number): void =>
  assert.ok(seconds <= expected && seconds >= expected - 5, `expected about ${expected}, got ${seconds}`);

describe("Cache-Control", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_TTL: "1000" });
  const controlOf = async (path: string, options = ""): Promise<string | undefined> =>
    (await server.get(origin.target(path, options))).headers["cache-control"];

  for (const path of Object.keys(HEADERS))
    it(`is the setting's for ${path}, whatever the source says`, async () => {
      assert.equal(await controlOf(path), "max-age=1000, public");
    });

  it("ends when the URL expires", async () => {
    nearly(secondsOf(await controlOf("/plain", `exp:${inSeconds(100)}`)), 100);
  });

  it("does not outlive the setting where the URL does", async () => {
    assert.equal(await controlOf("/plain", `exp:${inSeconds(5000)}`), "max-age=1000, public");
  });

  for (const value of ["0", "-5"])
    it(`is the setting's for exp:${value}, which is no expiry`, async () => {
      assert.equal(await controlOf("/plain", `exp:${value}`), "max-age=1000, public");
    });

  it("is the same with 304", async () => {
    const target = origin.target("/plain", `exp:${inSeconds(100)}`);
    const { headers } = await server.get(target);
    const fresh = await server.get(target, { "If-None-Match": headers["etag"] ?? "" });
    assert.equal(fresh.status, 304);
    nearly(secondsOf(fresh.headers["cache-control"]), 100);
  });

  it("never comes with Expires, Age or Pragma", async () => {
    const { headers } = await server.get(origin.target("/control"));
    for (const name of ["expires", "age", "pragma"]) assert.equal(headers[name], undefined);
  });
});

describe("Cache-Control where the source's is passed on", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_TTL: "1000", IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "true" });
  const controlOf = async (path: string, options = ""): Promise<string | undefined> =>
    (await server.get(origin.target(path, options))).headers["cache-control"];

  for (const [path, control] of [
    ["/plain", "max-age=1000, public"],
    ["/control", "private, max-age=7"],
    ["/no-store", "no-store"],
    ["/expired", "max-age=1000, public"],
    ["/expires-zero", "max-age=1000, public"],
    ["/expires-never", "max-age=1000, public"],
    ["/expires-someday", "max-age=1000, public"],
  ] as const)
    it(`is ${control} for ${path}`, async () => {
      assert.equal(await controlOf(path), control);
      assert.equal(await controlOf(path, "raw:1"), control);
    });

  it("counts the seconds to the source's Expires", async () => {
    nearly(secondsOf(await controlOf("/expires")), 500);
    nearly(secondsOf(await controlOf("/expires", "raw:1")), 500);
  });

  it("is passed over where the URL expires", async () => {
    nearly(secondsOf(await controlOf("/control", `exp:${inSeconds(100)}`)), 100);
  });

  it("is passed over for exp:0 too, which leaves the setting's", async () => {
    assert.equal(await controlOf("/control", "exp:0"), "max-age=1000, public");
  });

  it("is passed on with 304", async () => {
    const target = origin.target("/control");
    const { headers } = await server.get(target);
    const fresh = await server.get(target, { "If-None-Match": headers["etag"] ?? "" });
    assert.deepEqual([fresh.status, fresh.headers["cache-control"]], [304, "private, max-age=7"]);
  });
});

describe("Cache-Control where IMGPROXY_TTL is 0", () => {
  const server = useServer({ IMGPROXY_TTL: "0" });

  it("is no-cache", async () => {
    for (const options of ["", "raw:1", `exp:${inSeconds(100)}`]) {
      const { headers } = await server.get(origin.target("/plain", options));
      assert.equal(headers["cache-control"], "no-cache");
    }
  });
});
