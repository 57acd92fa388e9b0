import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "../errors.ts";
import { capped, paced, readBody, untilOver } from "./body.ts";
import type { Original } from "./source.ts";

async function* bytesOf(...lengths: number[]): AsyncGenerator<Uint8Array> {
  for (const length of lengths) yield await Promise.resolve(new Uint8Array(length).fill(length));
}

const original = (body: AsyncIterable<Uint8Array>): Original & { readonly cancels: () => number } => {
  let cancels = 0;
  return { status: 200, headers: {}, body, cancel: () => (cancels += 1), cancels: () => cancels };
};

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of body) assert.ok(chunk.byteLength > 0);
}

const tooBig = (error: unknown): boolean => error instanceof HttpError && error.code === "source_too_big";

describe("readBody", () => {
  it("reads a stream whole", async () => {
    const whole = await readBody(original(bytesOf(1, 2, 3)), { maxBytes: 0 });
    assert.deepEqual([...whole], [1, 2, 2, 3, 3, 3]);
    assert.equal((await readBody(original(bytesOf()), { maxBytes: 1 })).byteLength, 0);
  });

  it("takes exactly the limit, and not a byte more", async () => {
    assert.equal((await readBody(original(bytesOf(3, 3)), { maxBytes: 6 })).byteLength, 6);
    const big = original(bytesOf(3, 4));
    await assert.rejects(readBody(big, { maxBytes: 6 }), tooBig);
    assert.ok(big.cancels() > 0, "the rest is let go");
  });

  it("passes on what the stream throws, and lets go", async () => {
    const failure = new HttpError("source_incomplete", "short");
    const failing = original(
      (async function* (): AsyncGenerator<Uint8Array> {
        await Promise.resolve();
        throw failure;
      })(),
    );
    await assert.rejects(readBody(failing, { maxBytes: 0 }), failure);
    assert.ok(failing.cancels() > 0);
  });
});

describe("capped", () => {
  it("stops reading at the limit", async () => {
    let read = 0;
    const endless = (async function* (): AsyncGenerator<Uint8Array> {
      while (true) {
        read += 1;
        yield await Promise.resolve(new Uint8Array(10));
      }
    })();
    await assert.rejects(readBody(original(capped(endless, 95)), { maxBytes: 0 }), tooBig);
    assert.equal(read, 10);
  });
});

describe("paced", () => {
  const windowMs = 150;
  /** How often a body that brings `bytes` every 20 ms is found slow. */
  async function timesSlow(bytes: number, read: (chunk: Uint8Array) => Promise<void>): Promise<number> {
    let times = 0;
    const drips = async function* (): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 30; count += 1) {
        await sleep(20);
        yield new Uint8Array(bytes);
      }
    };
    for await (const chunk of paced(drips(), { least: 100, windowMs, slow: () => (times += 1) }))
      await read(chunk);
    return times;
  }

  it("tells of a body that drips, once its first moments are over", async () => {
    assert.ok((await timesSlow(1, () => Promise.resolve())) > 0);
  });

  it("lets pass what is fast enough, and blames nobody for a reader that takes its time", async () => {
    assert.equal(await timesSlow(1000, () => Promise.resolve()), 0);
    assert.equal(await timesSlow(1, () => sleep(25).then(() => undefined)), 0);
  });

  it("leaves no timer when its reader leaves", async () => {
    let times = 0;
    const silent = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      await sleep(1000);
    };
    const body = paced(silent(), { least: 100, windowMs: 10, slow: () => (times += 1) });
    for await (const chunk of body) if (chunk.byteLength === 1) break;
    await sleep(50);
    assert.equal(times, 0);
  });
});

describe("untilOver", () => {
  const patient = new AbortController().signal;
  const counted = (body: AsyncIterable<Uint8Array>, signal = patient) => {
    let over = 0;
    return { ...untilOver(body, signal, () => (over += 1)), over: () => over };
  };

  it("tells once when the body is over, however it ends", async () => {
    for (const take of [0, 1, 5]) {
      const { body, over, cancel } = counted(bytesOf(1, 1));
      let taken = 0;
      for await (const chunk of body) {
        assert.equal(over(), 0);
        taken += chunk.byteLength;
        if (taken > take) break;
      }
      cancel();
      assert.equal(over(), 1, `after ${take}`);
    }
  });

  it("tells when it fails", async () => {
    const { body, over } = counted(capped(bytesOf(5), 1));
    await assert.rejects(drain(body), tooBig);
    assert.equal(over(), 1);
  });

  it("tells when its reader leaves before the beginning", async () => {
    const { body, over } = counted(bytesOf(1));
    await body[Symbol.asyncIterator]().return?.();
    assert.equal(over(), 1);
  });

  it("tells when its signal aborts, though nobody reads", () => {
    const client = new AbortController();
    const { over, cancel } = counted(bytesOf(1), client.signal);
    client.abort();
    cancel();
    assert.equal(over(), 1);
    assert.equal(counted(bytesOf(1), AbortSignal.abort()).over(), 1);
  });

  it("leaves nothing on its signal", async () => {
    const { body } = counted(bytesOf(1));
    await drain(body);
    assert.deepEqual(getEventListeners(patient, "abort"), []);
  });
});
