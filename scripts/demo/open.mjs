/** Tintype over the sample pictures, with a key of its own, and the pages of the demo in front of it. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { startServer } from "../load/server.mjs";
import { root } from "../node.mjs";

const ORIGINALS = join(root, "samples");

/** What Tintype has to be told, and what `openDemo` has to know of it but the URL. */
export async function prepare() {
  // Imported late: a fresh clone has not compiled it when this file is read.
  const { sign } = await import("@tintype/url/sign");
  const [key, salt] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString("hex"));
  const env = {
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: ORIGINALS,
    // Nothing but that folder.
    IMGPROXY_ALLOWED_SOURCES: "local://",
    IMGPROXY_KEY: key,
    IMGPROXY_SALT: salt,
    // Seconds. A laptop may be busy with other things, and the first visitor asks for a whole page at once.
    IMGPROXY_TIMEOUT: "60",
    TINTYPE_RENDER_QUEUE_TIMEOUT: "60",
  };
  return { env, originals: ORIGINALS, sign: (path) => sign(path, { key, salt }) };
}

/** Starts both on this machine; `port` is that of the pages. Needs a built server. */
export async function openPages(node, { port = 0 } = {}) {
  const { env, ...known } = await prepare();
  const { openDemo } = await import("../../demo/server.mjs");
  const tintype = await startServer(node, { env });
  const demo = await openDemo({ ...known, tintype: tintype.url, port });
  const close = async () => {
    demo.close();
    await tintype.close();
  };
  return { url: demo.url, close };
}
