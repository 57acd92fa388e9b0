import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../test/fixtures/until.ts";
import { Patience } from "./patience.ts";

const never = (): Promise<never> => new Promise(() => undefined);

function create(probe: () => Promise<unknown>, milliseconds = 30) {
  const changes: boolean[] = [];
  const patience = new Patience({ milliseconds, probe, onChange: ({ lost }) => changes.push(lost) });
  return { patience, changes };
}

describe("patience", () => {
  it("passes on what comes in time", async () => {
    const { patience, changes } = create(never, 5000);
    assert.deepEqual(await patience.wait(() => Promise.resolve(7)), { value: 7 });
    assert.deepEqual(changes, []);
  });

  it("waits once for what does not come, or fails, and then asks no more until a probe is answered", async () => {
    for (const bad of [never, () => Promise.reject(new Error("down"))]) {
      let well = false;
      let asked = 0;
      const { patience, changes } = create(() =>
        well ? Promise.resolve() : Promise.reject(new Error("still down")),
      );
      const ask = (): Promise<never> => {
        asked += 1;
        return bad();
      };
      const outcomes = await Promise.all([patience.wait(ask), patience.wait(ask)]);
      assert.deepEqual(outcomes, [undefined, undefined]);
      assert.equal(await patience.wait(ask), undefined);
      assert.deepEqual([asked, patience.lost], [2, true]);
      well = true;
      await until(() => !patience.lost);
      assert.deepEqual(changes, [true, false]);
      assert.deepEqual(await patience.wait(() => Promise.resolve(1)), { value: 1 });
      patience.close();
    }
  });
});
