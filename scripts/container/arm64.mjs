/** The image for arm64, whose Node and sharp are run by qemu: every format is decoded and encoded. */
import { existsSync } from "node:fs";
import { complain } from "./expect.mjs";
import { build, NODE, TINTYPE } from "./image.mjs";

const QEMU = "/usr/bin/qemu-aarch64-static";
const TAG = "localhost/tintype:arm64";

/** Run inside: prints what each format has come to, and of which machine it all is. */
const SCRIPT = `
  import { createRequire } from "node:module";
  const require = createRequire("/app/node_modules/tintype/package.json");
  const sharp = require("sharp");
  const { data, info } = await sharp({ create: { width: 96, height: 64, channels: 3, background: "teal" } }).raw().toBuffer({ resolveWithObject: true });
  const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
  const done = {};
  for (const format of ["jpeg", "png", "webp", "gif", "avif", "tiff"]) {
    const bytes = await sharp(data, raw).toFormat(format).toBuffer();
    const back = await sharp(bytes).resize(48).raw().toBuffer({ resolveWithObject: true });
    done[format] = back.info.width + "x" + back.info.height;
  }
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><text y="40" font-size="30">iW</text></svg>';
  const drawn = await sharp(Buffer.from(svg)).raw().toBuffer();
  done.svg = drawn.some((byte) => byte > 0) ? "drawn" : "empty";
  console.log(JSON.stringify({ arch: process.arch, node: process.versions.node, done }));`;

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
  const wrong = Object.entries(done).filter(([name, what]) => what !== (name === "svg" ? "drawn" : "48x32"));
  if (arch !== "arm64" || wrong.length > 0)
    complain("every format", "on arm64", `${arch}: ${JSON.stringify(done)}`);
  const { stdout: version } = await inside(NODE, TINTYPE, "version");
  return `Node ${node} ${arch}, jemalloc loaded, Tintype ${version}: ${Object.keys(done).join(", ")} decoded and encoded`;
}
