import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "./errors.ts";
import { createQueue } from "./queue.ts";

const never = new AbortController().signal;
const refusal = (code: string) => (error: unknown) => error instanceof HttpError && error.code === code;

/** A piece of work that ends when it is told to. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { work: () => promise, open: () => resolve(undefined) };
}

describe("queue", () => {
  it("runs no more than its slots and serves the line in order", async () => {
    const queue = createQueue({ slots: 2, line: 10, waitSeconds: 10 });
    const order: number[] = [];
    let most = 0;
    const work = (index: number) => async () => {
      most = Math.max(most, queue.running);
      order.push(index);
      await sleep(2);
      return index;
    };
    const jobs = Array.from({ length: 10 }, (_, index) => queue.run(work(index), never));
    assert.deepEqual([queue.running, queue.waiting], [2, 8]);
    assert.deepEqual(await Promise.all(jobs), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(most, 2);
    assert.deepEqual([queue.running, queue.waiting], [0, 0]);
  });

  it("refuses at once when the line is full, and says when to come back", async () => {
    const queue = createQueue({ slots: 1, line: 1, waitSeconds: 10 });
    const first = gate();
    const running = queue.run(first.work, never);
    const waiting = queue.run(() => Promise.resolve("waited"), never);
    await assert.rejects(
      queue.run(() => Promise.resolve(), never),
      (error) => {
        assert.ok(error instanceof HttpError);
        assert.equal(error.code, "queue_full");
        assert.equal(error.retryAfter, 2);
        return true;
      },
    );
    first.open();
    await running;
    assert.equal(await waiting, "waited");
  });

  it("lets nobody wait in a line of no length", async () => {
    const queue = createQueue({ slots: 1, line: 0, waitSeconds: 10 });
    const first = gate();
    const running = queue.run(first.work, never);
    await assert.rejects(
      queue.run(() => Promise.resolve(), never),
      refusal("queue_full"),
    );
    first.open();
    await running;
  });

  it("keeps the time to come back between 1 and 30 seconds", async () => {
    const quick = createQueue({ slots: 50, line: 0, waitSeconds: 1 });
    const slow = createQueue({ slots: 1, line: 100, waitSeconds: 1 });
    const cases = [
      { queue: quick, waiting: 50, retryAfter: 1 },
      { queue: slow, waiting: 101, retryAfter: 30 },
    ];
    for (const { queue, waiting, retryAfter } of cases) {
      const { work, open } = gate();
      const jobs = Array.from({ length: waiting }, () => queue.run(work, never));
      await assert.rejects(queue.run(work, never), { code: "queue_full", retryAfter });
      open();
      await Promise.all(jobs);
    }
  });

  it("lets a waiter whose signal aborts leave at once, with the signal's reason", async () => {
    const queue = createQueue({ slots: 1, line: 5, waitSeconds: 10 });
    const first = gate();
    const running = queue.run(first.work, never);
    const cases: [unknown, string][] = [
      [undefined, "client_gone"],
      [new DOMException("late", "TimeoutError"), "timeout"],
      [new HttpError("not_ready", "draining"), "not_ready"],
    ];
    for (const [reason, code] of cases) {
      const controller = new AbortController();
      let hasRun = false;
      const waiting = queue.run(() => Promise.resolve((hasRun = true)), controller.signal);
      assert.equal(queue.waiting, 1);
      controller.abort(reason);
      assert.equal(queue.waiting, 0);
      await assert.rejects(waiting, refusal(code));
      await assert.rejects(
        queue.run(() => Promise.resolve(), controller.signal),
        refusal(code),
      );
      assert.equal(hasRun, false);
    }
    first.open();
    await running;
    assert.equal(queue.running, 0);
  });

  it("lets nobody wait longer than waitSeconds", async () => {
    const queue = createQueue({ slots: 1, line: 5, waitSeconds: 0.02 });
    const first = gate();
    const running = queue.run(first.work, never);
    await assert.rejects(
      queue.run(() => Promise.resolve(), never),
      refusal("timeout"),
    );
    assert.equal(queue.waiting, 0);
    first.open();
    await running;
  });

  it("frees the slot of work that fails, at once or later", async () => {
    const queue = createQueue({ slots: 1, line: 5, waitSeconds: 1 });
    const broken = [
      () => {
        throw new Error("at once");
      },
      () => Promise.reject(new Error("later")),
    ];
    for (const work of broken) await assert.rejects(queue.run(work, never), /at once|later/);
    assert.equal(await queue.run(() => Promise.resolve("fine"), never), "fine");
    assert.equal(queue.running, 0);
  });

  it("lets run together what fits into the budget together, in order", async () => {
    const queue = createQueue({ slots: 4, line: 10, waitSeconds: 10, budgetBytes: 100 });
    const first = await queue.enter(never, 60);
    const small = await queue.enter(never, 40);
    const large = queue.enter(never, 90);
    const behind = queue.enter(never, 1);
    assert.deepEqual([queue.running, queue.waiting, queue.heldBytes], [2, 2, 100]);
    small.leave();
    await sleep(5);
    assert.deepEqual([queue.running, queue.waiting], [1, 2], "nothing overtakes a large need");
    first.leave();
    const slots = await Promise.all([large, behind]);
    assert.deepEqual([queue.running, queue.waiting, queue.heldBytes], [2, 0, 91]);
    for (const slot of slots) slot.leave();
    assert.deepEqual([queue.running, queue.heldBytes], [0, 0]);
  });

  it("refuses at once what can never fit", async () => {
    const queue = createQueue({ slots: 1, line: 10, waitSeconds: 10, budgetBytes: 100 });
    await assert.rejects(queue.enter(never, 101), refusal("too_expensive"));
    assert.equal(queue.running, 0);
  });

  it("goes on when a large need leaves the line", async () => {
    const queue = createQueue({ slots: 4, line: 10, waitSeconds: 10, budgetBytes: 100 });
    const first = await queue.enter(never, 60);
    const leaving = new AbortController();
    const large = queue.enter(leaving.signal, 90);
    const behind = queue.enter(never, 10);
    leaving.abort();
    await assert.rejects(large, refusal("client_gone"));
    const slot = await behind;
    assert.equal(queue.heldBytes, 70);
    slot.leave();
    first.leave();
  });

  it("refuses before anything is fetched when the line is full", async () => {
    const queue = createQueue({ slots: 1, line: 1, waitSeconds: 10 });
    const { work, open } = gate();
    const jobs = [queue.run(work, never), queue.run(work, never)];
    let hasFetched = false;
    const fetch = () => Promise.resolve((hasFetched = true));
    await assert.rejects(queue.prepare(fetch), refusal("queue_full"));
    assert.equal(hasFetched, false);
    open();
    await Promise.all(jobs);
    assert.equal(await queue.prepare(fetch), true);
  });

  it("counts those who fetch, as long as they may be expected soon", async () => {
    const queue = createQueue({ slots: 1, line: 2, waitSeconds: 10 });
    await queue.prepare(() => sleep(500));
    const { work, open } = gate();
    const fetching = [1, 2, 3].map(() => queue.prepare(work));
    await assert.rejects(
      queue.prepare(() => Promise.resolve()),
      { code: "queue_full", message: "expected a line of at most 2, got 0 in it and 3 on their way" },
    );
    // A tenth of the first, twice.
    await sleep(150);
    assert.equal(await queue.prepare(() => Promise.resolve("fetched")), "fetched");
    open();
    await Promise.all(fetching);
  });

  it("forgets those whose fetch fails", async () => {
    const queue = createQueue({ slots: 1, line: 0, waitSeconds: 10 });
    await queue.prepare(() => sleep(100));
    await assert.rejects(
      queue.prepare(() => Promise.reject(new Error("missing"))),
      /missing/,
    );
    assert.equal(await queue.prepare(() => Promise.resolve("fetched")), "fetched");
  });

  it("fetches for no more than can be served in time", async () => {
    const queue = createQueue({ slots: 1, line: 100, waitSeconds: 1 });
    await queue.run(() => sleep(100), never);
    const { work, open } = gate();
    const jobs: Promise<unknown>[] = [];
    const fill = async () => {
      await queue.prepare(() => Promise.resolve());
      jobs.push(queue.run(work, never));
    };
    await assert.rejects(async () => {
      while (jobs.length < 100) await fill();
    }, refusal("queue_full"));
    assert.ok(jobs.length > 1 && jobs.length < 11, String(jobs.length));
    open();
    await Promise.all(jobs);
  });
});
