/**
 * `npm run bench:refusals`: what a flood of requests that are refused costs the server, beside one of health checks, which do
 * nothing but pass through HTTP. Needs wrk. `--seconds` for each round.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ownCpuSeconds, ownMemoryBytes } from "./bench/usage.mjs";
import { readWrk } from "./hits/wrk.mjs";
import { buildQuietly, startServer } from "./load/server.mjs";
import { fitNode, giveUp, root } from "./node.mjs";

const ROUNDS = 3;
const CONNECTIONS = 16;
const SECRET = "5a".repeat(32);

/** One of a key that the server knows, with a MAC that nobody made (docs/capability-urls.md). */
function forgedCapability() {
  const [tag, source] = [Buffer.from([1, ...Array(16).fill(0)]), Buffer.from("local:///brushes.jpg")];
  const policy = "w16-1920,l2,faw,q1,t999999,n0.0";
  return `/c1/${tag.toString("base64url")}/${policy}/${source.toString("base64url")}/w232.webp`;
}

/** THE TABLE of floods; the first is what the others are held against. */
const FLOODS = {
  "health check": "/health",
  "no such route": "/nothing/here",
  "unsigned URL": "/_/w:300/plain/local:///brushes.jpg",
  "forged signature": `/${"A".repeat(43)}/w:300/plain/local:///brushes.jpg`,
  "forged capability": forgedCapability(),
  "unknown option": "/_/nope:1/plain/local:///brushes.jpg",
};

const { values } = parseArgs({ options: { seconds: { type: "string", default: "8" } } });
const seconds = Number(values.seconds);
if (!(seconds >= 1)) giveUp("expected --seconds of 1 or more");
if (spawnSync("wrk", ["-v"]).error) giveUp("expected wrk to be installed: apt-get install wrk");

const node = await fitNode();
await buildQuietly(node);
let lines = 0;
const env = {
  IMGPROXY_LOCAL_FILESYSTEM_ROOT: join(root, "samples"),
  IMGPROXY_KEY: SECRET,
  IMGPROXY_SALT: SECRET,
  TINTYPE_CAPABILITY_KEYS: `1:${SECRET}`,
  TINTYPE_CAPABILITY_AUDIENCE: "img.example.com",
  TINTYPE_OBSERVE_STATS_INTERVAL: "0",
};
const server = await startServer(node, { env, onLine: () => (lines += 1) });

async function flood(path) {
  const before = ownCpuSeconds(server.pid);
  const lineBefore = lines;
  const child = spawn("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", server.url + path]);
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await once(child, "close");
  const requests = Number(/(\d+) requests in /.exec(text)?.[1]);
  const cpu = ownCpuSeconds(server.pid) - before;
  return { ...readWrk(text), requests, micros: (cpu / requests) * 1e6, lines: lines - lineBefore };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const results = new Map(Object.keys(FLOODS).map((name) => [name, []]));
const load = loadavg()[0];
await flood(FLOODS["health check"]);
const memoryBefore = ownMemoryBytes(server.pid);
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, path] of Object.entries(FLOODS)) {
    results.get(name).push(await flood(path));
    process.stderr.write(".");
  }
process.stderr.write("\n");
const memoryAfter = ownMemoryBytes(server.pid);
await server.close();

const micros = (name) => median(results.get(name).map((each) => each.micros));
const [first] = results.keys();
const say = (line) => process.stdout.write(`${line}\n`);
say(
  `${CONNECTIONS} connections, ${ROUNDS} rounds of ${seconds} s in turns; ${cpus().length} x ${cpus()[0].model}, load ${load.toFixed(1)} before.\n`,
);
say(
  "| flood | requests/s | CPU of the front, µs each | beyond a health check | lines of log per 1,000 |\n| --- | ---: | ---: | ---: | ---: |",
);
for (const [name, runs] of results) {
  const total = runs.reduce((sum, each) => sum + each.requests, 0);
  const said = runs.reduce((sum, each) => sum + each.lines, 0);
  say(
    `| ${name} | ${Math.round(median(runs.map((each) => each.perSecond)))} | ${micros(name).toFixed(0)} | ${(micros(name) - micros(first)).toFixed(0)} | ${((said / total) * 1000).toFixed(1)} |`,
  );
}
const mib = (bytes) => (bytes / 2 ** 20).toFixed(0);
const asked = [...results.values()].flat().reduce((sum, { requests }) => sum + requests, 0);
say(`\nThe front held ${mib(memoryBefore)} MiB before and ${mib(memoryAfter)} MiB after ${asked} requests.`);
