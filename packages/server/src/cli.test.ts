import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));
const BIN = fileURLToPath(new URL("../bin/tintype.mjs", import.meta.url));

const dir = mkdtempSync(join(tmpdir(), "tintype-cli-"));
after(() => rmSync(dir, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Env = Readonly<Record<string, string>>;

const tintype = (args: readonly string[], env: Env = {}): Promise<Ran> =>
  run(["--conditions=tintype-source", CLI, ...args], env);

/** A process of its own, with no environment but what is given. */
async function run(args: readonly string[], env: Env = {}): Promise<Ran> {
  const child = spawn(process.execPath, args, {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number]>,
  ]);
  return { code, out: out.trimEnd(), err: err.trimEnd() };
}

const KEYS = { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656C6C6F" };

describe("command line", { concurrency: 2 }, () => {
  for (const [args, err] of [
    [["confg"], "confg is not a command; is config meant? (tintype --help lists them)"],
    [["frobnicate"], "frobnicate is not a command (tintype --help lists them)"],
    [["toString"], "toString is not a command (tintype --help lists them)"],
    [["serve", "--http-tll", "3"], "--http-tll is not a flag of this command; is --http-ttl meant?"],
    [["serve", "now"], 'expected flags only, got "now"'],
    [["config", "--http-ttl"], "expected a value behind --http-ttl, got nothing"],
    [["config", "--http-ttl", "--development"], "expected a value behind --http-ttl, got --development"],
    [["version", "-x"], "-x is not a flag of this command"],
    [["url"], "expected one source, got nothing"],
    [["url", "a", "b"], "expected one source, got 2"],
    [["url", "a", "--widht", "3"], "--widht is not a flag of this command; is --width meant?"],
    [["url", "a", "--width", "wide"], 'width: expected an integer of 0 or more, got "wide"'],
    [["sign", "/"], "expected a path of options and a source, got none"],
    [["info", "a", "b"], "expected one file or URL, got 2"],
  ] as const)
    it(`tintype ${args.join(" ")}: ${err}`, async () =>
      assert.deepEqual(await tintype(args), { code: 2, out: "", err }));

  it("lists its commands", async () => {
    const [asked, unasked] = await Promise.all([tintype(["--help"]), tintype([])]);
    for (const name of ["serve", "url", "sign", "info", "config", "health", "version"])
      assert.match(asked.out, new RegExp(`^ {2}tintype ${name} +[A-Z].*\\.$`, "m"));
    assert.deepEqual([asked.code, asked.err], [0, ""]);
    assert.deepEqual(unasked, { code: 2, out: "", err: asked.out });
  });

  for (const [name, expected] of [
    ["serve", /--http-ttl\n.*\n.*default: 31536000.*\n {6}TINTYPE_HTTP_TTL, IMGPROXY_TTL/],
    ["url", /--resizing-type, --rt fill\n/],
    ["sign", /^tintype sign <path>\n/],
    ["info", /^tintype info \[file or URL\]/],
    ["config", /^tintype config /],
    ["health", /^tintype health\n/],
    ["version", /^tintype version\n/],
  ] as const)
    it(`explains ${name}`, async () => {
      const { code, out } = await tintype([name, "--help"]);
      assert.equal(code, 0);
      assert.match(out, expected);
    });

  it("knows its version", async () => {
    const [long, short] = await Promise.all([tintype(["version"]), tintype(["--version"])]);
    assert.match(long.out, /^\d+\.\d+\.\d+/);
    assert.deepEqual(short, long);
  });
});

describe("tintype config", { concurrency: 2 }, () => {
  it("prints what is in force and where it came from, but no secret", async () => {
    const { code, out } = await tintype(["config", "--http-ttl", "5", "--encode-auto-webp=false"], {
      ...KEYS,
      IMGPROXY_TIMEOUT: "7",
    });
    assert.equal(code, 0);
    assert.match(out, /^http\.ttl +5 seconds +--http-ttl$/m);
    assert.match(out, /^http\.timeout +7 seconds +IMGPROXY_TIMEOUT$/m);
    assert.match(out, /^encode\.autoWebp +false +--encode-auto-webp$/m);
    assert.match(out, /^guard\.keys +\*\*\* +IMGPROXY_KEY$/m);
    assert.doesNotMatch(out, /736563726574/);
  });

  it("prints for machines", async () => {
    const { out } = await tintype(["config", "--json", "--development"]);
    const { settings, warnings } = JSON.parse(out) as { settings: unknown[]; warnings: unknown[] };
    assert.deepEqual(settings[0], { path: "http.bind", value: "127.0.0.1:8080", origin: "default" });
    assert.deepEqual(warnings, []);
  });

  it("complains of everything that is wrong at once", async () =>
    assert.deepEqual(await tintype(["config"], { IMGPROXY_TTL: "x", IMGPROXY_TIMEOUT: "y" }), {
      code: 1,
      out: "",
      err: [
        "The configuration is wrong:",
        '- IMGPROXY_TIMEOUT: expected an integer of 1 or more, got "y"',
        '- IMGPROXY_TTL: expected an integer of 0 or more, got "x"',
      ].join("\n"),
    }));
});

describe("tintype url", { concurrency: 2 }, () => {
  const CAT = "https://example.com/cat.jpg";
  for (const [args, env, expected] of [
    [[CAT], {}, "http://127.0.0.1:8080/unsafe/aHR0cHM6Ly9leGFtcGxlLmNvbS9jYXQuanBn"],
    [[CAT, "--plain"], {}, `http://127.0.0.1:8080/unsafe/plain/${CAT}`],
    [["cat.jpg", "--plain"], {}, "http://127.0.0.1:8080/unsafe/plain/local:///cat.jpg"],
    [
      ["cat.jpg", "--plain"],
      { IMGPROXY_BASE_URL: "http://a/" },
      "http://127.0.0.1:8080/unsafe/plain/cat.jpg",
    ],
    [
      [CAT, "--plain", "--endpoint", "https://img.example.com/"],
      {},
      `https://img.example.com/unsafe/plain/${CAT}`,
    ],
    [
      [
        CAT,
        "--plain",
        "--width",
        "300",
        "--rt",
        "fill",
        "--enlarge",
        "--gravity",
        "fp:0.5:0.3",
        "--format=webp",
      ],
      {},
      `http://127.0.0.1:8080/unsafe/rt:fill/w:300/el:1/g:fp:0.5:0.3/f:webp/plain/${CAT}`,
    ],
    [
      [CAT, "--plain", "--resize", "fill:300:200", "--preset", "sharp:square", "--max_bytes", "9"],
      { IMGPROXY_ARGUMENTS_SEPARATOR: "~" },
      `http://127.0.0.1:8080/unsafe/pr~sharp~square/rt~fill/w~300/h~200/mb~9/plain/${CAT}`,
    ],
    [
      [CAT, "--plain"],
      { IMGPROXY_BIND: "[::]:9000", IMGPROXY_PATH_PREFIX: "/images" },
      `http://[::1]:9000/images/unsafe/plain/${CAT}`,
    ],
    [
      ["local:///test1.png", "--plain", "--resize", "fill:4:4", "--endpoint", "http://a"],
      { IMGPROXY_KEY: "746573742d6b6579", IMGPROXY_SALT: "746573742d73616c74", IMGPROXY_SIGNATURE_SIZE: "8" },
      /^http:\/\/a\/[\w-]{11}\/rt:fill\/w:4\/h:4\/plain\/local:\/\/\/test1\.png$/,
    ],
  ] as const)
    it(`${args.join(" ")} with ${JSON.stringify(env)}`, async () => {
      const { code, out, err } = await tintype(["url", ...args], env);
      assert.deepEqual([code, err], [0, ""]);
      if (typeof expected === "string") assert.equal(out, expected);
      else assert.match(out, expected);
    });
});

describe("tintype sign", { concurrency: 2 }, () => {
  const PATH = "rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png";
  const SIGNED = `/oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8/${PATH}`;

  for (const path of [`/${PATH}`, PATH, PATH.replaceAll(":", "%3A")])
    it(`signs ${path}`, async () =>
      assert.deepEqual(await tintype(["sign", path], KEYS), { code: 0, out: SIGNED, err: "" }));

  it("needs a key", async () => {
    const { code, err } = await tintype(["sign", PATH]);
    assert.equal(code, 1);
    assert.match(err, /IMGPROXY_KEY and IMGPROXY_SALT: expected a key and a salt to sign with, got none/);
  });
});

describe("tintype info", () => {
  it("prints what the installation is made of, and how renderers are confined", async () => {
    const { code, out, err } = await tintype(["info", "--json", "--render-sandbox", "auto"]);
    assert.deepEqual([code, err], [0, ""]);
    const facts = JSON.parse(out) as Readonly<Record<string, unknown>>;
    assert.match(String(facts["sandbox"]), /^L[0-3] /);
    assert.deepEqual(
      [facts["node"], facts["system"]],
      [process.versions.node, `${process.platform} ${process.arch}`],
    );
    for (const name of ["version", "sharp", "libvips"]) assert.match(String(facts[name]), /^\d+\.\d+\.\d+/);
    for (const name of ["libraries", "reads", "writes", "missing", "refused", "notHigher"])
      assert.ok(Array.isArray(facts[name]), name);
    assert.ok((facts["reads"] as string[]).includes("svg"));
  });
});

describe("tintype health", { concurrency: 2 }, () => {
  async function listen(handle: RequestListener, where: string | number): Promise<Server> {
    const server = createServer(handle);
    if (typeof where === "string") server.listen(where);
    else server.listen(where, "127.0.0.1");
    await once(server, "listening");
    return server;
  }

  const answer =
    (status: number): RequestListener =>
    ({ url }, response) => {
      response.writeHead(url === "/p/health" ? status : 404).end();
    };

  for (const [status, expected] of [
    [200, { code: 0, out: "healthy", err: "" }],
    [503, { code: 1, out: "not healthy: the server answered 503", err: "" }],
  ] as const)
    it(`exits with ${expected.code} at ${status}`, async () => {
      const server = await listen(answer(status), 0);
      const address = server.address();
      assert.ok(address !== null && typeof address === "object");
      const env = { IMGPROXY_BIND: `:${address.port}`, IMGPROXY_PATH_PREFIX: "/p" };
      assert.deepEqual(await tintype(["health"], env), expected);
      server.close();
    });

  it("asks through a socket", async () => {
    const path = join(dir, "server.sock");
    const server = await listen(answer(200), path);
    const env = { IMGPROXY_NETWORK: "unix", IMGPROXY_BIND: path, IMGPROXY_PATH_PREFIX: "/p" };
    assert.equal((await tintype(["health"], env)).code, 0);
    server.close();
  });

  it("exits with 1 where nobody listens", async () => {
    const { code, out } = await tintype(["health"], { IMGPROXY_BIND: join(dir, "nobody.sock") });
    assert.equal(code, 1);
    assert.match(out, /^not healthy: connect ENOENT/);
  });
});

describe("tintype serve", () => {
  it("ends where its port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const { code, err } = await tintype(["serve", "--http-bind", `127.0.0.1:${address.port}`]);
    assert.equal(code, 1);
    assert.match(err, /EADDRINUSE/);
    server.close();
  });
});

describe("bin/tintype.mjs", () => {
  const home = join(dir, "home");
  const bin = join(home, "bin", "tintype.mjs");
  mkdirSync(join(home, "bin"), { recursive: true });
  mkdirSync(join(home, "dist"));
  copyFileSync(BIN, bin);

  it("can be run", () => assert.equal(statSync(BIN).mode & 0o111, 0o111));

  it("says what is missing where nothing is there", async () => {
    const { code, err } = await run([bin]);
    assert.deepEqual([code, err], [1, "tintype is not whole, its program is missing: install it anew."]);
  });

  it("runs what is written where nobody has built it", async () => {
    mkdirSync(join(home, "src"));
    writeFileSync(
      join(home, "src", "cli.ts"),
      "const words: string[] = process.argv.slice(2); console.log(words[0], process.execArgv.join()); export {};",
    );
    writeFileSync(join(home, "package.json"), '{ "type": "module" }');
    assert.deepEqual(await run([bin, "version"]), {
      code: 0,
      out: "version --conditions=tintype-source",
      err: "",
    });
  });

  it("runs the build", async () => {
    writeFileSync(join(home, "dist", "cli.js"), "console.log(process.argv[2]); export {};");
    assert.deepEqual(await run([bin, "version"]), { code: 0, out: "version", err: "" });
  });

  it(
    "serves with an allocator and a heap that give memory back, unless an allocator was chosen",
    { skip: process.platform !== "linux" },
    async () => {
      const told =
        "JSON.stringify([process.argv.slice(2), process.execArgv, process.env.MALLOC_TRIM_THRESHOLD_, process.env.A])";
      writeFileSync(join(home, "dist", "cli.js"), `console.log(${told}); export {};`);
      const serving = (env: Env) =>
        run(["--no-deprecation", bin, "serve", "--http-ttl", "3"], { A: "1", ...env });
      const args = ["serve", "--http-ttl", "3"];
      const young = "--max-semi-space-size=8";
      const { code, out, err } = await serving({});
      const anew = [args, [young, "--no-deprecation"], "1048576", "1"];
      assert.deepEqual([code, JSON.parse(out), err], [0, anew, ""]);
      for (const name of ["LD_PRELOAD", "MALLOC_ARENA_MAX"]) {
        const left = await serving({ [name]: "" });
        assert.deepEqual(JSON.parse(left.out), [args, ["--no-deprecation"], null, "1"], name);
      }
    },
  );

  for (const [version, code] of [
    ["20.20.2", 1],
    ["22.18.0", 1],
    ["22.19.0", 0],
    ["26.0.0", 0],
  ] as const)
    it(`${code === 0 ? "takes" : "refuses"} Node ${version}`, async () => {
      const pretend = `Object.defineProperty(process,"versions",{value:{node:"${version}"}})`;
      const ran = await run([`--import=data:text/javascript,${encodeURIComponent(pretend)}`, bin]);
      const sentence = `tintype needs Node 22.19 or newer, and this is Node ${version}.`;
      assert.deepEqual([ran.code, ran.err], [code, code === 0 ? "" : sentence]);
    });
});
