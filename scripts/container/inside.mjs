/** What is in the image, and what a server inside it finds. */
import sharp from "sharp";
import { complain, expectEqual } from "./expect.mjs";
import { configOf, HARDENING, IMAGE, NODE, runWords, sizeOf, TINTYPE } from "./image.mjs";
import { TEXTS } from "./pictures.mjs";
import { withContainer } from "./server.mjs";

/** What a pull may cost, in bytes of all layers. */
const MOST_BYTES = 170e6;

/** Programs of the image beside Node, by name; docs/operate/docker.md says what for. */
const PROGRAMS = ["env", "node", "perl", "prlimit", "setpriv", "tini", "unshare"];

export async function checkSize({ store }) {
  const bytes = await sizeOf(store);
  if (bytes > MOST_BYTES) complain("an image of at most", `${MOST_BYTES / 1e6} MB`, `${bytes / 1e6} MB`);
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

export async function checkContent({ store }) {
  const script = `
    const fs = require("node:fs");
    const programs = ["/usr/local/bin", "/usr/bin", "/bin", "/sbin", "/usr/sbin"].filter((f) => fs.existsSync(f)).flatMap((f) => fs.readdirSync(f));
    const writable = fs.readdirSync("/", { withFileTypes: true }).filter((entry) => entry.isDirectory() && !["proc", "sys", "dev", "tmp"].includes(entry.name))
      .flatMap(({ name }) => fs.readdirSync("/" + name, { recursive: true, withFileTypes: true }))
      .filter((entry) => { const { uid, mode } = fs.lstatSync(entry.parentPath + "/" + entry.name); return entry.isFile() && (uid === 65532 || mode & 0o022); })
      .map(({ name }) => name);
    const status = fs.readFileSync("/proc/self/status", "utf8");
    const field = (name) => status.match(new RegExp("^" + name + ":\\\\s*(.*)$", "m"))[1];
    console.log(JSON.stringify({
      programs: [...new Set(programs)].sort(), writable, uid: process.getuid(), gid: process.getgid(),
      caps: field("CapBnd"), privileges: field("NoNewPrivs"), seccomp: field("Seccomp"), memory: process.constrainedMemory(),
      root: (() => { try { fs.writeFileSync("/x", ""); return "writable"; } catch (error) { return error.code; } })(),
    }));`;
  const options = ["--rm", "--entrypoint", NODE];
  const { stdout } = await store.podman(runWords({ options, words: ["-e", script] }));
  expectEqual("what is inside", JSON.parse(stdout), {
    programs: PROGRAMS,
    writable: [],
    uid: 65532,
    gid: 65532,
    caps: "0000000000000000",
    privileges: "1",
    seccomp: "2",
    memory: 512 * 2 ** 20,
    root: "EROFS",
  });
  return `${PROGRAMS.length} programs, no shell, no npm; uid 65532, no capabilities, seccomp on, / read-only`;
}

export async function checkConfiguration({ store }) {
  const { User, StopSignal, Entrypoint, Cmd, ExposedPorts, Healthcheck } = await configOf(store);
  const start = ["/usr/bin/tini", "--", NODE, TINTYPE];
  expectEqual(
    "the image's configuration",
    { User, StopSignal, Entrypoint, Cmd, ports: Object.keys(ExposedPorts), health: Healthcheck?.Test },
    {
      User: "65532:65532",
      StopSignal: "SIGTERM",
      Entrypoint: start,
      Cmd: ["serve"],
      ports: ["8080/tcp"],
      health: ["CMD", NODE, TINTYPE, "health"],
    },
  );
  return "tini first, SIGTERM, health check in exec form";
}

export async function checkSbom({ store }) {
  const options = ["--rm", "--entrypoint", NODE];
  const read = `
    const fs = require("node:fs");
    const list = JSON.parse(fs.readFileSync("/app/sbom.cdx.json", "utf8"));
    const lost = list.components.flatMap(({ properties = [] }) => properties)
      .filter(({ name, value }) => name === "tintype:copyright" && !fs.existsSync(value)).map(({ value }) => value);
    const names = new Set(list.components.map(({ name, group }) => group ? group + "/" + name : name));
    const scopes = fs.readdirSync("/app/node_modules").flatMap((name) => name.startsWith("@") ? fs.readdirSync("/app/node_modules/" + name).map((each) => name + "/" + each) : [name]);
    const unlisted = scopes.filter((name) => !names.has(name));
    const unlicensed = list.components.filter(({ purl, licenses }) => purl.startsWith("pkg:npm") && !licenses?.length).map(({ name }) => name);
    console.log(JSON.stringify({ format: list.bomFormat, count: list.components.length, lost, unlisted, unlicensed,
      has: ["node", "vips", "libc6", "sharp", "libjemalloc2"].filter((name) => !names.has(name)) }));`;
  const { stdout } = await store.podman(runWords({ options, words: ["-e", read] }));
  const { count, ...rest } = JSON.parse(stdout);
  expectEqual("the list of what is inside", rest, {
    format: "CycloneDX",
    lost: [],
    unlisted: [],
    unlicensed: [],
    has: [],
  });
  return `${count} components, each of npm with its licence, each of Debian with its copyright file`;
}

const SANDBOX = /"sandbox":"(L\d[^"]*)"/;

const sandboxOf = async (container) => SANDBOX.exec(await container.log())?.[1] ?? "none told";

/** Bytes of darkness in a picture of a text. */
async function inkOf(container, name) {
  const answer = await container.get(`/_/f:png/plain/local:///${name}.svg`);
  if (answer.status !== 200) complain("200 for a text", name, answer.status);
  const pixels = await sharp(Buffer.from(await answer.arrayBuffer()))
    .removeAlpha()
    .greyscale()
    .raw()
    .toBuffer();
  return pixels.filter((value) => value < 128).length;
}

export async function checkFonts({ store, pictures }) {
  const inks = await withContainer(store, { pictures }, (container) =>
    Promise.all(Object.keys(TEXTS).map((name) => inkOf(container, name))),
  );
  const [thin, fat] = inks;
  // Where no font is found, every letter is the same box.
  if (thin < 200 || fat < 2 * thin)
    complain("fat letters with twice the ink of thin ones", "pixels", inks.join(" and "));
  return `${thin} dark pixels of thin letters, ${fat} of fat ones`;
}

/** Of each process in the container: its command, and whether it has mapped jemalloc. */
const PROCESSES = `
  const fs = require("node:fs");
  const read = (pid, name) => fs.readFileSync("/proc/" + pid + "/" + name, "latin1");
  const all = fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name) && Number(name) !== process.pid).flatMap((pid) => {
    try { return [{ command: read(pid, "cmdline").split("\\0").join(" "), jemalloc: /\\/libjemalloc/.test(read(pid, "maps")) }]; } catch { return []; }
  });
  console.log(JSON.stringify(all));`;

export async function checkRenderers({ store }) {
  const workers = 3;
  return withContainer(store, { settings: { IMGPROXY_WORKERS: String(workers) } }, async (container) => {
    const [, told] = /"renderers":(\d+)/.exec(await container.log()) ?? [];
    const processes = JSON.parse(await container.script(PROCESSES));
    const renderers = processes.filter(
      ({ command }) => /\/render\w*\.js|child/.test(command) && !/ serve/.test(command),
    );
    const without = renderers.filter(({ jemalloc }) => !jemalloc).length;
    // And a spare one.
    expectEqual(
      "renderers",
      { told, running: renderers.length, without },
      { told: "3", running: workers + 1, without: 0 },
    );
    return `${workers} and a spare as configured, each with jemalloc; sandbox ${await sandboxOf(container)}`;
  });
}

export async function checkHealthCommand({ store }) {
  await withContainer(store, {}, async (container) => {
    await container.exec(NODE, TINTYPE, "health");
    await store.podman(["healthcheck", "run", container.name]);
  });
  const without = runWords({
    options: ["--rm"],
    words: ["health"],
    settings: { IMGPROXY_BIND: "127.0.0.1:9" },
  });
  const { code } = await store.podman(without).catch((error) => error);
  expectEqual("exit code where no server runs", code, 1);
  return "0 with a server, 1 without";
}

/** Where no folder for the cache is writable the server says so once, and serves. */
export async function checkUnwritableCache({ store, pictures }) {
  const settings = { TINTYPE_CACHE_DISK: String(2 ** 20) };
  return withContainer(store, { pictures, settings }, async (container) => {
    for (const width of [100, 101, 102]) {
      const { status } = await container.get(`/_/w:${width}/plain/local:///small.jpg`);
      expectEqual("status without a cache on disk", status, 200);
    }
    const told = (await container.log()).split("\n").filter((line) => line.includes("EROFS")).length;
    if (told === 0) complain("a warning of a cache that cannot be written", "lines", told);
    return `200, and ${told} warning`;
  });
}

/** The image with a shell serves the same. */
export async function checkDebug({ store, pictures, debug }) {
  const options = ["--rm", "--entrypoint", "/bin/sh"];
  const { stdout } = await store.podman(runWords({ options, image: debug, words: ["-c", "echo $0; id -u"] }));
  expectEqual("a shell of nobody's", stdout, "/bin/sh\n65532");
  await withContainer(store, { pictures, image: debug }, async (container) => {
    const { status } = await container.get("/_/w:100/plain/local:///small.jpg");
    expectEqual("status of a picture", status, 200);
  });
  const [published, own] = [await configOf(store, IMAGE), await configOf(store, debug)];
  const facts = ({ User, StopSignal, Entrypoint, Cmd }) => ({ User, StopSignal, Entrypoint, Cmd });
  expectEqual("its configuration", facts(own), facts(published));
  return `a shell, the same server; ${HARDENING.includes("--read-only") ? "read-only as well" : ""}`;
}
