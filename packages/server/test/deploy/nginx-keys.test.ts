/** deploy/nginx as it ships: keys change under way, and are not needed at the edge. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PAIRS, pairsEnv, printEdge, sign, startTwin } from "../fixtures/twin.ts";
import { unless } from "../needs.ts";

const skip = unless("nginx") || unless("nginx-js");
const PATH = "rs:fit:30:30/plain/local:///photo.jpg";

describe("a change of keys", { skip }, async () => {
  const [newer, older] = PAIRS;
  // The server keeps pictures, too, and by what they are rather than by who signed them.
  const twin = await startTwin({ env: pairsEnv([newer, older]) });
  const keysOf = (...pairs: (typeof newer)[]) => printEdge(["--keys"], pairsEnv(pairs));
  const got = async (pair: typeof newer) => {
    const { status, headers } = await twin.get(sign(PATH, pair));
    return [status, headers["x-cache"]];
  };

  it("needs no reload, refuses nobody, and makes no picture anew", async () => {
    twin.nginx.setKeys(await keysOf(older));
    assert.deepEqual([await got(older), (await got(newer))[0]], [[200, "MISS"], 403]);

    twin.nginx.setKeys(await keysOf(older, newer));
    assert.deepEqual(
      [await got(older), await got(newer)],
      [
        [200, "HIT"],
        [200, "HIT"],
      ],
    );

    twin.nginx.setKeys(await keysOf(newer, older));
    assert.deepEqual(
      [await got(newer), await got(older)],
      [
        [200, "MISS"],
        [200, "HIT"],
      ],
    );
    assert.equal(twin.turnstile.passed.at(-1)?.state, "HIT", "the server has it");

    twin.nginx.setKeys(await keysOf(newer));
    assert.deepEqual(
      [await got(newer), await got(older)],
      [
        [200, "HIT"],
        [403, undefined],
      ],
    );
  });

  it("may begin without keys at the edge: then the server alone checks", async () => {
    twin.nginx.setKeys(undefined);
    const forged = `/wrong/${PATH}`;
    const already = twin.originHits();
    assert.equal((await twin.get(forged)).status, 403);
    assert.equal((await twin.get(sign("w:31/plain/local:///photo.jpg"))).status, 200);
    assert.equal(twin.originHits(), already + 2);
    twin.nginx.setKeys("not JSON");
    assert.equal((await twin.get(sign("w:32/plain/local:///photo.jpg"))).status, 200);
  });
});
