/**
 * The process that a sandbox is tried out with before renderers are trusted to it: it tries what should be refused, and
 * loads what renderers load. Its arguments are the front's process id and network, and the URL of that module.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import type { Act, Findings } from "./sandbox.ts";

const [front = "", network = "", module = ""] = process.argv.slice(2);

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

/** No port answers there, but only a process that may not even ask is told so with these codes. */
const mayConnect = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: 1 });
    socket.on("connect", () => socket.destroy());
    socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "EACCES" && code !== "EPERM"));
    socket.on("close", () => resolve(true));
  });

const isOwnNetwork = readlinkSync("/proc/self/ns/net") !== network;

const isRefused: Readonly<Record<Act, boolean>> = {
  gain: /^NoNewPrivs:\s*1$/m.test(status) && /^CapEff:\s*0+$/m.test(status),
  dump: limitOf("core file size") <= 1,
  write: limitOf("file size") === 0,
  read: !["/etc/passwd", "/etc/hostname", `/proc/${front}/cmdline`].some(opens),
  execute: spawnSync("/bin/sh", ["-c", ":"]).error !== undefined,
  trace: !opens(`/proc/${front}/mem`),
  connect: isOwnNetwork || !(await mayConnect()),
  signal: fails(() => process.kill(Number(front), 0)),
};

await import(module);
const findings: Findings = {
  refused: (Object.keys(isRefused) as Act[]).filter((act) => isRefused[act]),
  dataBytes: 1024 * Number(/^VmData:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]),
};
process.stdout.write(JSON.stringify(findings));
