/** `tintype dev` as its users run it: a process, real sockets, and what it printed fed to a server for production. */
import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assertShows, eventually, get } from "./client.ts";
import { plain, startOrigin } from "./origin.ts";
import { startServer } from "./server.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const NODE_ARGS = ["--conditions=tintype-source", CLI] as const;

const home = mkdtempSync(join(tmpdir(), "tintype-dev-"));
after(() => rmSync(home, { recursive: true }));
const folder = join(home, "public");
const written = join(home, "production");
mkdirSync(join(folder, "img"), { recursive: true });

const RED = "c92a2a";
const GREEN = "2b8a3e";
const BLUE = "1864ab";
writeFileSync(join(folder, "img", "both.png"), await plain(GREEN, "png"));

const [blue, teal] = await Promise.all([plain(BLUE, "png"), plain("0b7285", "png")]);
const site = await startOrigin((response, path) => {
  if (path === "/img/both.png" || path === "/img/there.png") response.end(blue);
  else response.writeHead(404).end();
});
const other = await startOrigin((response) => response.end(teal));

interface Dev {
  readonly url: string;
  readonly process: ChildProcess;
  /** All that it printed so far. */
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

/** What a test of the command has no use for: slow sandboxes, and several renderers. */
const USUAL = { TINTYPE_RENDER_SANDBOX: "0", IMGPROXY_WORKERS: "1" };

async function startDev(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Dev> {
  const child = spawn(process.execPath, [...NODE_ARGS, "dev", ...args], {
    env: { ...USUAL, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  after(() => child.kill("SIGKILL"));
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  let over = false;
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  void ended.then(() => (over = true));
  const urlIn = (): string | undefined => /^ {2}Report +(\S+)\/dev\/report$/m.exec(text)?.[1];
  await eventually("a banner", () => urlIn() !== undefined || over, 30_000);
  const url = urlIn();
  assert.ok(url, `expected a server, got ${text}`);
  return { url, process: child, printed: () => text, ended };
}

const KEY = "736563726574736563726574736563726574";
const SALT = "68656c6c6f";

/** A path as production signs it. */
function signed(path: string): string {
  const mac = createHmac("sha256", Buffer.from(KEY, "hex")).update(Buffer.from(SALT, "hex")).update(path);
  return `/${mac.digest("base64url")}${path}`;
}

const dev = await startDev([folder, "--upstream", site.url, "--port", "0", "--write", written], {
  IMGPROXY_KEY: KEY,
  IMGPROXY_SALT: SALT,
  IMGPROXY_BIND: "0.0.0.0:8080",
  IMGPROXY_PATH_PREFIX: "/pictures",
  IMGPROXY_PRESETS: "tiny=w:6",
});

/** What the site that is developed asks for: each with its width and colour. */
const ASKED: readonly (readonly [path: string, width: number, color: string])[] = [
  [signed(`/w:20/plain/${site.url}/img/both.png`), 20, GREEN],
  [signed(`/w:20/plain/${site.url}/img/there.png`), 20, BLUE],
  [`/unsafe/w:22/plain/${site.url}/img/there.png@png`, 22, BLUE],
  ["/unsafe/w:24/plain/img/both.png", 24, GREEN],
  ["/_/w:24/plain/img/there.png", 24, BLUE],
  ["/_/pr:tiny/plain/img/both.png", 6, GREEN],
  [`/_/w:26/plain/${site.url}/${RED}.png`, 26, RED],
];

describe("tintype dev", () => {
  for (const [path, width, color] of ASKED)
    it(`serves ${path.replace(site.url, "site")}`, async () => {
      await assertShows(await get(`${dev.url}${path}?utm=1`), width, color);
    });

  it("asks the site for what the folder lacks, and for nothing else", () => {
    assert.deepEqual([site.hits("/img/both.png"), site.hits("/img/there.png") > 0], [0, true]);
  });

  it("shows a picture that was put into the folder a moment ago", async () => {
    const url = `${dev.url}/_/w:28/plain/img/new.png`;
    assert.equal((await get(url)).status, 404);
    for (const color of [RED, GREEN]) {
      writeFileSync(join(folder, "img", "new.png"), await plain(color, "png"));
      await eventually("the new picture", async () => (await get(url)).status === 200);
      // What lies on this machine is believed for a second.
      await eventually("its colour", () =>
        get(url)
          .then((answer) => assertShows(answer, 28, color))
          .then(
            () => true,
            () => false,
          ),
      );
    }
  });

  it(
    "is bound to 127.0.0.1, whatever the environment says",
    { skip: process.platform !== "linux" },
    async () => {
      // All of 127.0.0.0/8 is this machine, so a server that listens everywhere would answer.
      const elsewhere = dev.url.replace("127.0.0.1", "127.0.0.2");
      await assert.rejects(get(`${elsewhere}/health`), { code: "ECONNREFUSED" });
    },
  );

  it("says in one line that it ignores the keys", () => {
    assert.deepEqual(dev.printed().match(/^.*IMGPROXY_KEY.*$/gm), [
      "  Ignored     IMGPROXY_KEY, IMGPROXY_SALT",
    ]);
  });

  it("does not count what its own pages show", async () => {
    const own = { "sec-fetch-site": "same-origin" };
    for (const headers of [own, { ...own, referer: `${dev.url}/gallery` }])
      await assertShows(await get(`${dev.url}/_/w:30/plain/img/both.png`, { headers }), 30, GREEN);
    // A site that passes requests on to here.
    const proxied = { headers: { ...own, referer: "http://localhost:3000/" } };
    await assertShows(await get(`${dev.url}/_/w:32/plain/img/both.png`, proxied), 32, GREEN);
    const report = await get(`${dev.url}/dev/report`);
    assert.equal(report.headers["content-type"], "text/plain; charset=utf-8");
    assert.match(report.body.toString(), /\/w:32\//);
    assert.doesNotMatch(report.body.toString(), /\/w:30\//);
  });

  it("prints and writes at SIGINT what it would have answered, and ends in order", async () => {
    const report = (await get(`${dev.url}/dev/report`)).body.toString();
    dev.process.kill("SIGINT");
    assert.equal(await dev.ended, 0);
    assert.ok(dev.printed().includes(report));
    assert.ok(report.includes(readFileSync(join(written, "allow-list.env"), "utf8")));
    assert.ok(report.includes(readFileSync(join(written, "warm.txt"), "utf8")));
    assert.deepEqual(readFileSync(join(written, "presets.txt"), "utf8").split("\n"), [
      "tiny=w:6",
      "w20=w:20",
      "w24=w:24",
      "",
    ]);
  });
});

describe("a server with what tintype dev has printed", { timeout: 60_000 }, () => {
  const start = () =>
    startServer({
      ...USUAL,
      IMGPROXY_ALLOWED_SOURCES: "",
      IMGPROXY_ENV_LOCAL_FILE_PATH: join(written, "allow-list.env"),
      IMGPROXY_PRESETS_PATH: join(written, "presets.txt"),
      IMGPROXY_PATH_PREFIX: "/pictures",
    });

  it("serves every picture that was asked for and no other source, and is warmed by the list", async () => {
    const { url } = await start();
    const home = `${url}/pictures`;
    for (const [path, width] of ASKED) {
      // The folder is not there any more: all comes from the site.
      const { status, body } = await get(`${home}${path}`);
      assert.equal(status, 200, `${path}: ${body.toString("latin1").slice(0, 200)} (${width})`);
    }
    for (const source of [
      `${site.url}/private/there.png`,
      `${other.url}/img/there.png`,
      "local:///img/both.png",
    ])
      assert.equal((await get(`${home}/_/w:20/plain/${source}`)).status, 404, source);
    await assertShows(await get(`${home}/_/pr:w20/plain/${site.url}/img/there.png`), 20, BLUE);

    // The site never had what was new in the folder.
    const list = join(written, "warm.txt");
    const lines = readFileSync(list, "utf8")
      .split("\n")
      .filter((line) => !line.includes("/img/new.png"));
    writeFileSync(list, lines.join("\n"));
    const warm = [...NODE_ARGS, "warm", list, "--server", url, "--accept", "none"];
    const { stdout } = await promisify(execFile)(process.execPath, warm, { timeout: 60_000 });
    assert.match(stdout, /^Failed {4}0$/m);
    assert.match(stdout, /^Requests {2}8 in /m);
  });
});

describe("tintype dev without an upstream", () => {
  it("takes the next port where the first is taken, and keeps this machine's other servers out", async () => {
    const one = await startDev([folder]);
    const two = await startDev([folder]);
    const ports = [one, two].map(({ url }) => Number(new URL(url).port));
    assert.ok(ports.every((port) => port >= 8080 && port <= 8099) && ports[0] !== ports[1], ports.join());
    await assertShows(await get(`${two.url}/_/w:20/plain/img/both.png`), 20, GREEN);
    const { status, body } = await get(`${two.url}/_/w:20/plain/${other.url}/img/both.png`);
    assert.equal(status, 404);
    assert.match(body.toString(), /^source_address_forbidden: /);
    assert.equal(other.hits("/img/both.png"), 0);
    assert.match((await get(`${two.url}/dev/report`)).body.toString(), /^# 404 source_address_forbidden /m);

    const taken = [...NODE_ARGS, "dev", folder, "--port", String(ports[0])];
    await assert.rejects(promisify(execFile)(process.execPath, taken, { env: USUAL, timeout: 30_000 }), {
      code: 1,
      stderr: `expected port ${ports[0]} to be free, got one that another program has\n`,
    });
  });

  for (const [args, sentence] of [
    [["nowhere"], 'expected a folder that is there, got "nowhere"'],
    [
      ["--upstream", "site"],
      'expected the address of a site behind --upstream, such as https://my-site.example, got "site"',
    ],
  ] as const)
    it(`ends with 2 and a sentence for ${args.join(" ")}`, async () => {
      const ran = promisify(execFile)(process.execPath, [...NODE_ARGS, "dev", ...args], { timeout: 30_000 });
      await assert.rejects(ran, { code: 2, stdout: "", stderr: `${sentence}\n` });
    });
});
