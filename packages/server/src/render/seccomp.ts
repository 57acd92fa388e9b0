/** A filter for system calls, as seccomp(2) takes it: those that lead out of a process are refused. */

/** What stays closed: sockets, other processes' memory, namespaces, keys, and interfaces with a history of holes. */
const REFUSED_CALLS: readonly Readonly<Record<"x64" | "arm64", number>>[] = [
  { x64: 41, arm64: 198 }, // socket
  { x64: 101, arm64: 117 }, // ptrace
  { x64: 310, arm64: 270 }, // process_vm_readv
  { x64: 311, arm64: 271 }, // process_vm_writev
  { x64: 438, arm64: 438 }, // pidfd_getfd
  { x64: 272, arm64: 97 }, // unshare
  { x64: 308, arm64: 268 }, // setns
  { x64: 165, arm64: 40 }, // mount
  { x64: 248, arm64: 217 }, // add_key
  { x64: 249, arm64: 218 }, // request_key
  { x64: 250, arm64: 219 }, // keyctl
  { x64: 321, arm64: 280 }, // bpf
  { x64: 298, arm64: 241 }, // perf_event_open
  { x64: 323, arm64: 282 }, // userfaultfd
  { x64: 425, arm64: 425 }, // io_uring_setup, which could open sockets by itself
  { x64: 304, arm64: 265 }, // open_by_handle_at
];

/** How the kernel names the architecture of a call (linux/audit.h), and the number of the call that sets the filter. */
const ARCHITECTURES = {
  x64: { audit: 0xc000003e, seccomp: 317 },
  arm64: { audit: 0xc00000b7, seccomp: 277 },
} as const;

/** Calls of the x32 ABI carry this bit and would slip past numbers without it. */
const X32_BIT = 0x40000000;

/** Instructions of the filter machine (linux/bpf_common.h): load a word, compare and jump, return. */
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;

/** Where a call's number and its architecture stand in what the filter sees. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;

const ALLOW = 0x7fff0000;
/** Fails the call with EACCES. */
const REFUSE = 0x00050000 + 13;

export interface Filter {
  /** Number of the system call that sets it. */
  readonly call: number;
  /** Instructions of eight bytes each, little-endian. */
  readonly program: Buffer;
}

/** The filter for an architecture by Node's name, or undefined where its calls have other numbers. */
export function filterFor(arch: string): Filter | undefined {
  if (arch !== "x64" && arch !== "arm64") return undefined;
  const { audit, seccomp } = ARCHITECTURES[arch];
  const numbers = REFUSED_CALLS.map((call) => call[arch]);
  const tests: [code: number, value: number][] = [
    [JUMP_IF_AT_LEAST, X32_BIT],
    ...numbers.map((number): [number, number] => [JUMP_IF_EQUAL, number]),
  ];
  const program = Buffer.concat([
    instruction(LOAD, ARCHITECTURE_AT),
    instruction(JUMP_IF_EQUAL, audit, { otherwise: tests.length + 2 }),
    instruction(LOAD, NUMBER_AT),
    // From each the way to REFUSE is over the tests behind it and over ALLOW.
    ...tests.map(([code, value], index) => instruction(code, value, { then: tests.length - index })),
    instruction(RETURN, ALLOW),
    instruction(RETURN, REFUSE),
  ]);
  return { call: seccomp, program };
}

/** One instruction; `then` and `otherwise` count the instructions that are skipped. */
function instruction(code: number, value: number, { then = 0, otherwise = 0 } = {}): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(then, 2);
  bytes.writeUInt8(otherwise, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
