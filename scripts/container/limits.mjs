/** Memory, drain and confinement: what the container does when it gets to its limits. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { complain, expectEqual } from "./expect.mjs";
import { runWords } from "./image.mjs";
import { until, withContainer } from "./server.mjs";

/** Kills by the kernel in a container's group, of cgroups of either version. */
async function killsOf(container) {
  const { Pid } = await container.state();
  const lines = readFileSync(`/proc/${Pid}/cgroup`, "utf8").trim().split("\n");
  const own = lines.map((line) => line.split(":")).find(([, name]) => name.split(",").includes("memory"));
  const [, , unified] = lines[0].split(":");
  const file =
    own === undefined
      ? join("/sys/fs/cgroup", unified, "memory.events")
      : join("/sys/fs/cgroup/memory", own[2], "memory.oom_control");
  const [, kills] = /^oom_kill (\d+)$/m.exec(readFileSync(file, "utf8")) ?? [];
  return Number(kills);
}

const tally = (list) =>
  Object.fromEntries(
    [...new Set(list)].sort().map((status) => [status, list.filter((each) => each === status).length]),
  );

const REQUESTS = 60;

/** Many big pictures at once: what does not fit is refused, liveness goes on, and the kernel has nothing to kill. */
export async function checkMemory({ store, pictures }) {
  return withContainer(store, { pictures, memory: "512m" }, async (container) => {
    const health = [];
    let over = false;
    const watching = (async () => {
      while (!over) {
        const start = performance.now();
        const status = await container.get("/health").then(
          (answer) => answer.status,
          (error) => error.message,
        );
        health.push({ status, ms: performance.now() - start });
        await sleep(100);
      }
    })();
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, async (_, index) => {
        const answer = await container.get(`/_/c:${7900 - index}:5900/w:2000/f:webp/plain/local:///big.jpg`);
        await answer.arrayBuffer();
        return { status: answer.status, retry: answer.headers.get("retry-after") };
      }),
    ).finally(() => (over = true));
    await watching;
    const counts = tally(answers.map(({ status }) => status));
    const kills = await killsOf(container);
    const { Running } = await container.state();
    const unwell = health.filter(({ status }) => status !== 200).length;
    expectEqual("under load", { kills, Running, unwell }, { kills: 0, Running: true, unwell: 0 });
    if (!(counts[200] > 0 && counts[429] > 0))
      complain("some 200 and some 429", "of big pictures", JSON.stringify(counts));
    const strange = Object.keys(counts).filter((status) => !["200", "429", "503"].includes(status));
    if (strange.length > 0) complain("200, 429 or 503", "and nothing else", JSON.stringify(counts));
    if (answers.some(({ status, retry }) => status === 429 && retry === null))
      complain("Retry-After", "with 429", "none");
    const slowest = Math.max(...health.map(({ ms }) => ms));
    return `${REQUESTS} at once: ${JSON.stringify(counts)}; no kill; liveness 200 ×${health.length}, slowest ${slowest.toFixed(0)} ms`;
  });
}

/** 64 MB are too few for Node itself: the kernel ends it, and tini says so by its exit code. */
export async function checkTooLittle({ store }) {
  const words = runWords({ options: ["--rm"], memory: "64m", settings: { IMGPROXY_BIND: "127.0.0.1:0" } });
  const { code } = await store.podman(words, { seconds: 40 }).catch((error) => error);
  expectEqual("exit code with 64 MB", code, 137);
  return "ends at once with 137";
}

/** A slow request that is in flight when the container is stopped: its answer is whole, and so is the end. */
export async function checkDrain({ store, pictures }) {
  const settings = { TINTYPE_HTTP_LAME_DUCK_DELAY: "2", IMGPROXY_TIMEOUT: "30", IMGPROXY_AUTO_AVIF: "false" };
  return withContainer(store, { pictures, settings }, async (container) => {
    const slow = container.get("/_/w:2000/h:1500/rt:force/el:1/f:avif/plain/local:///small.jpg");
    await sleep(300);
    const start = performance.now();
    const stopped = container.stop(30);
    // Where the check fails before it is waited for, that is not one more fault.
    stopped.catch(() => undefined);
    slow.catch(() => undefined);
    await until("503 from /ready", async () => (await container.get("/ready")).status === 503, 1900);
    const { status: alive } = await container.get("/health");
    const answer = await slow;
    const bytes = (await answer.arrayBuffer()).byteLength;
    const code = await stopped;
    const type = answer.headers.get("content-type");
    expectEqual(
      "a stop",
      { alive, status: answer.status, type, code },
      { alive: 200, status: 200, type: "image/avif", code: 0 },
    );
    return `200 with ${bytes} bytes, /ready 503 and /health 200 meanwhile, exit 0 after ${((performance.now() - start) / 1000).toFixed(1)} s`;
  });
}

const PROFILE = "/usr/share/containers/seccomp.json";

/** The sandbox of renderers under a profile as narrow as Docker's. */
export async function checkNarrowSandbox({ store }) {
  const profile = JSON.parse(readFileSync(PROFILE, "utf8"));
  const syscalls = profile.syscalls.map((rule) => ({
    ...rule,
    names: rule.names.filter((name) => !(rule.action === "SCMP_ACT_ALLOW" && name === "unshare")),
  }));
  const file = join(store.folder, "narrow.json");
  writeFileSync(file, JSON.stringify({ ...profile, syscalls }));
  const options = ["--rm", "--security-opt", `seccomp=${file}`];
  const { stdout } = await store.podman(runWords({ options, words: ["info", "--json"] }));
  const { sandbox, notHigher } = JSON.parse(stdout);
  if (!/^L[23]/.test(sandbox) || notHigher.length === 0)
    complain("level 2, and why not 3,", "without namespaces", `${sandbox}; ${notHigher}`);
  return `${sandbox}; ${notHigher.join("; ").slice(0, 90)}`;
}

/** Where nothing can be confined, and that was asked for, the server does not start. */
export async function checkDemandedSandbox({ store }) {
  const settings = { TINTYPE_RENDER_SANDBOX: "2", IMGPROXY_BIND: "127.0.0.1:0" };
  const options = ["--rm", "--volume", `/dev/null:/usr/bin/perl:ro`];
  const { code, said } = await store
    .podman(runWords({ options, settings }), { seconds: 60 })
    .catch((error) => error);
  if (code !== 1 || !/TINTYPE_RENDER_SANDBOX: expected/.test(said))
    complain("a refusal to start", "without Perl", `${code}: ${said}`);
  return "refuses to start and says why";
}
