/** A thread that asks one URL over and over on one connection, so that nothing but the server can make it wait. */
import { Agent, get } from "node:http";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

interface Task {
  readonly url: string;
  readonly times: number;
}

/** Milliseconds of each round trip, the shortest first. */
export function pulse(url: string, times: number): Promise<number[]> {
  const task: Task = { url, times };
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    worker.once("message", (trips: number[]) => resolve(trips.toSorted((one, other) => one - other)));
    worker.once("error", reject);
  });
}

/** The value that a share of all values does not exceed; the values are sorted. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

const ask = (url: string, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.once("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`expected 200 from ${url}, got ${response.statusCode ?? 0}`));
      });
    }).once("error", reject);
  });

async function measure({ url, times }: Task): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const trips: number[] = [];
  // The first opens the connection and is not counted.
  await ask(url, agent);
  for (let trip = 0; trip < times; trip += 1) {
    const startedAt = performance.now();
    await ask(url, agent);
    trips.push(performance.now() - startedAt);
  }
  agent.destroy();
  return trips;
}

if (!isMainThread) parentPort?.postMessage(await measure(workerData as Task)); // `pulse` made it, by this type.
