import { execFile } from "node:child_process";
import { readlinkSync } from "node:fs";
import { childCommand, childEnvironment, importFlags, withFlags } from "./command.ts";
import type { Command, EnvironmentOptions } from "./command.ts";
import { findTools, LAUNCHERS, TOOLS } from "./launchers.ts";
import type { Kit, Launcher, Level, Tools } from "./launchers.ts";
import { NODE_FLAGS, permissionFlags } from "./permission.ts";
import { placesOf } from "./places.ts";

/** What native code in a renderer may be kept from. */
export type Act = "gain" | "dump" | "write" | "read" | "execute" | "trace" | "connect" | "signal";

/** THE TABLE of promises: what each level refuses at least, by the words in which it is told. */
export const PROMISES: Readonly<Record<Act, { readonly from: Level; readonly means: string }>> = {
  gain: { from: 1, means: "gaining privileges" },
  dump: { from: 1, means: "dumping core" },
  write: { from: 1, means: "writing files" },
  read: { from: 2, means: "reading files but its own" },
  execute: { from: 2, means: "running programs" },
  trace: { from: 2, means: "looking into the server" },
  connect: { from: 2, means: "connecting" },
  signal: { from: 3, means: "signalling the server" },
};

const ACTS = Object.keys(PROMISES) as Act[];

/** What a probe found out inside. */
export interface Findings {
  readonly refused: readonly Act[];
  /** What an idle renderer has: mostly space that is reserved for code. */
  readonly dataBytes: number;
}

export interface SandboxReport {
  readonly level: Level;
  /** Level and launcher, as "L1 limits". */
  readonly name: string;
  readonly refuses: readonly Act[];
  /** Most bytes of data that a renderer may hold; 0 for no limit. */
  readonly dataBytes: number;
  /** Each launcher that would have been taken before this one, and why it was not. */
  readonly notHigher: readonly string[];
}

/** How renderers are confined on this machine. */
export interface Sandbox {
  /** The command of a renderer, confined. */
  readonly wrap: (command: Command) => Command;
  /** The same without Node's own permissions, which would hide what the system refuses. */
  readonly confine: (command: Command) => Command;
  readonly report: SandboxReport;
}

/** The highest level that works, or at least a level. 0 asks for none. */
export type SandboxWish = "auto" | `${Level}`;

export interface SandboxOptions extends EnvironmentOptions {
  readonly wish: SandboxWish;
  /** The main of a renderer process. */
  readonly entry: URL;
  /** URL of what renderers load; a sandbox that it cannot be loaded in is of no use. */
  readonly module: string;
  /** Most bytes of data that a renderer may hold beyond those of an idle one. */
  readonly dataBytes: number;
  /** By default what this machine has. */
  readonly tools?: Tools;
}

const PROBE_MS = 10_000;

/**
 * Tries the launchers of this machine, those that confine most first, and takes the first that keeps its level's promises.
 * Rejects with a sentence where the wish is a level that none grants.
 */
export async function findSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { wish } = options;
  if (wish === "0") return unconfined(["switched off by TINTYPE_RENDER_SANDBOX"]);
  if (process.platform !== "linux") return orNone(wish, ["sandboxes need Linux"]);
  const notHigher: string[] = [];
  const least = wish === "auto" ? 1 : Number(wish);
  for (const launcher of LAUNCHERS.filter(({ level }) => level >= least)) {
    const found = await tryOut(launcher, options);
    if (typeof found !== "string") return { ...found, report: { ...found.report, notHigher } };
    notHigher.push(`${nameOf(launcher)}: ${found}`);
  }
  return orNone(wish, notHigher);
}

function orNone(wish: SandboxWish, notHigher: readonly string[]): Sandbox {
  if (wish === "auto") return unconfined(notHigher);
  throw new Error(
    `TINTYPE_RENDER_SANDBOX: expected a machine that grants renderers a sandbox of level ${wish}, got ${notHigher.join("; ")}`,
  );
}

function unconfined(notHigher: readonly string[]): Sandbox {
  const same = (command: Command): Command => command;
  const report = { level: 0, name: "L0 none", refuses: [], dataBytes: 0, notHigher } as const;
  return { wrap: same, confine: same, report };
}

const nameOf = ({ level, name }: Launcher): string => `L${level} ${name}`;

/** The sandbox that a launcher makes, or why it makes none. */
async function tryOut(launcher: Launcher, options: SandboxOptions): Promise<Sandbox | string> {
  const tools = toolsFor(launcher, options.tools ?? findTools());
  if (typeof tools === "string") return tools;
  const kit: Kit = { tools, places: placesOf(options), dataBytes: undefined };
  const found = await probe(launcher.launch(kit, withFlags(probeCommand(options), NODE_FLAGS)));
  if (typeof found === "string") return found;
  const broken = ACTS.filter((act) => PROMISES[act].from <= launcher.level && !found.refused.includes(act));
  if (broken.length > 0) return `does not refuse ${broken.map((act) => PROMISES[act].means).join(", ")}`;
  return sandboxOf(launcher, { ...kit, dataBytes: found.dataBytes + options.dataBytes }, found);
}

function sandboxOf(launcher: Launcher, kit: Kit, { refused }: Findings): Sandbox {
  const { level } = launcher;
  const confine = (command: Command): Command => launcher.launch(kit, withFlags(command, NODE_FLAGS));
  return {
    confine,
    wrap: (command) => confine(withFlags(command, permissionFlags(kit.places))),
    report: {
      level,
      name: nameOf(launcher),
      refuses: refused,
      dataBytes: kit.dataBytes ?? 0,
      notHigher: [],
    },
  };
}

/** The tools, or which are missing. Those that the launcher does not use may be missing. */
function toolsFor({ tools: needed }: Launcher, found: Tools): Kit["tools"] | string {
  const missing = needed.filter((tool) => found[tool] === undefined);
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  return Object.fromEntries(TOOLS.map((tool) => [tool, found[tool] ?? ""])) as Kit["tools"]; // All of TOOLS.
}

function probeCommand(options: SandboxOptions): Command {
  const entry = new URL(import.meta.url.endsWith(".ts") ? "./probe.ts" : "./probe.js", import.meta.url);
  const command = childCommand(entry, importFlags(), childEnvironment(options));
  const spaces = ["/proc/self/ns/pid", "/proc/self/ns/net"].map((link) => readlinkSync(link));
  const args = [String(process.pid), ...spaces, options.module];
  return { ...command, args: [...command.args, ...args] };
}

/** What a probe tells, or why it tells nothing. */
const probe = ({ file, args, env }: Command): Promise<Findings | string> =>
  new Promise((resolve) => {
    const limits = { env, cwd: "/", timeout: PROBE_MS, killSignal: "SIGKILL" } as const;
    execFile(file, args, limits, (error, stdout, stderr) => {
      if (error === null)
        resolve(JSON.parse(stdout) as Findings); // Our own probe wrote it.
      else resolve(error.killed ? `no answer within ${PROBE_MS} ms` : reasonOf(stderr, error));
    });
  });

const MAX_REASON = 200;

/** The launcher's own words, where it has said any, or Node's. */
function reasonOf(stderr: string, error: Error): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const told = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find(Boolean) ?? error.message;
  return told.slice(0, MAX_REASON);
}
