/**
 * `npm run bench:overload`: five times as many clients as the server can serve. Measures what it can (as many clients as
 * keep its renderers busy, each waiting for the last answer), then lets clients come at five times that rate on a fixed
 * schedule, then waits for it to recover. `--seconds` of storm, `--seed` of its schedule, `--options` of the pictures,
 * `--delay` of the origin in milliseconds, `--json`. IMGPROXY_* and TINTYPE_* variables reach the server.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { quantile } from "./bench/report.mjs";
import { watchCpu } from "./load/cpu.mjs";
import { judge, report, summarize } from "./load/overload-report.mjs";
import { buildQuietly, startHelper, startServer } from "./load/server.mjs";
import { fitNode, giveUp } from "./node.mjs";

const WORKERS = 2;
const FACTOR = 5;
/** Downloads that a host may have at a time by default. */
const MOST_DOWNLOADS = 8;
const PATIENCE_SECONDS = 15;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    options: { type: "string", default: "rs:fit:800:800/f:jpeg" },
    delay: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
  },
});
const [seconds, seed, delayMs] = [values.seconds, values.seed, values.delay].map(Number);
if (!(seconds > 0 && delayMs >= 0 && Number.isInteger(seed)))
  giveUp("expected --seconds above 0, a --delay of 0 or more and a whole --seed");

/** Clients that keep all renderers busy and make nobody wait for long: more where many are waiting for the origin. */
const WIDTH = WORKERS + 4 + Math.min(MOST_DOWNLOADS, Math.ceil(delayMs / 25));

const say = (text) => process.stderr.write(text);

async function cpuOf(watch, work) {
  const stop = watch();
  const result = await work();
  return { ...result, cpu: stop() };
}

/** A closed loop's numbers. */
function served({ answers, seconds: took, cpu }) {
  const good = answers.filter(([status]) => status === 200).map(([, milliseconds]) => milliseconds);
  if (good.length < answers.length)
    say(`${answers.length - good.length} of ${answers.length} were not served\n`);
  return { perSecond: good.length / took, askedPerSecond: answers.length / took, times: good, cpu };
}

async function measure({ clients, origin, watch }) {
  await clients.call("closed", { seconds: 3, width: WIDTH });
  say("One client at a time ...\n");
  const quiet = served(await cpuOf(watch, () => clients.call("closed", { seconds: 5, width: 1 })));
  say(`${WIDTH} clients at a time ...\n`);
  const full = served(await cpuOf(watch, () => clients.call("closed", { seconds: 15, width: WIDTH })));
  const rate = FACTOR * full.perSecond;
  const { downloads } = await origin.call();
  say(`${rate.toFixed(0)} clients a second for ${seconds} s ...\n`);
  const { late, cpu } = await cpuOf(watch, () => clients.call("storm", { rate, seconds, seed }));
  const downloaded = (await origin.call()).downloads - downloads;
  say("Calm ...\n");
  const limitMs = 2 * quantile(quiet.times, 0.95);
  const after = await clients.call("calm", { window: 20, limitMs, mostSeconds: 30 });
  const recoverySeconds = after.recoverySeconds ?? Infinity;
  return { quiet, full, storm: { ...after, recoverySeconds, late, cpu, downloaded, seconds, rate } };
}

async function run(node) {
  const started = [];
  const begin = async (starting) => {
    started.unshift(await starting);
    return started[0];
  };
  try {
    const origin = await begin(startHelper(node, "samples.mjs", { delayMs }));
    const { url } = origin.ready;
    const env = {
      IMGPROXY_WORKERS: String(WORKERS),
      // Every picture is to be made.
      TINTYPE_CACHE_MEMORY: "0",
      IMGPROXY_ALLOWED_SOURCES: `${url}/`,
      IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
    };
    const server = await begin(startServer(node, { env }));
    const settings = {
      server: server.url,
      origin: url,
      options: values.options,
      patienceSeconds: PATIENCE_SECONDS,
    };
    const clients = await begin(startHelper(node, "clients.mjs", settings));
    const watch = () => watchCpu({ server: server.pid, helpers: [process.pid, origin.pid, clients.pid] });
    return await measure({ clients, origin, watch });
  } finally {
    for (const each of started) await each.close();
  }
}

const node = await fitNode();
await buildQuietly(node);
const before = loadavg()[0];
const summary = summarize(await run(node).catch((error) => giveUp(String(error))));
const machine = { load: [before, loadavg()[0]], options: values.options, workers: WORKERS, seconds, delayMs };
const verdicts = judge(summary);
const text = values.json
  ? JSON.stringify({ machine, summary, verdicts }, undefined, 2)
  : report(summary, machine);
process.stdout.write(`${text}\n`);
process.exitCode = verdicts.every(({ isMet }) => isMet) ? 0 : 1;
