import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "../errors.ts";
import { readBody } from "./body.ts";
import { lanes } from "./lanes.ts";
import type { Original, Source, Wish } from "./source.ts";

const wish = (signal = new AbortController().signal): Wish => ({
  signal,
  maxBytes: 0,
  headers: {},
  mode: "picture",
});

/** A source whose originals are there at once, and which counts those that are open, per host. */
function counting(): { source: Source; started: string[] } {
  const started: string[] = [];
  async function* body(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from("x"));
  }
  const source: Source = {
    fetch: (url) => {
      started.push(url);
      if (url.endsWith("/broken")) return Promise.reject(new HttpError("source_failed", "500"));
      return Promise.resolve({ status: 200, headers: {}, body: body(), cancel: () => undefined });
    },
  };
  return { source, started };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: unknown) => (error instanceof HttpError ? error.code : String(error)),
  );

const read = (original: Original): Promise<Buffer> => readBody(original, { maxBytes: 0 });

describe("lanes", () => {
  it("let a host have so many downloads at once, and the next when one is over", async () => {
    const { source, started } = counting();
    const laned = lanes(source, { active: 2, queued: 10 });
    const first = await laned.fetch("http://a/1", wish());
    const second = await laned.fetch("http://a/2", wish());
    const third = laned.fetch("http://a/3", wish());
    const fourth = laned.fetch("http://a/4", wish());
    await sleep(5);
    assert.equal(started.length, 2);

    await read(first);
    await third;
    assert.equal(started.length, 3);
    second.cancel();
    second.cancel();
    await fourth;
    assert.deepEqual(started, ["http://a/1", "http://a/2", "http://a/3", "http://a/4"]);
  });

  it("keep hosts apart, ports too", async () => {
    const { source, started } = counting();
    const laned = lanes(source, { active: 1, queued: 10 });
    const fetches = ["http://a/1", "http://b/1", "http://a:81/1", "https://c/1"].map((url) =>
      laned.fetch(url, wish()),
    );
    await Promise.all(fetches);
    assert.equal(started.length, 4);
  });

  it("refuse at once what the line does not hold", async () => {
    const laned = lanes(counting().source, { active: 1, queued: 2 });
    await laned.fetch("http://a/1", wish());
    const waiting = [laned.fetch("http://a/2", wish()), laned.fetch("http://a/3", wish())];
    const refused = await laned.fetch("http://a/4", wish()).catch((error: unknown) => error);
    assert.ok(refused instanceof HttpError);
    assert.equal(refused.code, "queue_full");
    assert.equal(refused.retryAfter, 1);
    assert.equal(await codeOf(laned.fetch("http://b/1", wish())), "none");
    assert.equal(waiting.length, 2);
  });

  it("let whoever waits leave, and nobody else lose a turn by it", async () => {
    const { source, started } = counting();
    const laned = lanes(source, { active: 1, queued: 10 });
    const first = await laned.fetch("http://a/1", wish());
    const client = new AbortController();
    const leaving = codeOf(laned.fetch("http://a/2", wish(client.signal)));
    const staying = laned.fetch("http://a/3", wish());
    client.abort();
    assert.equal(await leaving, "client_gone");
    await read(first);
    await read(await staying);
    assert.deepEqual(started, ["http://a/1", "http://a/3"]);
  });

  it("give a place back when a download fails", async () => {
    const { source } = counting();
    const laned = lanes(source, { active: 1, queued: 10 });
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(laned.fetch("http://a/broken", wish()))));
    assert.deepEqual(codes, ["source_failed", "source_failed", "source_failed"]);
    assert.equal(await codeOf(laned.fetch("http://a/1", wish())), "none");
  });

  it("give a place back when a body is read in part", async () => {
    const laned = lanes(counting().source, { active: 1, queued: 10 });
    for (let turn = 0; turn < 3; turn += 1) {
      const original = await laned.fetch("http://a/1", wish());
      for await (const chunk of original.body) {
        assert.equal(chunk.byteLength, 1);
        break;
      }
    }
    assert.equal(await codeOf(laned.fetch("http://a/1", wish())), "none");
  });

  it("give a place back when nobody begins to read", async () => {
    const laned = lanes(counting().source, { active: 1, queued: 10 });
    const left = await laned.fetch("http://a/1", wish());
    await left.body[Symbol.asyncIterator]().return?.();
    const client = new AbortController();
    await laned.fetch("http://a/1", wish(client.signal));
    client.abort();
    assert.equal(await codeOf(laned.fetch("http://a/1", wish())), "none");
  });
});
