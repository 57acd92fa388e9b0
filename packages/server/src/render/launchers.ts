import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { behind } from "./command.ts";
import type { Command } from "./command.ts";
import { behindLandlock } from "./landlock.ts";
import type { Places } from "./places.ts";

/** How far a renderer is confined; each level refuses what the one below it does, and more. */
export type Level = 0 | 1 | 2 | 3;

/** Programs that confine others, by the names under which systems have them. */
export const TOOLS = ["prlimit", "setpriv", "perl", "env", "unshare"] as const;
export type Tool = (typeof TOOLS)[number];

/** Where each was found; the environment's PATH has no say in what confines a process. */
export type Tools = Readonly<Partial<Record<Tool, string>>>;

const TOOL_FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

/** Looks for the tools of this machine. */
export const findTools = (): Tools =>
  Object.fromEntries(
    TOOLS.flatMap((tool) => {
      const path = TOOL_FOLDERS.map((folder) => join(folder, tool)).find(existsSync);
      return path === undefined ? [] : [[tool, path]];
    }),
  );

/** What all launchers are made from. */
export interface Kit {
  readonly tools: Readonly<Record<Tool, string>>;
  readonly places: Places;
  /** Most bytes of data that a process may hold, or undefined for no limit. */
  readonly dataBytes: number | undefined;
}

/** One way to confine a process. */
export interface Launcher {
  readonly level: Exclude<Level, 0>;
  readonly name: string;
  readonly tools: readonly Tool[];
  launch(kit: Kit, command: Command): Command;
}

/** Renderers have about 25 files open. */
const MAX_OPEN_FILES = 128;

/** One byte of core dump: none fits, and unlike no byte it keeps the kernel from feeding a program that collects dumps. */
function limited({ tools, dataBytes }: Kit, command: Command): Command {
  const limits = ["--core=1", "--fsize=0", `--nofile=${MAX_OPEN_FILES}`];
  const data = dataBytes === undefined ? [] : [`--data=${dataBytes}`];
  return behind(tools.prlimit, [...limits, ...data, "--"], command);
}

/** Gains no privileges, keeps none, and dies with the front. */
function unprivileged({ tools }: Kit, command: Command): Command {
  const drop = mayDropCapabilities() ? ["--bounding-set=-all", "--inh-caps=-all"] : [];
  return behind(tools.setpriv, ["--no-new-privs", "--pdeathsig", "KILL", ...drop, "--"], command);
}

/** CAP_SETPCAP (capabilities(7)): what gives capabilities up for good, which root's processes would get back. */
const CAP_SETPCAP = 8n;

function mayDropCapabilities(): boolean {
  const status = readFileSync("/proc/self/status", "utf8");
  const [, effective = "0"] = /^CapEff:\s*([\da-f]+)$/m.exec(status) ?? [];
  return ((BigInt(`0x${effective}`) >> CAP_SETPCAP) & 1n) === 1n;
}

/** The launcher begins with an empty environment, and only what it launches gets the command's. */
function withEnvironment({ tools }: Kit, command: Command): Command {
  const variables = Object.entries(command.env).map(([name, value]) => `${name}=${value}`);
  return { ...behind(tools.env, ["-i", ...variables], command), env: {} };
}

/**
 * THE TABLE of launchers, those that confine most first. Each ends up as one process that becomes the renderer. Programs
 * that fork, such as bubblewrap, are not among them: while one starts, a kill can leave its child waiting for ever.
 */
export const LAUNCHERS: readonly Launcher[] = [
  {
    level: 3,
    name: "namespaces, Landlock and seccomp",
    tools: ["prlimit", "unshare", "env", "setpriv", "perl"],
    launch: (kit, command) => {
      const locked = behindLandlock(kit.tools.perl, kit.places, command);
      // Set last before Landlock, because a change of user namespace forgets it; an allocator with threads of its own
      // would keep `unshare` from working.
      const inner = withEnvironment(kit, unprivileged(kit, locked));
      const spaces = ["--user", "--map-current-user", "--net", "--ipc", "--uts", "--"];
      return limited(kit, behind(kit.tools.unshare, spaces, inner));
    },
  },
  {
    level: 2,
    name: "Landlock and seccomp",
    tools: ["prlimit", "setpriv", "perl"],
    launch: (kit, command) =>
      limited(kit, unprivileged(kit, behindLandlock(kit.tools.perl, kit.places, command))),
  },
  {
    level: 1,
    name: "limits",
    tools: ["prlimit", "setpriv"],
    launch: (kit, command) => limited(kit, unprivileged(kit, command)),
  },
];
