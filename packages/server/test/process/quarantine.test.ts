import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertShows, get } from "./client.ts";
import { startOrigin } from "./origin.ts";
import { busy, path, rested, startServer } from "./server.ts";

const origin = await startOrigin();

describe("a file that costs renderers", () => {
  it("is refused after the second that it hangs, whatever is asked of it, and nothing else is", async () => {
    const server = await startServer({ TINTYPE_RENDER_QUARANTINE_TTL: "600", IMGPROXY_TIMEOUT: "2" });
    const ask = (options: string, name: string) =>
      get(`${server.url}${path(options, `${origin.url}/noise-${name}.jpg`)}`);
    for (const name of ["first", "second"])
      assert.equal((await ask("w:400/q:90/f:avif", name)).status, 503, name);

    const refused = [await ask("w:400/q:90/f:avif", "third"), await ask("w:24/f:png", "fourth")];
    for (const { status, headers, body } of refused)
      assert.deepEqual(
        [status, headers["cache-control"], body.toString()],
        [422, "max-age=10, public", "Broken or unsupported image"],
      );
    const codes = server.answered().map(({ code }) => code);
    assert.deepEqual(codes, ["timeout", "timeout", "broken_image", "broken_image"]);
    await assertShows(
      await get(`${server.url}${path("w:24/f:png", `${origin.url}/0a7b33.png`)}`),
      24,
      "0a7b33",
    );
  });

  it("is refused after the second that it ends", async () => {
    const server = await startServer({ TINTYPE_RENDER_QUARANTINE_TTL: "600" });
    const url = `${server.url}${path("w:400/q:90/f:avif", `${origin.url}/noise-ending.jpg`)}`;
    await rested(server);
    const lost = get(url);
    for (let time = 0; time < 2; time += 1)
      for (const pid of await busy(server)) process.kill(pid, "SIGSEGV");
    assert.equal((await lost).status, 500);
    assert.equal((await get(url)).status, 422);
  });
});
