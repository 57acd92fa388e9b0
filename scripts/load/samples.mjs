/**
 * An origin that costs next to nothing: the sample photographs from memory, each under as many names as wanted, after a
 * while where one is wanted. Answers any message with the number of downloads so far.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../node.mjs";

const FOLDER = join(root, "samples");

const { delayMs } = JSON.parse(process.argv[2]);
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".jpg"));
const pictures = names.map((name) => readFileSync(join(FOLDER, name)));

let downloads = 0;

// `/17` is another picture than `/27` to everyone who asks, though there are only so many.
const server = createServer(async ({ url }, response) => {
  downloads += 1;
  if (delayMs > 0) await sleep(delayMs);
  const picture = pictures[Number(url.slice(1)) % pictures.length];
  response.writeHead(200, { "Content-Type": "image/jpeg", "Content-Length": picture.length });
  response.end(picture);
});

server.listen(0, "127.0.0.1", () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on("message", () => process.send({ downloads }));
process.once("disconnect", () => process.exit());
