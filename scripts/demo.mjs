/**
 * `npm run demo`: a page of photographs with its plain files and through Tintype. `npm run demo:measure` opens both in Chromium
 * over a slow line, prints what they weigh and writes it to demo/figures.json, which the page shows.
 */
import { parseArgs } from "node:util";
import { openPages } from "./demo/open.mjs";
import { buildQuietly } from "./load/server.mjs";
import { ensureInstalled, fitNode, giveUp } from "./node.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    /** A folder in which Lighthouse is installed; without one it is installed into a temporary folder. */
    lighthouse: { type: "string" },
    "no-lighthouse": { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  giveUp(`Expected --rounds to be a number from 1, got "${values.rounds}".`);
const [task = "show"] = positionals;
if (!["show", "measure"].includes(task)) giveUp(`Expected nothing or "measure", got "${task}".`);

const node = await fitNode();
await ensureInstalled(node);
await buildQuietly(node);

if (task === "measure") {
  const { measure } = await import("./demo/measure.mjs");
  const pages = await openPages(node);
  const lighthouse = { folder: values.lighthouse, isWanted: !values["no-lighthouse"] };
  await measure(pages.url, { rounds, lighthouse });
  await pages.close();
} else {
  const port = process.env.PORT || "8090";
  const { url } = await openPages(node, { port: Number(port) }).catch((error) =>
    giveUp(
      error.code === "EADDRINUSE"
        ? `Port ${port} is in use by another program. Choose another one: PORT=${Number(port) + 1} npm run demo`
        : error.message,
    ),
  );
  process.stdout.write(`
  The same page, one line changed.

    Plain files      ${url}/before
    Through Tintype  ${url}/after
    Stop             Ctrl-C

`);
}
