/** The smoke command against what it is for, as far as one machine has it: nginx with the shipped files and the CDN's function. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { unless } from "../../../server/test/needs.ts";
import { PAIRS, startTwin } from "../../../server/test/fixtures/twin.ts";
import { createSmoke } from "../../src/cli/smoke.ts";
import { run, type Ran } from "./run.ts";

const [[key, salt]] = PAIRS;

const skip = unless("nginx");
// At the top of the file, so that its end is that of the file.
const started = skip === false ? await startTwin() : undefined;

describe("the twin", { skip }, () => {
  const twin = started!; // Nothing below runs where it was not started.

  const look = (...args: string[]): Promise<Ran> =>
    run(createSmoke({ env: { IMGPROXY_KEY: key, IMGPROXY_SALT: salt } }), [
      twin.url,
      "--source",
      "local:///photo.jpg",
      ...args,
    ]);
  /** nginx has no purge of its own; the tags stand in its files. */
  const purge = (): string =>
    `grep -rl {tag} ${join(twin.nginx.folder, "cache", "pictures")} | while read -r file; do rm "$file"; done`;

  it("passes all that needs no AWS", async () => {
    const { code, text } = await look("--purge", purge());
    assert.equal(code, 0, text);
    assert.match(text, /14 of 16 passed, 0 failed; 2 NOT LOOKED AT/);
    assert.match(text, /^SKIPPED {2}no back door/m);
    assert.match(text, /^SKIPPED {2}function at the edge/m);
  });

  it("fails where the server can be asked past it", async () => {
    const { code, text } = await look("--direct", `http://127.0.0.1:${twin.turnstile.port}`);
    assert.equal(code, 1);
    assert.match(text, /^FAILED {3}no back door: .*200, image\//m);
  });
});
