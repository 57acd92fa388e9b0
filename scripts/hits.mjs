/**
 * `npm run bench:hits`: what a kept picture costs, from memory and from disk, beside nginx that serves the same bytes from
 * disk; and how long one takes while all renderers are busy. Needs nginx and wrk. `--seconds` for each round.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openFiles, say } from "./hits/files.mjs";
import { readWrk } from "./hits/wrk.mjs";
import { buildQuietly, startServer } from "./load/server.mjs";
import { fitNode, giveUp, root } from "./node.mjs";

const FOLDER = join(root, "tmp/hits");
const ROUNDS = 3;
const CONNECTIONS = 16;
/** What is asked for while renderers are busy is asked by few, as by a CDN with an idle shelf. */
const FEW = 4;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "8" } } });
const seconds = Number(values.seconds);
if (!(seconds >= 1)) giveUp("expected --seconds of 1 or more");
const [nginx, wrk] = ["nginx", "wrk"].map(
  (name) =>
    [name, `/usr/sbin/${name}`].find((path) => spawnSync(path, ["-v"]).error === undefined) ??
    giveUp(`expected ${name} to be installed: apt-get install ${name}`),
);

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(join(FOLDER, "www"), { recursive: true });
const node = await fitNode();
await buildQuietly(node);

const settings = { IMGPROXY_LOCAL_FILESYSTEM_ROOT: join(root, "samples"), IMGPROXY_WORKERS: "2" };
const memory = await startServer(node, {
  env: { ...settings, TINTYPE_CACHE_MEMORY: String(64 * 2 ** 20), TINTYPE_CACHE_TTL: "86400" },
});
const disk = await startServer(node, {
  env: { ...settings, TINTYPE_CACHE_MEMORY: "0", TINTYPE_CACHE_DIR: join(FOLDER, "cache") },
});
const target = await openFiles(memory.url);
for (const { url } of [memory, disk]) await (await fetch(`${url}${target.path}`)).arrayBuffer();
writeFileSync(join(FOLDER, "www/picture"), target.bytes);
const web = await startNginx();

/** Serves one file from disk, one worker for each core, its log off; otherwise as it comes. */
async function startNginx() {
  const port = 20_000 + (process.pid % 10_000);
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${FOLDER}/${name};`,
  );
  const config = `daemon off; pid ${FOLDER}/pid; error_log ${FOLDER}/error.log; worker_processes auto; events {}
http { access_log off; sendfile on; keepalive_requests 1000000; ${places.join(" ")}
server { listen 127.0.0.1:${port}; root ${FOLDER}/www; } }`;
  writeFileSync(join(FOLDER, "nginx.conf"), config);
  const child = spawn(nginx, ["-c", join(FOLDER, "nginx.conf")], { stdio: "inherit" });
  process.once("exit", () => child.kill("SIGTERM"));
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/picture`).catch(() => undefined);
    if (answer?.ok) break;
    if (tries > 50) giveUp("expected nginx to answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url: `http://127.0.0.1:${port}`, close: () => child.kill("SIGTERM") };
}

async function measure(url, connections) {
  const child = spawn(wrk, ["-t2", `-c${connections}`, `-d${seconds}s`, "--latency", url]);
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await once(child, "close");
  return readWrk(text);
}

/** Keeps all renderers at work with pictures that nobody has kept, until it is ended. */
function keepBusy(url) {
  const busy = { going: true, made: 0 };
  const worker = async (first) => {
    for (let width = first; busy.going; width += 8) {
      const answer = await fetch(
        `${url}${target.pathFor(`rs:fit:${300 + (width % 2000)}:0/f:avif/cb:${width}`)}`,
      );
      await answer.arrayBuffer();
      if (answer.ok) busy.made += 1;
    }
  };
  const workers = Array.from({ length: 6 }, (_, index) => worker(index));
  return { stop: () => ((busy.going = false), Promise.all(workers)), made: () => busy.made };
}

const contenders = [
  ["nginx, from disk", `${web.url}/picture`],
  ["Tintype, from memory", `${memory.url}${target.path}`],
  ["Tintype, from disk", `${disk.url}${target.path}`],
];
const results = new Map(contenders.map(([name]) => [name, []]));
const before = loadavg()[0];
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, url] of contenders) {
    results.get(name).push(await measure(url, CONNECTIONS));
    process.stderr.write(".");
  }

const busyHits = [];
for (const [name, server] of [
  ["from memory", memory],
  ["from disk", disk],
]) {
  const work = keepBusy(server.url);
  const found = await measure(`${server.url}${target.path}`, FEW);
  await work.stop();
  busyHits.push({ name, made: work.made(), ...found });
}
process.stderr.write("\n");

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const perSecond = (name) => median(results.get(name).map((each) => each.perSecond));
const base = perSecond(contenders[0][0]);
say(
  `A picture of ${target.bytes.length} bytes, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${seconds} s in turns; ${cpus().length} x ${cpus()[0].model}, load ${before.toFixed(1)} before.\n`,
);
say(
  "| served | requests/s | beside nginx | p50 ms | p99 ms | errors |\n| --- | ---: | ---: | ---: | ---: | ---: |",
);
for (const [name, runs] of results)
  say(
    `| ${name} | ${Math.round(perSecond(name))} | ${(perSecond(name) / base).toFixed(2)} | ${median(runs.map((run) => run.p50)).toFixed(2)} | ${median(runs.map((run) => run.p99)).toFixed(2)} | ${runs.reduce((sum, { errors }) => sum + errors, 0)} |`,
  );
say(
  `\nWhile all renderers are busy, ${FEW} connections:\n\n| served | requests/s | p50 ms | p99 ms | pictures made meanwhile |\n| --- | ---: | ---: | ---: | ---: |`,
);
for (const { name, perSecond: each, p50, p99, made } of busyHits)
  say(`| ${name} | ${Math.round(each)} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${made} |`);

const failures = [
  ...busyHits
    .filter(({ p99 }) => p99 >= 50)
    .map(({ name, p99 }) => `p99 of a hit ${name} while renderers are busy: ${p99} ms, expected under 50`),
  ...busyHits.filter(({ made }) => made === 0).map(({ name }) => `${name}: no picture was made meanwhile`),
  ...[...results]
    .filter(([, runs]) => runs.some(({ errors }) => errors > 0))
    .map(([name]) => `${name}: answers other than 2xx`),
];
say("");
for (const failure of failures) say(`FAIL ${failure}`);
if (failures.length === 0)
  say("PASS a hit takes less than 50 ms in 99 of 100 cases while all renderers are busy");
await Promise.all([memory.close(), disk.close(), web.close()]);
process.exit(failures.length === 0 ? 0 : 1);
