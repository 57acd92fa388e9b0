/**
 * The clients of `npm run bench:overload`, in a process of their own so that nothing but asking delays them. Told by
 * messages what to do; answers with status and milliseconds of each
 * request. Status 0 is none.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { quantile } from "../bench/report.mjs";
import { createRandom, pause } from "./random.mjs";

const { server, origin, options, patienceSeconds } = JSON.parse(process.argv[2]);

const clients = (connections) =>
  new Pool(server, {
    connections,
    headersTimeout: patienceSeconds * 1000,
    bodyTimeout: patienceSeconds * 1000,
  });
const many = clients(256);
const healthy = clients(1);

const now = () => performance.now();

/** Asks for a path and throws the body away. A request that should have left earlier has been waiting since then. */
const ask = (pool, path, dueAt = now()) =>
  new Promise((resolve) => {
    let status = 0;
    const end = (code) => resolve([code, now() - dueAt, now()]);
    pool.dispatch(
      { path, method: "GET" },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => (status = code),
        onResponseData: () => undefined,
        onResponseEnd: () => end(status),
        onResponseError: () => end(0),
      },
    );
  });

let asked = 0;
/** A source and a rendition that nobody has asked for before. */
const picture = (dueAt) => ask(many, `/unsafe/${options}/plain/${origin}/${(asked += 1)}`, dueAt);

/** So many clients that each ask for the next picture when they have the last. */
async function closed({ seconds, width }) {
  const [startedAt, endsAt] = [now(), now() + seconds * 1000];
  const answers = [];
  const client = async () => {
    while (now() < endsAt) answers.push(await picture());
  };
  await Promise.all(Array.from({ length: width }, client));
  return { answers, seconds: (now() - startedAt) / 1000 };
}

let pending = { requests: [], health: [], endedAt: 0 };

/** Clients that come on a schedule, whatever became of those before them. Answers when the last has come. */
async function storm({ rate, seconds, seed }) {
  const random = createRandom(seed);
  const startedAt = now();
  const [requests, health, late] = [[], [], []];
  const checking = setInterval(() => health.push(ask(healthy, "/health")), 50);
  for (let due = pause(random, rate); due < seconds; due += pause(random, rate)) {
    const dueAt = startedAt + due * 1000;
    if (now() < dueAt) await sleep(dueAt - now());
    late.push(now() - dueAt);
    requests.push(picture(dueAt));
  }
  clearInterval(checking);
  pending = { requests, health, endedAt: startedAt + seconds * 1000 };
  return { late };
}

/** Asks for one after the other until so many in a row were served well; what became of the storm comes along. */
async function calm({ window, limitMs, mostSeconds }) {
  const { requests, health, endedAt } = pending;
  const recoveredAt = await wellSince({ window, limitMs, mostSeconds });
  const answers = await Promise.all(requests);
  return {
    answers: answers.map(([status, milliseconds, at]) => [status, milliseconds, at <= endedAt]),
    health: await Promise.all(health),
    recoverySeconds: recoveredAt === undefined ? null : (recoveredAt - endedAt) / 1000,
  };
}

/** The moment from which on a window of answers was good, or undefined. */
async function wellSince({ window, limitMs, mostSeconds }) {
  const [startedAt, answers] = [now(), []];
  while (now() - startedAt < mostSeconds * 1000) {
    const beganAt = now();
    const [status, milliseconds] = await picture();
    answers.push({ beganAt, milliseconds: status === 200 ? milliseconds : Infinity });
    const last = answers.slice(-window);
    const times = last.map((answer) => answer.milliseconds);
    if (last.length === window && quantile(times, 0.95) <= limitMs) return last[0].beganAt;
  }
  return undefined;
}

const TASKS = { closed, storm, calm };

process.on("message", async ({ task, ...wish }) => process.send(await TASKS[task](wish)));
process.once("disconnect", () => process.exit());
process.send({});
