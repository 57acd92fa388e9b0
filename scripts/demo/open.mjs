/** Tintype over the sample pictures, with a key of its own, and the pages of the demo in front of it. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { startServer } from "../load/server.mjs";
import { root } from "../node.mjs";

/** Starts both on this machine; `port` is that of the pages. Needs a built server. */
export async function openPages(node, { port = 0 } = {}) {
  // What is imported here is compiled first.
  const [{ openDemo }, signing] = await Promise.all([
    import("../../demo/server.mjs"),
    import("@tintype/url/sign"),
  ]);
  const originals = join(root, "samples");
  const [key, salt] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString("hex"));
  const tintype = await startServer(node, {
    env: {
      IMGPROXY_LOCAL_FILESYSTEM_ROOT: originals,
      IMGPROXY_KEY: key,
      IMGPROXY_SALT: salt,
      // Seconds. A laptop may be busy with other things, and the first visitor asks for a whole page at once.
      IMGPROXY_TIMEOUT: "60",
      TINTYPE_RENDER_QUEUE_TIMEOUT: "60",
    },
  });
  const sign = (path) => signing.sign(path, { key, salt });
  const demo = await openDemo({ tintype: tintype.url, originals, sign, port });
  const close = async () => {
    demo.close();
    await tintype.close();
  };
  return { url: demo.url, close };
}
