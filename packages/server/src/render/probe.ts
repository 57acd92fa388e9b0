/**
 * The process that a sandbox is tried out with before renderers are trusted to it: it tries what should be refused, and
 * loads what renderers load. Its arguments are the front's process id, its namespaces of processes and networks, and the
 * URL of that module.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import type { Act, Findings } from "./sandbox.ts";

const [front = "", processes = "", network = "", module = ""] = process.argv.slice(2);

const status = readFileSync("/proc/self/status", "utf8");
const limits = readFileSync("/proc/self/limits", "utf8");

const fails = (act: () => unknown): boolean => {
  try {
    act();
    return false;
  } catch {
    return true;
  }
};

const opens = (path: string): boolean => !fails(() => closeSync(openSync(path, "r")));

/** The hard limit; a process that may not gain privileges cannot lift it. */
const limitOf = (name: string): number =>
  Number(new RegExp(`^Max ${name} +\\S+ +(\\d+)`, "m").exec(limits)?.[1] ?? Infinity);

/** CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_SYS_RESOURCE (capabilities(7)): any of them undoes what is refused below. */
const POWERS = (1n << 19n) | (1n << 21n) | (1n << 24n);

const powers = BigInt(`0x${/^CapEff:\s*([\da-f]+)$/m.exec(status)?.[1] ?? "ffffffff"}`) & POWERS;

/** No port answers there, but only a process that may not even ask is told so with these codes. */
const mayConnect = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: 1 });
    socket.on("connect", () => socket.destroy());
    socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "EACCES" && code !== "EPERM"));
    socket.on("close", () => resolve(true));
  });

const isOwnNetwork = readlinkSync("/proc/self/ns/net") !== network;
/** Then the front's number is that of somebody in here, or of nobody. */
const isFrontHidden = readlinkSync("/proc/self/ns/pid") !== processes;

const isRefused: Readonly<Record<Act, boolean>> = {
  gain: powers === 0n && /^NoNewPrivs:\s*1$/m.test(status),
  dump: limitOf("core file size") <= 1,
  write: limitOf("file size") === 0,
  read: !["/etc/passwd", "/etc/hostname"].some(opens) && (isFrontHidden || !opens(`/proc/${front}/cmdline`)),
  execute: spawnSync("/bin/sh", ["-c", ":"]).error !== undefined,
  trace: isFrontHidden || !opens(`/proc/${front}/mem`),
  connect: isOwnNetwork || !(await mayConnect()),
  signal: isFrontHidden || fails(() => process.kill(Number(front), 0)),
};

await import(module);
const findings: Findings = {
  refused: (Object.keys(isRefused) as Act[]).filter((act) => isRefused[act]),
  dataBytes: 1024 * Number(/^VmData:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]),
};
process.stdout.write(JSON.stringify(findings));
