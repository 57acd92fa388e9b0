import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { configOf } from "./config.ts";
import { DIFFERENCES, differencesOf } from "./differences.ts";
import { explain, linesOf } from "./explain.ts";
import { loadConfig } from "./load.ts";
import { ROWS } from "./names.ts";

const line = (env: Readonly<Record<string, string>>, path: string) =>
  linesOf(loadConfig({ env })).find((candidate) => candidate.path === path);

describe("explain", () => {
  for (const [env, path, value, origin] of [
    [{}, "http.ttl", "31536000 seconds", "default"],
    [{ IMGPROXY_TTL: "5" }, "http.ttl", "5 seconds", "IMGPROXY_TTL"],
    [
      { IMGPROXY_MAX_SRC_RESOLUTION: "0.5" },
      "limits.maxSrcResolution",
      "0.5 megapixels",
      "IMGPROXY_MAX_SRC_RESOLUTION",
    ],
    [{ PORT: "99" }, "http.bind", ":99", "PORT"],
    [{ IMGPROXY_SECRET: "hush" }, "guard.secret", "***", "IMGPROXY_SECRET"],
    [{}, "guard.secret", "", "default"],
    [
      { IMGPROXY_WATERMARK_URL: "http://me:hush@a/b" },
      "watermark.url",
      "http://***@a/b",
      "IMGPROXY_WATERMARK_URL",
    ],
    [{ IMGPROXY_WATERMARK_DATA: "aGk=" }, "watermark.data", "aGk=", "IMGPROXY_WATERMARK_DATA"],
  ] as const)
    it(`${path} with ${JSON.stringify(env)}`, () =>
      assert.deepEqual(line(env, path), { path, value, origin }));

  it("shortens what would fill the screen", () =>
    assert.equal(line({ IMGPROXY_BASE_URL: "x".repeat(500) }, "url.baseUrl")?.value.length, 60));

  it("prints every setting, the differences in force and the warnings, and no secret", () => {
    const env = {
      IMGPROXY_KEY: "abcd".repeat(8),
      IMGPROXY_SALT: "ef01".repeat(8),
      IMGPROXY_S3_USE_DECRYPTION_CLIENT: "1",
    };
    const page = explain(loadConfig({ env }));
    for (const { path } of ROWS) assert.ok(page.includes(`${path} `), path);
    assert.match(page, /\n- imgproxy: Server: imgproxy\n {2}here: Server: tintype/);
    assert.match(page, /\nWarnings:\n- IMGPROXY_S3_USE_DECRYPTION_CLIENT is not supported$/);
    assert.doesNotMatch(page, /abcd|ef01/);
  });
});

describe("differences from imgproxy", () => {
  it("can be set away, most of them", () => {
    const likeImgproxy = configOf({
      http: { serverName: "imgproxy", useEtag: false, maxClientsPerAddress: 0 },
      guard: { keys: ["00"], salts: ["00"], allowPrivateSourceAddresses: true, maxRedirects: 0 },
      source: { maxSrcFileSize: 0, failureTtl: 0, missingTtl: 0 },
      render: { requestsQueueSize: 0 },
      limits: { maxAnimationFrames: 1, maxResultDimension: 0 },
      encode: { autoWebp: false, autoAvif: false, avifSpeed: 8 },
      image: { sanitizeSvg: false },
      cache: { memory: 0, dir: "" },
      observe: { logFormat: "structured", refusalLines: 0 },
    });
    assert.deepEqual(
      differencesOf(likeImgproxy),
      DIFFERENCES.filter(({ applies }) => !applies),
    );
  });

  it("apply by default, all but those of modes that are off", () => {
    const left = DIFFERENCES.filter((row) => !differencesOf(configOf()).includes(row));
    assert.deepEqual(
      left.map(({ imgproxy }) => imgproxy),
      [
        "an allowed source is a prefix of the whole URL, its host included",
        "an object store serves every bucket that its credentials open",
        "links inside the local folder may lead out of it",
        "Vary says nothing of cookies and of headers in the cache's key",
        "development errors are sent to anyone",
      ],
    );
  });
});
