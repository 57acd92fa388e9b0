/** HEAD is GET without the body (security.md, HTTP-3), whatever is asked for. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Answer } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { randomOptions, randomTarget } from "../fixtures/random-options.ts";
import { useServer } from "../fixtures/server.ts";

const origin = useOrigin(() => pages("png"));

/** What an answer says before its body, but for what is each answer's own. */
function said({ status, headers }: Answer): object {
  const { date: _date, "x-request-id": _id, "server-timing": _timing, ...more } = headers;
  const { "keep-alive": _kept, connection: _connection, ...rest } = more;
  return { status, ...rest };
}

describe("HEAD", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_TIMEOUT: "60", IMGPROXY_MAX_RESULT_DIMENSION: "300" });
  const differing = async (targets: readonly string[]): Promise<string[]> => {
    const different: string[] = [];
    for (const target of targets) {
      const [get, head] = [await server.get(target), await server.ask(target, { method: "HEAD" })];
      assert.equal(head.body.length, 0);
      if (JSON.stringify(said(get)) !== JSON.stringify(said(head))) different.push(target);
    }
    return different;
  };

  it("says what GET says of two hundred targets that nobody meant", async () => {
    assert.deepEqual(await differing(fc.sample(randomTarget, { seed: 5, numRuns: 200 })), []);
  });

  it("says what GET says of fifty pictures and refusals", async () => {
    const options = fc.sample(randomOptions, { seed: 6, numRuns: 50 });
    assert.deepEqual(await differing(options.map((each) => origin.target("/png", each))), []);
  });
});
