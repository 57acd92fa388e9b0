/**
 * `npm run test:container`: the image, built from the shipped Dockerfile as it stands, on stand-ins of its bases, and run as the
 * documentation says: hardened, with limits, and by compose.yaml. Prints a table; ends with 1 where a check fails, and with 2
 * where it cannot be made here.
 *
 *     node scripts/container.mjs [--only size,fonts] [--without suite,arm64] [--store <folder>]
 *     node scripts/container.mjs --release      refuses where an image is named without its digest
 *     node scripts/container.mjs pin            writes the digests
 *
 * `--store` keeps images between runs; without it nothing is left. `COMPOSE` names a program of Compose's version 2 and `MINIO` one
 * of MinIO; without the first, `compose` is tried with version 1 alone, without the other its profile `s3` is left out.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkArm64 } from "./container/arm64.mjs";
import { has, makeNodeBase } from "./container/bases.mjs";
import { checkCompose } from "./container/compose.mjs";
import { baseOf, build, IMAGE } from "./container/image.mjs";
import * as inside from "./container/inside.mjs";
import * as limits from "./container/limits.mjs";
import { makePictures } from "./container/pictures.mjs";
import { pin, unpinned } from "./container/pin.mjs";
import { lacking, openStore } from "./container/store.mjs";
import { checkSuite } from "./container/suite.mjs";
import { exitCode, giveUp, seconds } from "./node.mjs";

const DEBUG = "localhost/tintype:debug";

/** THE TABLE of checks, in the order in which they are made. */
const CHECKS = {
  size: inside.checkSize,
  configuration: inside.checkConfiguration,
  content: inside.checkContent,
  sbom: inside.checkSbom,
  fonts: inside.checkFonts,
  renderers: inside.checkRenderers,
  health: inside.checkHealthCommand,
  "unwritable cache": inside.checkUnwritableCache,
  "narrow sandbox": limits.checkNarrowSandbox,
  "demanded sandbox": limits.checkDemandedSandbox,
  memory: limits.checkMemory,
  "64 MB": limits.checkTooLittle,
  drain: limits.checkDrain,
  debug: async (context) => {
    await build(context.store, { tag: DEBUG, target: "debug" });
    return inside.checkDebug({ ...context, debug: DEBUG });
  },
  compose: checkCompose,
  arm64: checkArm64,
  suite: checkSuite,
};

const say = (line) => process.stdout.write(`${line}\n`);

async function attempt(name, work) {
  const start = performance.now();
  const took = () => seconds(performance.now() - start);
  try {
    const detail = await work();
    say(`  ok      ${name.padEnd(17)} ${took().padStart(8)}  ${detail}`);
    return true;
  } catch (error) {
    say(`  FAILED  ${name.padEnd(17)} ${took().padStart(8)}  ${error.message}`);
    return false;
  }
}

function chosen({ only, without }) {
  const words = (text) => text.split(",").map((word) => word.trim());
  const names = Object.keys(CHECKS);
  const unknown = [...(only ? words(only) : []), ...(without ? words(without) : [])].filter(
    (name) => !names.includes(name),
  );
  if (unknown.length > 0) giveUp(`expected checks of ${names.join(", ")}; got ${unknown.join(", ")}`);
  return names.filter((name) =>
    only ? words(only).includes(name) : !(without && words(without).includes(name)),
  );
}

async function check(options) {
  const trouble = lacking();
  if (trouble !== undefined) {
    process.stderr.write(`${trouble}\n`);
    return 2;
  }
  const names = chosen(options);
  const store = openStore(options.store);
  const leave = () => (options.store === undefined ? store.close() : undefined);
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => {
      leave();
      process.exit(exitCode(null, signal));
    });
  try {
    const base = baseOf();
    const made = await attempt("bases", async () => {
      if (await has(store, base.name)) return "kept from an earlier run";
      await makeNodeBase(store, base);
      return `${base.name} stands in for itself`;
    });
    if (
      !made ||
      !(await attempt("build", async () => (await build(store), `${IMAGE} of the Dockerfile, unmodified`)))
    )
      return 1;
    const folder = join(store.folder, "pictures");
    const pictures = existsSync(join(folder, "small.jpg")) ? folder : await makePictures(folder);
    let failed = 0;
    for (const name of names)
      if (!(await attempt(name, () => CHECKS[name]({ store, pictures, say })))) failed += 1;
    say(`\n${names.length - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    leave();
  }
}

/** What a release is refused for, beyond all checks. */
function release() {
  const names = unpinned();
  if (names.length === 0) return 0;
  process.stderr.write(
    `expected a digest behind every image, got none behind ${names.join(", ")}: run \`node scripts/container.mjs pin\` where the registries are reached, and commit what it writes\n`,
  );
  return 1;
}

const text = { type: "string" };
const { values, positionals } = parseArgs({
  options: { only: text, without: text, store: text, release: { type: "boolean", default: false } },
  allowPositionals: true,
});
if (positionals[0] === "pin") {
  try {
    pin();
  } catch (error) {
    giveUp(error.message);
  }
} else process.exitCode = values.release ? release() : await check(values);
