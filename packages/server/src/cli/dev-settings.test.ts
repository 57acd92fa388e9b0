import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadConfig } from "../config/load.ts";
import { develop, isOnThisMachine } from "./dev-settings.ts";

type Env = Readonly<Record<string, string>>;

const developed = (
  env: Env = {},
  { upstream, isTerminal = false }: { upstream?: string; isTerminal?: boolean } = {},
) =>
  develop(loadConfig({ env: { TINTYPE_DEVELOPMENT: "true", ...env } }), {
    upstream: upstream === undefined ? undefined : new URL(upstream),
    isTerminal,
  });

describe("the settings to develop with", () => {
  it("ignore what is for production only, and name it", () => {
    const { config, ignored } = developed({
      IMGPROXY_KEY: "736563726574736563726574736563726574",
      IMGPROXY_SALT: "68656C6C6F",
      IMGPROXY_SECRET: "s3cret",
      IMGPROXY_ALLOWED_SOURCES: "https://a.example:8443/",
      IMGPROXY_TTL: "86400",
      TINTYPE_CACHE_REDIS_URL: "redis://redis.example",
      IMGPROXY_PROMETHEUS_BIND: ":9091",
      IMGPROXY_PRESETS: "thumb=w:5",
      IMGPROXY_BASE_URL: "https://a.example/",
    });
    assert.deepEqual(ignored, [
      "IMGPROXY_TTL",
      "IMGPROXY_KEY",
      "IMGPROXY_SALT",
      "IMGPROXY_SECRET",
      "IMGPROXY_ALLOWED_SOURCES",
      "TINTYPE_CACHE_REDIS_URL",
      "IMGPROXY_PROMETHEUS_BIND",
    ]);
    const { guard, http, cache, cacheRedis, observe, url } = config;
    assert.deepEqual([guard.keys, guard.salts, guard.secret, guard.allowedSources], [[], [], "", []]);
    assert.deepEqual([http.ttl, cache.ttl, cache.dir], [0, 0, ""]);
    assert.deepEqual([cacheRedis.url, observe.prometheusBind], ["", ""]);
    assert.deepEqual(url.presets, ["thumb=w:5"]);
    // The ports that the list names are those of sources.
    assert.deepEqual(guard.sourcePorts, [80, 443, 8443]);
  });

  it("ignore nothing where nothing was said", () => assert.deepEqual(developed().ignored, []));

  for (const [upstream, allowed] of [
    [undefined, false],
    ["https://site.example/", false],
    ["http://10.0.0.1/", false],
    ["http://localhost:3000/", true],
    ["http://app.localhost/", true],
    ["http://127.0.0.2:3000/", true],
    ["http://[::1]:3000/", true],
    ["http://localhost.example/", false],
  ] as const)
    it(`${allowed ? "let" : "keep"} sources on this machine ${allowed ? "be asked" : "out"} with ${upstream ?? "no upstream"}`, () => {
      const { config } = developed({}, upstream === undefined ? {} : { upstream });
      assert.equal(config.guard.allowLoopbackSourceAddresses, allowed);
      if (upstream !== undefined) assert.equal(isOnThisMachine(new URL(upstream)), allowed);
    });

  it("admit the port of the upstream", () => {
    const { config } = developed({}, { upstream: "https://site.example:8443/" });
    assert.deepEqual(config.guard.sourcePorts, [80, 443, 8443]);
  });

  it("leave what the environment says of loopback, of errors and of the log", () => {
    const given = developed(
      {
        IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
        IMGPROXY_DEVELOPMENT_ERRORS_MODE: "false",
        IMGPROXY_LOG_FORMAT: "structured",
      },
      { isTerminal: true },
    ).config;
    assert.equal(given.guard.allowLoopbackSourceAddresses, true);
    assert.equal(given.http.developmentErrorsMode, false);
    assert.equal(given.observe.logFormat, "structured");
    const usual = [false, true].map((isTerminal) => developed({}, { isTerminal }).config);
    assert.deepEqual(
      usual.map(({ http, observe }) => [http.developmentErrorsMode, observe.logFormat]),
      [
        [true, "json"],
        [true, "pretty"],
      ],
    );
  });
});
