/** Whatever is asked for: an answer that is one, and a server that lives on (security.md, RES-5 and RES-6). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Answer } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages, picture } from "../fixtures/pictures.ts";
import { randomAccept, randomOptions, randomTarget } from "../fixtures/random-options.ts";
import { leaks, useServer, type TestServer } from "../fixtures/server.ts";
import { assertWhole } from "../fixtures/whole.ts";

const SOURCES = [
  "onePixelPng",
  "png",
  "clearPng",
  "greyPng",
  "deepPng",
  "movingGif",
  "movingWebp",
  "turnedJpeg",
  "cmykJpeg",
  "avif",
  "tiff",
  "bmp",
  "ico",
  "svg",
] as const;
const origin = useOrigin(() => pages(...SOURCES));

const REFUSALS = new Set([403, 404, 422]);
/** What a target may be answered with that makes no picture. */
const ANSWERS = new Set([200, 400, 403, 404, 422]);
const RUNS = 400;
const LANES = 4;

async function assertAnswered(answer: Answer, asked: string): Promise<void> {
  if (answer.status === 200) {
    await assertWhole(answer);
    return;
  }
  assert.ok(REFUSALS.has(answer.status), `${answer.status} for ${asked}`);
  assert.deepEqual(leaks(answer), [], asked);
}

interface Tally {
  readonly statuses: Map<number, number>;
  readonly failures: string[];
}

/** Asks every target, some at a time, and tells what went wrong. */
async function askAll(
  server: TestServer,
  asks: readonly (readonly [target: string, accept: string])[],
): Promise<Tally> {
  const tally: Tally = { statuses: new Map(), failures: [] };
  const queue = [...asks];
  const lane = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [target, accept] = next;
      const answer = await server.get(target, { Accept: accept });
      tally.statuses.set(answer.status, (tally.statuses.get(answer.status) ?? 0) + 1);
      try {
        await assertAnswered(answer, target);
      } catch (error) {
        const why = JSON.stringify(server.logOf(answer)[0]?.["error"] ?? "");
        tally.failures.push(`${target} (${accept}): ${String(error)} ${why}`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return tally;
}

describe("whatever is asked for", () => {
  const server = useServer(async () => ({
    IMGPROXY_PRESETS: "a=w:9/bl:1,b=rs:fill:11:3:1/f:png",
    IMGPROXY_ALLOW_SECURITY_OPTIONS: "true",
    IMGPROXY_MAX_RESULT_DIMENSION: "300",
    IMGPROXY_TIMEOUT: "60",
    IMGPROXY_WATERMARK_DATA: (await picture("png")).toString("base64"),
  }));

  it("random targets, as often", async () => {
    const samples = fc.sample(fc.tuple(randomTarget, randomAccept), { seed: 2, numRuns: RUNS });
    const seen = new Map<number, number>();
    for (const [target, accept] of samples) {
      const { status } = await server.get(target, { Accept: accept });
      seen.set(status, (seen.get(status) ?? 0) + 1);
      assert.ok(ANSWERS.has(status), `${status} for ${target}`);
    }
    for (const status of [200, 400, 403, 404]) assert.ok(seen.has(status), JSON.stringify([...seen]));
  });

  it(`random options, ${RUNS} times`, async () => {
    const random = fc.tuple(fc.constantFrom(...SOURCES), randomOptions, randomAccept);
    const samples = fc.sample(random, { seed: 1, numRuns: RUNS });
    const asks = samples.map(
      ([source, options, accept]) => [origin.target(`/${source}`, options), accept] as const,
    );
    const { statuses, failures } = await askAll(server, asks);
    assert.deepEqual(failures, []);
    // Enough of both, or the strings would not be worth much.
    assert.ok((statuses.get(200) ?? 0) > RUNS / 5, JSON.stringify([...statuses]));
    assert.ok((statuses.get(404) ?? 0) > RUNS / 10, JSON.stringify([...statuses]));
    // No source is to blame: every one of them is good.
    const codes = new Set(server.log().map((line) => line["code"]));
    for (const code of ["broken_image", "broken_svg", "source_incomplete"]) assert.ok(!codes.has(code), code);
    assert.equal((await server.get("/ready")).status, 200);
    assert.deepEqual(
      server.log().filter((line) => line["level"] === "ERROR" || line["request_id"] === undefined),
      [],
      "expected no renderer to end and no fault",
    );
  });
});
