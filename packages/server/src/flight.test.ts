import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "./errors.ts";
import { Flight } from "./flight.ts";

const never = new AbortController().signal;

interface Gated {
  readonly start: (signal: AbortSignal) => Promise<string>;
  readonly finish: (value: string) => void;
  readonly fail: (error: Error) => void;
  readonly signals: AbortSignal[];
}

/** Work that ends when the test says so, and remembers the signals that it was started with. */
function gated(): Gated {
  const signals: AbortSignal[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const start = (signal: AbortSignal): Promise<string> => {
    signals.push(signal);
    return promise;
  };
  return { start, finish: resolve, fail: reject, signals };
}

const codeOf = async (wait: Promise<unknown>): Promise<string> => {
  const error: unknown = await wait.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof HttpError ? error.code : String(error);
};

describe("Flight", () => {
  it("starts one piece of work for all who ask while it runs", async () => {
    const flight = new Flight<string>();
    const work = gated();
    const waits = Array.from({ length: 200 }, () => flight.share("a", work.start, never));
    assert.equal(flight.size, 1);
    work.finish("done");
    assert.deepEqual(new Set(await Promise.all(waits)), new Set(["done"]));
    assert.equal(work.signals.length, 1);
    assert.equal(flight.size, 0);
  });

  it("keeps keys apart and starts anew after an end", async () => {
    const flight = new Flight<number>();
    let started = 0;
    const start = async (): Promise<number> => {
      started += 1;
      await sleep(1);
      return started;
    };
    await Promise.all([flight.share("a", start, never), flight.share("b", start, never)]);
    assert.equal(started, 2);
    await flight.share("a", start, never);
    assert.equal(started, 3);
  });

  it("lets one waiter leave at once and the others have the result", async () => {
    const flight = new Flight<string>();
    const work = gated();
    const client = new AbortController();
    const leaving = flight.share("a", work.start, client.signal);
    const staying = flight.share("a", work.start, never);
    client.abort();
    assert.equal(await codeOf(leaving), "client_gone");
    assert.equal(work.signals[0]?.aborted, false);
    work.finish("done");
    assert.equal(await staying, "done");
  });

  it("aborts the work when the last waiter has left, and lets nobody join it then", async () => {
    const flight = new Flight<string>();
    const work = gated();
    const clients = [new AbortController(), new AbortController()];
    const waits = clients.map(({ signal }) => codeOf(flight.share("a", work.start, signal)));
    clients[0]?.abort();
    assert.equal(work.signals[0]?.aborted, false);
    clients[1]?.abort();
    assert.equal(work.signals.at(0)?.aborted, true);
    assert.deepEqual(await Promise.all(waits), ["client_gone", "client_gone"]);
    assert.equal(flight.size, 0);

    const second = gated();
    const late = flight.share("a", second.start, never);
    work.fail(new Error("the aborted work ends after all"));
    await sleep(1);
    assert.equal(flight.size, 1, "the end of the first does not forget the second");
    second.finish("second");
    assert.equal(await late, "second");
  });

  it("takes failures to every waiter", async () => {
    const flight = new Flight<string>();
    const work = gated();
    const waits = [1, 2, 3].map(() => codeOf(flight.share("a", work.start, never)));
    work.fail(new HttpError("source_failed", "expected status 200, got 500"));
    assert.deepEqual(await Promise.all(waits), ["source_failed", "source_failed", "source_failed"]);
    assert.equal(flight.size, 0);
  });

  it("treats work that throws at once like work that rejects", async () => {
    const flight = new Flight<string>();
    const start = (): Promise<string> => {
      throw new HttpError("source_unreachable", "at once");
    };
    assert.equal(await codeOf(flight.share("a", start, never)), "source_unreachable");
    assert.equal(flight.size, 0);
  });

  it("starts nothing for a waiter who is already gone", async () => {
    const flight = new Flight<string>();
    const work = gated();
    assert.equal(await codeOf(flight.share("a", work.start, AbortSignal.abort())), "client_gone");
    assert.equal(work.signals.length, 0);
  });

  it("leaves no listener on a signal that outlives the work", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = new Proxy(signal, {
      get: (target, name) => {
        if (name === "addEventListener") listeners += 1;
        if (name === "removeEventListener") listeners -= 1;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    await new Flight<string>().share("a", () => Promise.resolve("done"), counted);
    await sleep(1);
    assert.equal(listeners, 0);
  });
});
