import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { capped, readBody, untilOver } from "./body.ts";
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
