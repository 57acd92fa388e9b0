/** The server as the child of start.mjs, which also ends when its parent is gone, however that went. */
import { fileURLToPath } from "node:url";

process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
// Listening to the parent must not keep a server alive that has ended on its own.
process.channel?.unref();

const command = new URL("../packages/server/bin/tintype.mjs", import.meta.url);
process.argv = [process.argv[0], fileURLToPath(command), "serve"];
// As it is written, not as it was built once: a clone needs no build, and after a pull there is nothing stale.
await import("../packages/server/src/cli.ts");
