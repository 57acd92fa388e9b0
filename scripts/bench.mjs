/**
 * `npm run bench`: what the server costs beside the sharp calls that it makes. Both make the same pictures of the sample
 * photographs, two at a time, in rounds that take turns; nothing is cached. `--quick` takes a few seconds, `--json`
 * prints all numbers. IMGPROXY_* and TINTYPE_* variables reach the server.
 */
import { readdirSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { startDirect, startServer } from "./bench/contenders.mjs";
import { ratios, summaries, table } from "./bench/report.mjs";
import { cpuSeconds, isKnown, ownCpuSeconds, watchMemory } from "./bench/usage.mjs";
import { WORKLOADS } from "./bench/workloads.mjs";
import { fitNode, giveUp, root, run } from "./node.mjs";

const SAMPLES = join(root, "samples");
/** Pictures at a time: renderers of the server, and calls of sharp. */
const WIDTH = 2;

/** What one of two equal pictures may have in its EXIF block and the other not. */
const METADATA_BYTES = 600;

const isQuick = process.argv.includes("--quick");
const isJson = process.argv.includes("--json");
const ROUNDS = isQuick ? 3 : 7;

/** Pictures that are stored upright: to turn one is more than one call, and depends on the format. */
async function upright() {
  const files = readdirSync(SAMPLES)
    .filter((name) => name.endsWith(".jpg"))
    .map((name) => join(SAMPLES, name));
  const orientations = await Promise.all(
    files.map(async (file) => (await sharp(file).metadata()).orientation ?? 1),
  );
  return files.filter((_, index) => orientations[index] === 1);
}

const files = await upright();

const say = (text) => process.stderr.write(text);

/** Neither is fast because it did something else. */
async function checkSame(server, direct, workload) {
  for (const file of files) {
    const [ours, theirs] = [await server.picture(workload, file), await direct.picture(workload, file)];
    const [one, other] = [await pixelsOf(ours), await pixelsOf(theirs)];
    const sizes = [one, other].map(({ info: { width, height } }) => `${width} x ${height}`);
    const apart = distance(one.data, other.data);
    const allowed = Math.max(METADATA_BYTES, 0.03 * theirs.length);
    if (sizes[0] === sizes[1] && apart < 1 && Math.abs(ours.length - theirs.length) < allowed) continue;
    const picture = `${WORKLOADS[workload].name} of ${file}`;
    const found = `${sizes.join(" and ")}, colours ${apart.toFixed(2)} apart, ${ours.length} and ${theirs.length} bytes`;
    throw new Error(`expected the same picture of server and sharp for ${picture}, got ${found}`);
  }
}

const pixelsOf = (bytes) => sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });

/** Mean distance of two pictures' channels, of 255. */
function distance(one, other) {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += Math.abs(one[index] - other[index]);
  return sum / one.length;
}

async function measure({ pid, round }, workload, atATime = WIDTH) {
  const { times } = WORKLOADS[workload];
  const work = Array.from({ length: isQuick ? Math.ceil(times / 4) : times }, () => files).flat();
  const peak = watchMemory(pid);
  const [cpu, own, startedAt] = [cpuSeconds(pid), ownCpuSeconds(pid), performance.now()];
  const milliseconds = await round(workload, work, atATime);
  return {
    milliseconds,
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: cpuSeconds(pid) - cpu,
    ownCpuSeconds: ownCpuSeconds(pid) - own,
    peakBytes: peak(),
  };
}

/**
 * Rounds of all in turns, each first as often as last, so that the machine's weather is the same for all. The server is
 * also asked for twice as much as it can make at a time: only then do its renderers never wait for the client.
 */
async function compare(server, direct, workload) {
  const rounds = { sharp: [], server: [], full: [] };
  const kinds = [
    { to: rounds.sharp, of: direct, atATime: WIDTH },
    { to: rounds.server, of: server, atATime: WIDTH },
    { to: rounds.full, of: server, atATime: 2 * WIDTH },
  ];
  for (const warming of [direct, server]) await warming.round(workload, [...files, ...files], WIDTH);
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const { to, of, atATime } of turn % 2 === 0 ? kinds : kinds.toReversed())
      to.push(await measure(of, workload, atATime));
    say(".");
  }
  return { name: WORKLOADS[workload].name, ...summaries(rounds), ratio: ratios(rounds) };
}

/** Results of all workloads, one after the other. */
async function compete(node) {
  const started = [];
  const results = [];
  try {
    const direct = await startDirect(node);
    started.push(direct);
    const server = await startServer(node, { samples: SAMPLES, width: WIDTH });
    started.push(server);
    for (const workload of WORKLOADS.keys()) {
      say(`${WORKLOADS[workload].name} `);
      await checkSame(server, direct, workload);
      results.push(await compare(server, direct, workload));
      say("\n");
    }
  } finally {
    for (const contender of started) await contender.close();
  }
  return results;
}

const node = await fitNode();
const built = await run(node, ["node_modules/typescript/bin/tsc", "--build", "packages/server"], {
  quiet: true,
});
if (built.code !== 0) giveUp(`${built.output}\nThe build failed: tsc ended with ${built.code}.`);
const before = loadavg()[0];
const results = await compete(node).catch((error) => giveUp(String(error)));
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cpus: cpus().length,
  load: [before, loadavg()[0]],
  sharp: sharp.versions.sharp,
  libvips: sharp.versions.vips,
};
if (isJson) {
  process.stdout.write(`${JSON.stringify({ machine, rounds: ROUNDS, results }, undefined, 2)}\n`);
} else {
  const [from, to] = machine.load.map((load) => load.toFixed(1));
  process.stdout.write(`
${table(results)}

${machine.cpus} x ${machine.cpu}, load ${from} to ${to}; sharp ${machine.sharp} with libvips ${machine.libvips}.
Medians of ${ROUNDS} rounds. ${WIDTH} pictures at a time, and for the server's throughput ${2 * WIDTH} requests at a time for its ${WIDTH} renderers.
CPU and memory are those of all processes of each side${isKnown ? "" : ", and known on Linux only"}.
`);
}
