/** The image for arm64, whose Node and sharp are run by qemu: every format is decoded and encoded. */
import { existsSync } from "node:fs";
import { complain } from "./expect.mjs";
import { build, NODE, TINTYPE } from "./image.mjs";

const QEMU = "/usr/bin/qemu-aarch64-static";
const TAG = "localhost/tintype:arm64";

/**
 * Run inside: prints what each format has come to, and of which machine it all is. Every picture is rendered by the server's own
 * code, but in this process: qemu would have to be registered with the kernel to start another one.
 */
const SCRIPT = `
  import { createRequire } from "node:module";
  const tintype = "/app/node_modules/tintype";
  const at = (path) => import(tintype + "/dist/" + path);
  const [{ configOf }, { FORMATS }, { render }, { closeLoaders }] = await Promise.all(
    ["config/config.js", "formats.js", "image/render.js", "image/loaders.js"].map(at),
  );
  const sharp = createRequire(tintype + "/package.json")("sharp");
  closeLoaders();
  const { limits, encode, image, watermark } = configOf({});
  const settings = { limits, encode, image, watermark: { opacity: watermark.opacity } };
  const make = (original, source, options) =>
    render({ source, options, accepted: [], enforced: [] }, { original }, settings);
  const teal = await sharp({ create: { width: 96, height: 64, channels: 3, background: "teal" } }).png().toBuffer();
  const done = {};
  for (const [format, { load, save }] of Object.entries(FORMATS).filter(([, { load, save }]) => load && save)) {
    const { bytes } = await make(teal, "png", { format });
    const back = await make(bytes, format, { format: "png", width: 48 });
    const { data, info } = await sharp(back.bytes).raw().toBuffer({ resolveWithObject: true });
    const isTeal = [0, 128, 128].every((value, channel) => Math.abs(data[channel] - value) < 6);
    done[format] = info.width + "x" + info.height + (isTeal ? " teal" : " " + data.subarray(0, 3).join());
  }
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><text y="40" font-size="30">iW</text></svg>';
  const drawn = await sharp((await make(Buffer.from(svg), "svg", { format: "png" })).bytes).raw().toBuffer();
  done.svg = drawn.some((byte) => byte > 0) ? "drawn" : "empty";
  console.log(JSON.stringify({ arch: process.arch, node: process.versions.node, done }));`;

const expected = (format) => (format === "svg" ? "drawn" : "48x32 teal");

export async function checkArm64({ store }) {
  if (!existsSync(QEMU)) complain("qemu for arm64", "(Debian: qemu-user-static)", "none");
  await build(store, { tag: TAG, arch: "arm64" });
  const inside = (...words) =>
    store.podman(
      [
        ...[
          "run",
          "--rm",
          "--network",
          "none",
          "--read-only",
          "--tmpfs",
          "/tmp",
          "--cap-drop",
          "ALL",
          "--arch",
          "arm64",
        ],
        ...["--volume", `${QEMU}:/qemu:ro`, "--entrypoint", "/qemu"],
        ...[TAG, ...words],
      ],
      { seconds: 180 },
    );
  const { stdout } = await inside(
    "-E",
    "LD_PRELOAD=/usr/lib/libjemalloc.so.2",
    NODE,
    "--input-type=module",
    "-e",
    SCRIPT,
  );
  const { arch, node, done } = JSON.parse(stdout.split("\n").at(-1));
  const wrong = Object.entries(done).filter(([name, what]) => what !== expected(name));
  if (arch !== "arm64" || wrong.length > 0)
    complain("every format", "on arm64", `${arch}: ${JSON.stringify(done)}`);
  const { stdout: version } = await inside(NODE, TINTYPE, "version");
  return `Node ${node} ${arch}, jemalloc loaded, Tintype ${version}: ${Object.keys(done).join(", ")} decoded and encoded`;
}
