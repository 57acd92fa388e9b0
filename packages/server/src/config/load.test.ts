import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { configOf } from "./config.ts";
import { ConfigError, loadConfig, type LoadInputs } from "./load.ts";
import { ROWS } from "./names.ts";
import type { Config } from "./settings.ts";

const dir = mkdtempSync(join(tmpdir(), "tintype-load-"));
after(() => rmSync(dir, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

type Env = Readonly<Record<string, string>>;
const load = (env: Env, more: Omit<LoadInputs, "env"> = {}) => loadConfig({ env, ...more });

function complaintsOf(env: Env, more: Omit<LoadInputs, "env"> = {}): readonly string[] {
  try {
    load(env, more);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

const KEYS = { IMGPROXY_KEY: "00".repeat(16), IMGPROXY_SALT: "11".repeat(16) };

describe("names of settings", () => {
  it("are unlike each other", () => {
    const names = ROWS.flatMap(({ variable, imgproxy, flag }) => [
      variable,
      `--${flag}`,
      ...(imgproxy ? [imgproxy] : []),
    ]);
    assert.equal(new Set(names).size, names.length);
  });

  for (const [path, variable, flag] of [
    ["http.readRequestTimeout", "TINTYPE_HTTP_READ_REQUEST_TIMEOUT", "http-read-request-timeout"],
    [
      "url.base64UrlIncludesFilename",
      "TINTYPE_URL_BASE64_URL_INCLUDES_FILENAME",
      "url-base64-url-includes-filename",
    ],
    ["http.development", "TINTYPE_DEVELOPMENT", "development"],
  ] as const)
    it(`${path} is ${variable}`, () => {
      const row = ROWS.find((candidate) => candidate.path === path);
      assert.deepEqual([row?.variable, row?.flag], [variable, flag]);
    });

  it("have one sentence each", () => {
    for (const { path, docs } of ROWS) assert.match(docs, /^[A-Z`].*\.$/, path);
  });

  it("have defaults that their own kind reads back", () => {
    for (const { path, kind, fallback } of ROWS) {
      const text = kind.write(fallback);
      if (text !== "")
        assert.deepEqual(
          kind.read(text, () => ","),
          fallback,
          path,
        );
    }
  });
});

describe("loadConfig", () => {
  it("needs nothing", () => {
    const { config, origins } = load({});
    assert.deepEqual(config, configOf());
    assert.deepEqual(origins.get("http.ttl"), { place: "default" });
    assert.equal(origins.size, ROWS.length);
  });

  for (const [env, pick, expected] of [
    [{ IMGPROXY_TTL: "60" }, (c) => c.http.ttl, 60],
    [{ TINTYPE_HTTP_TTL: "60" }, (c) => c.http.ttl, 60],
    [{ TINTYPE_HTTP_TTL: "60", IMGPROXY_TTL: "60" }, (c) => c.http.ttl, 60],
    [{ TINTYPE_HTTP_TTL: " ", IMGPROXY_TTL: "60" }, (c) => c.http.ttl, 60],
    [{ IMGPROXY_TTL: "" }, (c) => c.http.ttl, 31_536_000],
    [{ IMGPROXY_TTL: "  " }, (c) => c.http.ttl, 31_536_000],
    [{ IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: "" }, (c) => c.url.sourceUrlQuerySeparator, ""],
    [{}, (c) => c.url.sourceUrlQuerySeparator, "?"],
    [{ IMGPROXY_KEY: "AB", IMGPROXY_SALT: "cd" }, (c) => [...c.guard.keys, ...c.guard.salts], ["ab", "cd"]],
    [
      { IMGPROXY_ALLOWED_SOURCES: "http://a/, http://*.b/" },
      (c) => c.guard.allowedSources,
      ["http://a/", "http://*.b/"],
    ],
    [{ IMGPROXY_MAX_SRC_RESOLUTION: "1.5" }, (c) => c.limits.maxSrcResolution, 1_500_000],
    [{ IMGPROXY_MAX_REDIRECTS: "50" }, (c) => c.guard.maxRedirects, 10],
    [
      { IMGPROXY_FORMAT_QUALITY: "jpeg=70" },
      (c) => c.encode.formatQuality,
      { webp: 79, avif: 63, jxl: 77, jpeg: 70 },
    ],
    [{ IMGPROXY_LOG_LEVEL: "WARN" }, (c) => c.observe.logLevel, "warn"],
    [
      { IMGPROXY_USER_AGENT: "x/%current_version" },
      (c) => /^x\/\d+\.\d+\.\d+/.test(c.source.userAgent),
      true,
    ],
    [{ IMGPROXY_PRESETS: "a=w:1,b=h:2" }, (c) => c.url.presets, ["a=w:1", "b=h:2"]],
    [
      { IMGPROXY_PRESETS: "a=w:1|b=h:2", IMGPROXY_PRESETS_SEPARATOR: "|" },
      (c) => c.url.presets,
      ["a=w:1", "b=h:2"],
    ],
    [{ IMGPROXY_WATERMARK_PATH: "/nowhere/at/all.png" }, (c) => c.watermark.path, ""],
    [{ PORT: "3000" }, (c) => c.http.bind, ":3000"],
    [{ PORT: "3000", IMGPROXY_BIND: ":4000" }, (c) => c.http.bind, ":4000"],
    [{ PORT: "3000", TINTYPE_DEVELOPMENT: "1" }, (c) => c.http.bind, "127.0.0.1:3000"],
    [{ TINTYPE_DEVELOPMENT: "1" }, (c) => [c.http.bind, c.http.lameDuckDelay], ["127.0.0.1:8080", 0]],
    [{ TINTYPE_DEVELOPMENT: "1", TINTYPE_HTTP_LAME_DUCK_DELAY: "3" }, (c) => c.http.lameDuckDelay, 3],
    [{ IMGPROXY_WORKERS: "9" }, (c) => [c.render.workers, c.render.requestsQueueSize], [9, 36]],
    [{ IMGPROXY_REQUESTS_QUEUE_SIZE: "0" }, (c) => c.render.requestsQueueSize, 0],
    [{ AWS_REGION: "eu-central-1" }, (c) => c.s3.region, "eu-central-1"],
    [{ AWS_REGION: "eu-central-1", IMGPROXY_S3_REGION: "us-west-1" }, (c) => c.s3.region, "us-west-1"],
    [{ AWS_REGION: "" }, (c) => c.s3.region, "us-west-1"],
    [{ IMGPROXY_S3_ENDPOINT: "minio:9000" }, (c) => c.s3.endpoint, "http://minio:9000"],
    [{ IMGPROXY_S3_ENDPOINT: "https://minio/s3" }, (c) => c.s3.endpoint, "https://minio/s3"],
    [{ IMGPROXY_S3_ALLOWED_BUCKETS: "a, b" }, (c) => c.s3.allowedBuckets, ["a", "b"]],
    [
      { IMGPROXY_S3_ACCESS_POINTS: "a=arn:aws:s3:x:1:accesspoint/a; b = arn:b ;" },
      (c) => [...c.s3.accessPoints],
      [
        ["a", "arn:aws:s3:x:1:accesspoint/a"],
        ["b", "arn:b"],
      ],
    ],
    [
      { TINTYPE_S3_SSE_CUSTOMER_KEY: Buffer.alloc(32, 1).toString("base64") },
      (c) => c.s3.sseCustomerKey,
      new Uint8Array(32).fill(1),
    ],
    [{ IMGPROXY_GCS_KEY: '{"type":"service_account"}' }, (c) => c.gcs.key, '{"type":"service_account"}'],
    [
      { IMGPROXY_SWIFT_TIMEOUT_SECONDS: "7", IMGPROXY_SWIFT_AUTH_VERSION: "3" },
      (c) => [c.swift.timeoutSeconds, c.swift.connectTimeoutSeconds, c.swift.authVersion],
      [7, 10, 3],
    ],
    [
      { IMGPROXY_WORKERS: "9", AWS_LAMBDA_FUNCTION_NAME: "f" },
      (c) => [c.render.workers, c.render.requestsQueueSize],
      [1, 0],
    ],
  ] as const satisfies readonly (readonly [Env, (config: Config) => unknown, unknown])[])
    it(`${JSON.stringify(env)} means ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(pick(load(env).config), expected));

  it("takes workers from the CPUs, and the queue from the workers", () => {
    for (const [cpus, workers, requestsQueueSize] of [
      [2, 2, 16],
      [8, 8, 32],
    ] as const) {
      const { render } = load({}, { cpus }).config;
      assert.deepEqual([render.workers, render.requestsQueueSize], [workers, requestsQueueSize]);
    }
  });

  it("takes the memory of pictures from what the machine grants", () => {
    const mib = 1024 ** 2;
    for (const [memoryBytes, cpus, expected] of [
      [0, 2, 0],
      [512 * mib, 2, 168 * mib],
      [128 * mib, 2, 64 * mib],
      [8192 * mib, 8, 7288 * mib],
    ] as const)
      assert.equal(load({}, { cpus, memoryBytes }).config.render.memory, expected);
    const kept = load({ TINTYPE_CACHE_MEMORY: "0" }, { cpus: 2, memoryBytes: 512 * mib });
    assert.equal(kept.config.render.memory, 200 * mib, "what is not kept is free for pictures in the making");
    assert.equal(load({ TINTYPE_RENDER_MEMORY: "5" }, { memoryBytes: mib }).config.render.memory, 5);
  });

  it("warns where the machine grants less than the server takes", () => {
    const mib = 1024 ** 2;
    const said = (memoryBytes: number, cpus: number, env: Record<string, string> = {}): string =>
      load(env, { cpus, memoryBytes })
        .warnings.filter((line) => /MiB of memory/.test(line))
        .join();
    assert.equal(
      said(256 * mib, 2),
      "256 MiB of memory are fewer than 2 renderers take at their busiest: allow 432 MiB, or lower IMGPROXY_WORKERS, TINTYPE_CACHE_MEMORY or TINTYPE_RENDER_MEMORY",
    );
    assert.match(said(512 * mib, 2, { TINTYPE_RENDER_MEMORY: String(400 * mib) }), /allow 800 MiB/);
    for (const [bytes, cpus] of [
      [432, 2],
      [8192, 8],
      [0, 64],
    ] as const)
      assert.equal(said(bytes * mib, cpus), "");
  });

  it("lets flags go before variables, and says where values came from", () => {
    const flags = new Map([["http-ttl", "5"]]);
    const { config, origins } = load({ IMGPROXY_TTL: "60", IMGPROXY_TIMEOUT: "7", PORT: "1" }, { flags });
    assert.deepEqual([config.http.ttl, config.http.timeout], [5, 7]);
    assert.deepEqual(origins.get("http.ttl"), { place: "flag", name: "--http-ttl" });
    assert.deepEqual(origins.get("http.timeout"), { place: "environment", name: "IMGPROXY_TIMEOUT" });
    assert.deepEqual(origins.get("http.bind"), { place: "environment", name: "PORT" });
  });

  it("lays the file of variables over the environment, below flags", () => {
    const file = write("a.env", "IMGPROXY_TTL=1\nIMGPROXY_TIMEOUT=2\nIMGPROXY_QUALITY=$Q");
    const env = { IMGPROXY_ENV_LOCAL_FILE_PATH: file, IMGPROXY_TTL: "60", IMGPROXY_TIMEOUT: "7", Q: "33" };
    const { config, origins } = load(env, { flags: new Map([["http-timeout", "9"]]) });
    assert.deepEqual([config.http.ttl, config.http.timeout, config.encode.quality], [1, 9, 33]);
    assert.deepEqual(origins.get("http.ttl"), { place: "file", name: "IMGPROXY_TTL", file });
  });

  it("adds presets of a file behind those of the variable", () => {
    const file = write("presets", "# ours\n\nb = h:2/q:50\r\n");
    const { config } = load({ IMGPROXY_PRESETS: "a=w:1", IMGPROXY_PRESETS_PATH: file });
    assert.deepEqual(config.url.presets, ["a=w:1", "# ours", "", "b = h:2/q:50", ""]);
  });
});

describe("complaints", () => {
  for (const [env, expected] of [
    [{ IMGPROXY_TTL: "1h" }, 'IMGPROXY_TTL: expected an integer of 0 or more, got "1h"'],
    [{ TINTYPE_HTTP_TIMEOUT: "0" }, 'TINTYPE_HTTP_TIMEOUT: expected an integer of 1 or more, got "0"'],
    [
      { IMGPROXY_AUTO_WEBP: "yes" },
      'IMGPROXY_AUTO_WEBP: expected a boolean (1, t, true or 0, f, false), got "yes"',
    ],
    [
      { IMGPROXY_LOG_LEVEL: "warning" },
      'IMGPROXY_LOG_LEVEL: expected one of debug, info, warn, error, got "warning"',
    ],
    [
      { IMGPROXY_TTL: "5", TINTYPE_HTTP_TTL: "6" },
      'TINTYPE_HTTP_TTL and IMGPROXY_TTL: expected one value under both names, got "6" and "5"',
    ],
    [
      { ...KEYS, TINTYPE_GUARD_KEYS: "22".repeat(16) },
      "TINTYPE_GUARD_KEYS and IMGPROXY_KEY: expected one value under both names, got two",
    ],
    [{ ...KEYS, IMGPROXY_SALT: "" }, "IMGPROXY_SALT: expected one salt for each of 1 keys, got 0"],
    [
      { IMGPROXY_KEY: "secret", IMGPROXY_SALT: "" },
      "IMGPROXY_KEY: expected a list with commas, each item an even number of hex digits, got ***",
    ],
    [
      { ...KEYS, IMGPROXY_SIGNATURE_SIZE: "7" },
      "IMGPROXY_SIGNATURE_SIZE: expected 8 bytes or more, which cannot be forged by trying, got 7",
    ],
    [
      { IMGPROXY_USE_S3: "1", IMGPROXY_ALLOWED_SOURCES: "s3://" },
      "IMGPROXY_S3_ALLOWED_BUCKETS: expected the buckets that may be asked, or IMGPROXY_KEY and IMGPROXY_SALT to sign URLs, got neither",
    ],
    [
      { IMGPROXY_USE_GCS: "1", IMGPROXY_ALLOWED_SOURCES: "gs://pictures/,gs://*/" },
      "IMGPROXY_GCS_ALLOWED_BUCKETS: expected the buckets that may be asked, or IMGPROXY_KEY and IMGPROXY_SALT to sign URLs, got neither",
    ],
    [
      { TINTYPE_GUARD_DENIED_SOURCE_ADDRESSES: "10.0.0.0/33" },
      'TINTYPE_GUARD_DENIED_SOURCE_ADDRESSES: expected IP addresses or blocks (10.0.0.0/8) with commas between them, got "10.0.0.0/33"',
    ],
    [{ PORT: "http" }, 'PORT: expected an integer from 0 to 65535, got "http"'],
    [
      { IMGPROXY_BIND: "8080" },
      'IMGPROXY_BIND: expected host:port, :port or the path of a socket, got "8080"',
    ],
    [
      { IMGPROXY_BIND: ":8080", TINTYPE_DEVELOPMENT: "true" },
      'IMGPROXY_BIND: expected an address of this machine in development mode, such as 127.0.0.1:8080, got ":8080"',
    ],
    [
      { IMGPROXY_DEVELOPMENT_ERRORS_MODE: "true" },
      'IMGPROXY_DEVELOPMENT_ERRORS_MODE: expected a bind to an address of this machine, such as 127.0.0.1:8080, because errors tell internals; got ":8080"',
    ],
    [
      { IMGPROXY_PROMETHEUS_BIND: ":8080" },
      'IMGPROXY_PROMETHEUS_BIND: expected another address than the server\'s, got ":8080"',
    ],
    [
      { IMGPROXY_LOCAL_FILESYSTEM_ROOT: "/nowhere/at/all" },
      'IMGPROXY_LOCAL_FILESYSTEM_ROOT: expected the path of a directory that exists, got "/nowhere/at/all"',
    ],
    [
      { IMGPROXY_ENV_LOCAL_FILE_PATH: "/nowhere/at/all" },
      'IMGPROXY_ENV_LOCAL_FILE_PATH: expected the path of a file that exists and can be read, got "/nowhere/at/all"',
    ],
    [{ IMGPROXY_PRESETS: "a=b" }, 'IMGPROXY_PRESETS: preset a: expected an option with arguments, got "b"'],
    [
      { IMGPROXY_ALLOWED_SOURCES: "http://a/," },
      "IMGPROXY_ALLOWED_SOURCES: an empty entry would allow every source: remove the comma",
    ],
    [
      { ...KEYS, IMGPROXY_USE_ABS: "1" },
      "IMGPROXY_ABS_NAME: expected the storage account that abs:// means, got none",
    ],
    [{ ...KEYS, IMGPROXY_USE_SWIFT: "1" }, "IMGPROXY_SWIFT_AUTH_URL: expected a URL to sign in at, got none"],
    [
      { IMGPROXY_S3_ACCESS_POINTS: "a=arn:a;b=" },
      'IMGPROXY_S3_ACCESS_POINTS: expected name=ARN pairs with semicolons between them, got "b="',
    ],
    [
      { IMGPROXY_S3_ENDPOINT: "ftp://minio" },
      'IMGPROXY_S3_ENDPOINT: expected an http(s) URL, or a host, which then is asked over http, got "ftp://minio"',
    ],
    [
      { IMGPROXY_ABS_ENDPOINT: "https://me:word@azure" },
      'IMGPROXY_ABS_ENDPOINT: expected an http(s) URL, or a host, which then is asked over http, got "https://me:word@azure"',
    ],
    [
      { TINTYPE_S3_SSE_CUSTOMER_KEY: "c2hvcnQ=" },
      "TINTYPE_S3_SSE_CUSTOMER_KEY: expected a key of 32 bytes in standard base64, got ***",
    ],
    [
      { IMGPROXY_GCS_KEY: '{"type":"external_account","token_url":"http://elsewhere"}' },
      "IMGPROXY_GCS_KEY: expected the JSON of a service account's key, got ***",
    ],
    [
      { IMGPROXY_PREFERRED_FORMATS: "heic" },
      "IMGPROXY_PREFERRED_FORMATS: expected a format that can be written, got heic",
    ],
    [
      { IMGPROXY_PREFERRED_FORMATS: "tga" },
      'IMGPROXY_PREFERRED_FORMATS: expected one of jpeg, png, webp, avif, gif, tiff, bmp, ico, svg, heic, jxl, got "tga"',
    ],
  ] as const)
    it(JSON.stringify(env), () => assert.deepEqual(complaintsOf(env), [expected]));

  it("come all at once", () => {
    const complaints = complaintsOf(
      { IMGPROXY_TTL: "x", IMGPROXY_QUALITY: "101", PORT: "-1", IMGPROXY_KEY: "zz", IMGPROXY_SALT: "11" },
      { flags: new Map([["http-timeout", "soon"]]) },
    );
    const names = complaints.map((complaint) => complaint.split(":")[0]);
    assert.deepEqual(names, ["--http-timeout", "IMGPROXY_TTL", "IMGPROXY_KEY", "IMGPROXY_QUALITY", "PORT"]);
  });

  it("name the line of a file of variables, and not what is in it", () => {
    const path = write("bad.env", "A=1\nhush-hush");
    assert.deepEqual(complaintsOf({ IMGPROXY_ENV_LOCAL_FILE_PATH: path }), [
      `${path}: line 2: expected NAME=value, NAME="value" or NAME='value'`,
    ]);
  });

  it("never say a secret", () => {
    for (const { variable } of ROWS.filter(({ secret }) => secret)) {
      const env = { [variable]: "hush-hush", ...KEYS };
      assert.doesNotMatch([...complaintsOf(env)].join(), /hush/, variable);
    }
  });

  it("are none where the buckets of a store are listed, or a machine of one's own is served", () => {
    for (const env of [
      { IMGPROXY_S3_ALLOWED_BUCKETS: "pictures" },
      { IMGPROXY_ALLOWED_SOURCES: "s3://pictures/,s3://others/a*" },
      { TINTYPE_DEVELOPMENT: "true" },
      KEYS,
    ])
      assert.deepEqual(complaintsOf({ IMGPROXY_USE_S3: "1", ...env }), []);
  });

  it("are none where development errors stay on this machine", () => {
    const env = { IMGPROXY_DEVELOPMENT_ERRORS_MODE: "true" };
    assert.deepEqual(complaintsOf({ ...env, IMGPROXY_BIND: "127.0.0.1:0" }), []);
    assert.deepEqual(complaintsOf({ ...env, TINTYPE_DEVELOPMENT: "true" }), []);
  });
});

describe("warnings", () => {
  for (const [env, expected] of [
    [KEYS, undefined],
    [
      { ...KEYS, IMGPROXY_SIGNATURE_SIZE: "12" },
      /^IMGPROXY_SIGNATURE_SIZE: signatures of 12 bytes are shorter/,
    ],
    [
      { ...KEYS, IMGPROXY_SIGNATURE_SIZE: "8" },
      /^IMGPROXY_SIGNATURE_SIZE: signatures of 8 bytes are shorter/,
    ],
    [{ ...KEYS, IMGPROXY_SIGNATURE_SIZE: "16" }, undefined],
    [
      { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656c6c6f" },
      /^IMGPROXY_KEY: a key of less than 16 bytes/,
    ],
    [{}, /^IMGPROXY_ALLOWED_SOURCES: without a key only listed sources are served, and none is listed/],
    [{ TINTYPE_DEVELOPMENT: "1" }, undefined],
    [{ IMGPROXY_ALLOWED_SOURCES: "http://a/" }, undefined],
    [{ ...KEYS, IMGPROXY_LOCAL_FILESYSTEM_ROOT: "/" }, /^IMGPROXY_LOCAL_FILESYSTEM_ROOT: every file/],
    [{ ...KEYS, IMGPROXY_IGNORE_SSL_VERIFICATION: "1" }, /^IMGPROXY_IGNORE_SSL_VERIFICATION: /],
    [{ ...KEYS, IMGPROXY_COOKIE_PASSTHROUGH_ALL: "1" }, /^IMGPROXY_COOKIE_PASSTHROUGH_ALL: means nothing/],
    [
      { ...KEYS, IMGPROXY_PREFERRED_FORMATS: "jxl,png" },
      /^IMGPROXY_PREFERRED_FORMATS: jxl cannot be written here/,
    ],
    [
      { ...KEYS, IMGPROXY_FALLBACK_IMAGE_DATA: "?" },
      /^IMGPROXY_FALLBACK_IMAGE_DATA: .*; it counts as not set$/,
    ],
    [
      { ...KEYS, IMGPROXY_S3_USE_DECRYPTION_CLIENT: "1" },
      /^IMGPROXY_S3_USE_DECRYPTION_CLIENT is not supported$/,
    ],
    [{ ...KEYS, IMGPROXY_USE_S3: "1", IMGPROXY_USE_GCS: "1" }, undefined],
  ] as const satisfies readonly (readonly [Env, RegExp | undefined])[])
    it(`${JSON.stringify(env)}: ${expected?.source ?? "none"}`, () => {
      const { warnings } = load(env);
      assert.equal(warnings.length, expected ? 1 : 0, warnings.join());
      if (expected) assert.match(warnings[0] ?? "", expected);
    });
});

describe("configOf", () => {
  it("fills the rest with defaults", () => {
    const config = configOf({ guard: { keys: ["ab"] }, http: { development: true } });
    assert.deepEqual(
      [config.guard.keys, config.guard.salts, config.http.bind],
      [["ab"], [], "127.0.0.1:8080"],
    );
  });

  it("derives what was not given and keeps what was", () => {
    const { render } = configOf({ render: { requestsQueueSize: 3 } }, { cpus: 6 });
    assert.deepEqual([render.workers, render.requestsQueueSize], [6, 3]);
  });
});
