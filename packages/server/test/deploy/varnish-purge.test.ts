/** A purge at the server reaches Varnish, which takes orders as Fastly does. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ask } from "../fixtures/ask.ts";
import { freePort } from "../../../../scripts/free-port.mjs";
import { startBehind } from "../fixtures/twin.ts";
import { startVarnish } from "../fixtures/varnish.ts";
import { unless } from "../needs.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

describe("tintype purge", { skip: unless("varnish") }, async () => {
  const [port, operator] = [await freePort(), await freePort()];
  const varnish = await startVarnish({ backend: port });
  await startBehind({
    IMGPROXY_BIND: `127.0.0.1:${port}`,
    TINTYPE_OPERATOR_BIND: `127.0.0.1:${operator}`,
    TINTYPE_OPERATOR_TOKEN: "let me in",
    TINTYPE_EDGE_FASTLY_SERVICE: "varnish",
    TINTYPE_EDGE_FASTLY_TOKEN: "unused",
    TINTYPE_EDGE_FASTLY_ENDPOINT: `http://127.0.0.1:${varnish.port}`,
  });
  const purge = (...words: string[]) =>
    promisify(execFile)(process.execPath, ["--conditions=tintype-source", CLI, "purge", ...words], {
      env: { TINTYPE_OPERATOR_TOKEN: "let me in", TINTYPE_OPERATOR_BIND: `127.0.0.1:${operator}` },
    });
  const state = async (width: number, options = "") =>
    (await ask(varnish.port, `/_/w:${width}${options}/plain/local:///photo.jpg`)).headers["x-cache"];

  it("drops a source's pictures, those of a tag, and all", async () => {
    const kept = async () => [await state(20), await state(21, "/ct:cats")];
    await kept();
    assert.deepEqual(await kept(), ["HIT", "HIT"]);
    await purge("--tag", "cats");
    assert.deepEqual(await kept(), ["HIT", "MISS"]);
    await purge("--source", "local:///other.jpg");
    assert.deepEqual(await kept(), ["HIT", "HIT"]);
    await purge("--source", "local:///photo.jpg");
    assert.deepEqual(await kept(), ["MISS", "MISS"]);
    await purge("--all");
    assert.deepEqual(await kept(), ["MISS", "MISS"]);
  });
});
