import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { RenderJob } from "../../src/image/render.ts";
import { importFlags } from "../../src/render/command.ts";
import { findTools, LAUNCHERS } from "../../src/render/launchers.ts";
import type { Launcher, Tools } from "../../src/render/launchers.ts";
import { createPool } from "../../src/render/pool.ts";
import type { Pool, PoolOptions } from "../../src/render/pool.ts";
import { findSandbox, PROMISES } from "../../src/render/sandbox.ts";
import type { Act, Sandbox } from "../../src/render/sandbox.ts";
import { doubtOf } from "../../src/rendering.ts";
import type { Attack, Order, Outcome, Prize } from "../fixtures/intruder.ts";
import { look, picture } from "../fixtures/pictures.ts";
import { optionsOf, settingsOf } from "../fixtures/render.ts";
import { unless } from "../needs.ts";
import { eventually } from "./client.ts";
import { startServer } from "./server.ts";
import { descendantsOf, isRunning } from "./tree.ts";

const fixture = (name: string): URL => new URL(`../fixtures/${name}`, import.meta.url);
const RENDERER = new URL("../../src/renderer.ts", import.meta.url);

/** What the system refuses at the levels that promise the act; `undefined` is refused by nothing but Node's permissions. */
const ATTACKS: Readonly<Record<Attack, Act | undefined>> = {
  writeNew: "write",
  writeOver: "write",
  writeTemporary: "write",
  liftLimits: "gain",
  readSecret: "read",
  readPasswords: "read",
  remove: "read",
  makeFolder: "read",
  makeLink: "read",
  readFrontEnvironment: "trace",
  openFrontMemory: "trace",
  runShell: "execute",
  runOwn: "execute",
  connectTcp: "connect",
  connectSocket: "connect",
  sendUdp: "connect",
  signalFront: "signal",
  startThread: undefined,
};

const ALL = Object.keys(ATTACKS) as Attack[];

/** Attacks that the code of some systems fails, sandbox or not. */
const UNSURE: ReadonlySet<Attack> = new Set(["openFrontMemory", "liftLimits"]);

const sandboxFor = (tools: Tools): Promise<Sandbox> =>
  findSandbox({
    wish: "auto",
    entry: RENDERER,
    module: import.meta.resolve("sharp"),
    dataBytes: 2 ** 31,
    tools,
  });

/** What a launcher may use on this machine, so that none before it is taken. */
const toolsOf = ({ tools }: Launcher): Tools =>
  Object.fromEntries(Object.entries(findTools()).filter(([name]) => tools.some((tool) => tool === name)));

function poolFor(t: TestContext, options: Partial<PoolOptions> & Pick<PoolOptions, "entry">): Pool {
  const pool = createPool({ setup: {}, size: 1, spare: 0, ...options });
  t.after(() => pool.close());
  return pool;
}

/** All that there is to win, and who notices when it is won. */
async function setOut(t: TestContext): Promise<{ prize: Prize; noticed: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "prize-"));
  writeFileSync(join(folder, "secret"), "treasure");
  writeFileSync(join(folder, "removable"), "");
  writeFileSync(join(folder, "program"), "#!/bin/sh\necho ran\n", { mode: 0o755 });
  const noticed: string[] = [];
  const tcp = createServer((socket) => {
    noticed.push("tcp");
    socket.destroy();
  }).listen(0, "127.0.0.1");
  const named = createServer((socket) => {
    noticed.push("socket");
    socket.destroy();
  }).listen(join(folder, "socket"));
  const udp = createSocket("udp4", () => noticed.push("udp")).bind(0, "127.0.0.1");
  const onSignal = (): void => void noticed.push("signal");
  process.on("SIGWINCH", onSignal);
  await Promise.all([tcp, named, udp].map((socket) => once(socket, "listening")));
  t.after(() => {
    process.off("SIGWINCH", onSignal);
    for (const socket of [tcp, named, udp]) socket.close();
    rmSync(folder, { recursive: true });
  });
  const prize: Prize = {
    folder,
    front: process.pid,
    tcpPort: (tcp.address() as AddressInfo).port,
    udpPort: udp.address().port,
    socket: join(folder, "socket"),
  };
  return { prize, noticed };
}

async function attack(pool: Pool, prize: Prize, attacks: readonly Attack[] = ALL) {
  const outcomes = new Map<Attack, Outcome>();
  for (const attack of attacks) {
    const order: Order = { attack, prize };
    const { result } = await pool.run(order, []);
    outcomes.set(attack, result as Outcome); // By the fixture's type.
  }
  return outcomes;
}

const isWon = (outcome: Outcome | undefined): boolean => outcome !== undefined && "won" in outcome;

const coresIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith("core"));

const TEXT =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="120" height="40" fill="white"/>' +
  '<text x="4" y="30" font-size="28" font-family="sans-serif" fill="black">Tintype</text></svg>';

const order = (source: RenderJob["source"], url: string): RenderJob => ({
  source,
  options: optionsOf(url),
  accepted: [],
  enforced: [],
  watermark: undefined,
});

const onLinux = process.platform === "linux" ? false : "sandboxes need Linux";
after(() => rmSync("/tmp/tintype-intruder", { force: true }));

describe("a renderer that nothing confines", { skip: onLinux }, () => {
  it("wins all that an intruder could want, which is what sandboxes are for", async (t) => {
    const { prize, noticed } = await setOut(t);
    const pool = poolFor(t, { entry: fixture("intruder.ts") });
    const outcomes = await attack(pool, prize);
    const lost = ALL.filter((name) => !isWon(outcomes.get(name)) && !UNSURE.has(name));
    assert.deepEqual(lost, []);
    await eventually("everyone to notice", () => new Set(noticed).size === 4);
  });
});

for (const launcher of LAUNCHERS) {
  const name = `L${launcher.level} ${launcher.name}`;

  describe(name, { skip: onLinux }, async () => {
    const tools = toolsOf(launcher);
    const { wrap, confine, report } = await sandboxFor(tools);

    if (report.name !== name) {
      it("is not granted by this machine, which says why and falls back", (t) => {
        const [reason = ""] = report.notHigher.filter((line) => line.startsWith(`${name}: `));
        assert.match(reason, /: ./);
        assert.ok(report.level <= launcher.level, report.name);
        t.diagnostic(`fell back to ${report.name}; ${reason}`);
      });
      return;
    }

    it("keeps an intruder from what its level promises, and from what it says", async (t) => {
      const { prize, noticed } = await setOut(t);
      const pool = poolFor(t, { entry: fixture("intruder.ts"), wrap: confine });
      const outcomes = await attack(pool, prize);
      for (const [attack, act] of Object.entries(ATTACKS) as [Attack, Act | undefined][]) {
        const isPromised = act !== undefined && PROMISES[act].from <= launcher.level;
        const isTold = act !== undefined && report.refuses.includes(act);
        assert.ok(!isPromised || isTold, `${attack} is promised`);
        // What a network of its own carries reaches nobody.
        if (isTold ? attack === "sendUdp" : UNSURE.has(attack)) continue;
        assert.equal(
          isWon(outcomes.get(attack)),
          !isTold,
          `${attack}: ${JSON.stringify(outcomes.get(attack))}`,
        );
      }
      const { folder } = prize;
      assert.equal(readFileSync(join(folder, "secret"), "utf8"), "treasure");
      assert.equal(existsSync(join(folder, "new")) ? readFileSync(join(folder, "new"), "utf8") : "", "");
      if (report.refuses.includes("read"))
        assert.deepEqual(readdirSync(folder).sort(), ["program", "removable", "secret", "socket"]);
      assert.deepEqual(
        noticed.filter((who) => report.refuses.includes(who === "signal" ? "signal" : "connect")),
        [],
      );
    });

    it("dumps no core", async (t) => {
      const pool = poolFor(t, { entry: fixture("intruder.ts"), wrap: confine });
      const before = coresIn("/");
      const abort: Order = { act: "abort" };
      await assert.rejects(pool.run(abort, []), { code: "renderer_lost" });
      assert.deepEqual(coresIn("/"), before);
    });

    it("holds scripts back by Node's permissions as well, and gives them the empty environment", async (t) => {
      const { prize } = await setOut(t);
      const pool = poolFor(t, { entry: fixture("intruder.ts"), wrap });
      const scripted = ["readSecret", "writeNew", "remove", "runShell", "runOwn", "startThread"] as const;
      for (const [name, outcome] of await attack(pool, prize, scripted))
        assert.deepEqual(outcome, { failed: "ERR_ACCESS_DENIED" }, name);
      const environment: Order = { act: "environment" };
      const { PWD = "/", ...variables } = (await pool.run(environment, [])).result as NodeJS.ProcessEnv;
      assert.equal(PWD, "/");
      assert.deepEqual(Object.keys(variables).sort(), [
        "MALLOC_ARENA_MAX",
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TRIM_THRESHOLD_",
        "UV_THREADPOOL_SIZE",
        "VIPS_DISC_THRESHOLD",
      ]);
    });

    it("refuses memory beyond the limit", async (t) => {
      const pool = poolFor(t, { entry: fixture("child.ts"), wrap });
      const bytes = report.dataBytes;
      await assert.rejects(pool.run({ act: "keep", bytes }, []), /allocat/);
      await pool.run({ act: "keep", bytes: 2 ** 20 }, []);
    });

    it("lets every format be read and written", async (t) => {
      const pool = poolFor(t, { entry: RENDERER, setup: settingsOf(), wrap });
      const cases = [
        ["png", "jpeg"],
        ["jpeg", "png"],
        ["webp", "gif"],
        ["gif", "webp"],
        ["avif", "tiff"],
        ["tiff", "avif"],
        ["bmp", "ico"],
        ["ico", "bmp"],
        ["svg", "png"],
      ] as const;
      for (const [from, to] of cases) {
        const made = await pool.run(order(from, `rs:fit:16:16/el:1/f:${to}`), [await picture(from)]);
        assert.equal(doubtOf(made), undefined);
        const { width, height } = made.result as { width: number; height: number };
        assert.equal(Math.max(width, height), 16, `${from} to ${to}`);
      }
    });

    it("lets text be drawn", { skip: unless("fonts") }, async (t) => {
      const pool = poolFor(t, { entry: RENDERER, setup: settingsOf(), wrap });
      const blank = Buffer.from(TEXT.replace("Tintype", ""));
      const [drawn, empty] = await Promise.all(
        [Buffer.from(TEXT), blank].map((svg) => pool.run(order("svg", "f:png"), [svg])),
      );
      const [bytes = Buffer.alloc(0)] = drawn?.blobs ?? [];
      assert.deepEqual(await look(bytes), { format: "png", width: 120, height: 40, pages: 1 });
      assert.ok(bytes.length > 2 * (empty?.blobs[0]?.length ?? Infinity), `${bytes.length} bytes`);
    });

    it("dies with its front within a second, whatever it is busy with", async (t) => {
      const front = spawn(
        process.execPath,
        [...importFlags(), fileURLToPath(fixture("front.ts")), launcher.tools.join(",")],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      t.after(() => front.kill("SIGKILL"));
      const [printed] = (await once(front.stdout, "data")) as [Buffer];
      const pids = JSON.parse(printed.toString()) as number[];
      const all = descendantsOf(front.pid ?? 0);
      assert.ok(pids.length >= 3 && pids.every((pid) => all.includes(pid)));
      front.kill("SIGKILL");
      await eventually("no renderer", () => !all.some(isRunning), 1000);
    });
  });
}

describe("the server", { skip: onLinux }, () => {
  it("says when it starts how renderers are confined", async () => {
    const [{ report }, { lines }] = await Promise.all([sandboxFor(findTools()), startServer()]);
    const listening = lines.find(({ msg }) => msg === "listening");
    assert.equal(listening?.sandbox, report.name);
    const warnings = lines.filter(({ msg }) => msg.startsWith("renderers are not confined"));
    assert.equal(warnings.length, report.level === 0 ? 1 : 0);
  });

  it("warns where they are not", async () => {
    const { lines } = await startServer({ TINTYPE_RENDER_SANDBOX: "0" });
    assert.deepEqual(
      lines.flatMap(({ msg, sandbox }) => (/confined|listening/.test(msg) ? [[msg, sandbox]] : [])),
      [
        [
          "renderers are not confined beyond being processes: switched off by TINTYPE_RENDER_SANDBOX",
          undefined,
        ],
        ["listening", "L0 none"],
      ],
    );
  });
});
