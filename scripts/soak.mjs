/**
 * `npm run soak -- --minutes 30`: all kinds of pictures, a fifth of them of 24 to 50 megapixels, and one fault in a hundred
 * requests, with the server and its renderers within 512 MiB together. Every answer is looked at. Prints the series and a
 * plot, and writes both to tmp/soak. `--seed` for other chances. IMGPROXY_* and TINTYPE_* variables reach the server.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLedger } from "./load/ledger.mjs";
import { createGroup } from "./load/limit.mjs";
import { preparePictures } from "./load/pictures.mjs";
import { createRandom } from "./load/random.mjs";
import { buildQuietly, startHelper, startServer } from "./load/server.mjs";
import { WINDOW_SECONDS, windowOf } from "./load/series.mjs";
import { judge, picture, report } from "./load/soak-report.mjs";
import { watchFamily } from "./load/watch.mjs";
import { createWishes } from "./load/wishes.mjs";
import { fitNode, giveUp, root } from "./node.mjs";

const WORKERS = 2;
const LIMIT_BYTES = 512 * 2 ** 20;
const FOLDER = join(root, "tmp/soak");

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, seed: { type: "string", default: "1" } },
});
const [minutes, seed] = [values.minutes, values.seed].map(Number);
if (!(minutes > 0 && Number.isInteger(seed))) giveUp("expected --minutes above 0 and a whole --seed");
if (process.platform !== "linux") giveUp("expected Linux, whose /proc tells what processes hold");

const say = (text) => process.stderr.write(text);

/** What the server is told: the machine may have more than the limit, and files that we kill over are not to blame. */
async function settingsFor(origin) {
  const { cacheFor, memoryFor } = await import("../packages/server/dist/config/derive.js");
  return {
    IMGPROXY_WORKERS: String(WORKERS),
    IMGPROXY_ALLOWED_SOURCES: `${origin}/`,
    IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
    TINTYPE_RENDER_MEMORY: String(memoryFor(WORKERS, LIMIT_BYTES)),
    TINTYPE_CACHE_MEMORY: String(cacheFor(LIMIT_BYTES)),
    TINTYPE_CACHE_DIR: join(FOLDER, "cache"),
    TINTYPE_RENDER_QUARANTINE_TTL: "0",
  };
}

/** Gathers samples, and closes a window every ten seconds. */
function record({ server, ledger, healthOf }) {
  const windows = [];
  const empty = () => ({ samples: [], times: [], health: [] });
  const startedAt = performance.now();
  let [current, rendered] = [empty(), 0];
  const onSample = (sample) => {
    current.samples.push(sample);
    healthOf().then(
      (milliseconds) => current.health.push(milliseconds),
      (error) => ledger.fail("broken", `/health: ${error}`),
    );
    if (current.samples.length < WINDOW_SECONDS) return;
    const at = (performance.now() - startedAt) / 1000;
    const busy = (ledger.renderSeconds - rendered) / (WORKERS * WINDOW_SECONDS);
    windows.push(windowOf({ ...current, at, busy }));
    [current, rendered] = [empty(), ledger.renderSeconds];
    say(windows.length % 6 === 0 ? `${windows.length / 6} ` : "");
  };
  const stop = watchFamily(server.pid, onSample);
  return { windows, onAnswer: (milliseconds) => current.times.push(milliseconds), stop };
}

async function soak({ node, folder, pictures, group }) {
  const started = [];
  const begin = async (starting) => {
    started.unshift(await starting);
    return started[0];
  };
  try {
    const { makeRounds } = await import("./load/rounds.mjs");
    const { ask } = await import("./load/ask.mjs");
    const { fillCache } = await import("./load/fill.mjs");
    const ledger = createLedger();
    const origin = await begin(startHelper(node, "origin.mjs", { folder }));
    const { url } = origin.ready;
    const env = await settingsFor(url);
    const { onLine } = ledger;
    const server = await begin(startServer(node, { env, onLine, through: group?.through }));
    const picture = `plain/${url}/fine/0/small.jpg`;
    await fillCache(server.url, { picture, bytes: Number(env.TINTYPE_CACHE_MEMORY) });
    const random = createRandom(seed);
    const next = createWishes({ random, origin: url, pictures });
    const healthOf = async () => (await ask(`${server.url}/health`)).milliseconds;
    const { windows, onAnswer, stop } = record({ server, ledger, healthOf });
    await makeRounds({ server, workers: WORKERS, next, random, ledger, seconds: 60 * minutes, onAnswer });
    stop();
    return {
      ...ledger,
      windows,
      isAlive: server.isAlive(),
      groupKills: group?.kills() ?? 0,
      limitBytes: LIMIT_BYTES,
    };
  } finally {
    for (const each of started) await each.close();
  }
}

const node = await fitNode();
await buildQuietly(node);
const { folder, pictures } = await preparePictures(say);
rmSync(join(FOLDER, "cache"), { recursive: true, force: true });
const group = createGroup(LIMIT_BYTES);
const before = loadavg()[0];
const result = await soak({ node, folder, pictures, group }).catch((error) => giveUp(error.stack));
group?.close();
const limit = group ? "a cgroup" : "the server's own budget, and watched";
const text = report(result, { load: [before, loadavg()[0]], minutes, seed, limit });
mkdirSync(FOLDER, { recursive: true });
writeFileSync(join(FOLDER, "series.json"), JSON.stringify(result, undefined, 1));
writeFileSync(join(FOLDER, "plot.svg"), picture(result));
writeFileSync(join(FOLDER, "report.md"), `${text}\n`);
process.stdout.write(`\n${text}\n`);
process.exit(judge(result).every(({ isMet }) => isMet) ? 0 : 1);
