import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../node.mjs";

export const say = (line) => process.stdout.write(`${line}\n`);

const WANTED_BYTES = 32 * 1024;

/** A picture of about 32 KB: the first sample at the width that comes closest, and paths of it with other options. */
export async function openFiles(url) {
  const [name] = readdirSync(join(root, "samples")).filter((each) => each.endsWith(".jpg"));
  const pathFor = (options) => `/unsafe/${options}/plain/local:///${name}`;
  let best;
  for (let width = 200; width <= 800; width += 20) {
    const path = pathFor(`rs:fit:${width}:0/f:webp`);
    const answer = await fetch(`${url}${path}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const apart = Math.abs(bytes.length - WANTED_BYTES);
    if (answer.ok && !(best?.apart <= apart)) best = { apart, path, bytes };
  }
  if (!best) throw new Error("expected the server to make a picture of a sample");
  return { ...best, pathFor };
}
