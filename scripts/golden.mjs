/** `npm run golden`: the goldens only; `-- --accept` writes what is made now as the references, to be looked at. */
import { ensureInstalled, fitNode, run } from "./node.mjs";

const node = await fitNode();
await ensureInstalled(node);
// Only the test itself reads it.
process.env.GOLDEN_ACCEPT = process.argv.includes("--accept") ? "1" : "";
const file = "packages/server/test/golden/golden.test.ts";
const { code } = await run(node, ["--conditions=tintype-source", "--test", file]);
process.exitCode = code;
