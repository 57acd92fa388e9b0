import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filterFor } from "./seccomp.ts";

const ALLOW = 0x7fff0000;
const EACCES = 0x0005000d;
const X64 = 0xc000003e;
const ARM64 = 0xc00000b7;
const I386 = 0x40000003;

/** What the kernel makes of a program: the machine of linux/bpf_common.h, as far as the filter uses it. */
function run(program: Buffer, architecture: number, number: number): number {
  let loaded = 0;
  for (let at = 0; at < program.length; at += 8) {
    const [code, then, otherwise, value] = [
      program.readUInt16LE(at),
      program.readUInt8(at + 2),
      program.readUInt8(at + 3),
      program.readUInt32LE(at + 4),
    ];
    if (code === 0x06) return value;
    if (code === 0x20) loaded = value === 0 ? number : architecture;
    else if (code === 0x15) at += 8 * (loaded === value ? then : otherwise);
    else if (code === 0x35) at += 8 * (loaded >= value ? then : otherwise);
    else assert.fail(`expected a known instruction, got ${code}`);
  }
  return assert.fail("expected the program to return");
}

describe("seccomp filter", () => {
  const cases = [
    // socket, ptrace, process_vm_readv, unshare, setns, mount, bpf, io_uring_setup, open_by_handle_at, pidfd_getfd
    ["x64", X64, [41, 101, 310, 272, 308, 165, 321, 425, 304, 438]],
    ["arm64", ARM64, [198, 117, 270, 97, 268, 40, 280, 425, 265, 438]],
  ] as const;

  for (const [arch, audit, refused] of cases) {
    const { program } = filterFor(arch) ?? assert.fail("expected a filter");

    it(`of ${arch} refuses calls that lead out`, () => {
      for (const number of refused) assert.equal(run(program, audit, number), EACCES, String(number));
    });

    it(`of ${arch} lets everything else pass`, () => {
      const passed = Array.from({ length: 470 }, (_, number) => number).filter(
        (number) => run(program, audit, number) === ALLOW,
      );
      assert.equal(passed.length, 470 - 16);
      // read, write, mmap, futex, execve, socketpair: what a renderer lives on.
      const needed = arch === "x64" ? [0, 1, 9, 202, 59, 53] : [63, 64, 222, 98, 221, 199];
      for (const number of needed) assert.equal(run(program, audit, number), ALLOW, String(number));
    });

    it(`of ${arch} refuses every call of another architecture or of the x32 ABI`, () => {
      for (const other of [I386, arch === "x64" ? ARM64 : X64])
        for (const number of [0, 1, 41, 59]) assert.equal(run(program, other, number), EACCES);
      for (const number of [0x40000000, 0x40000029, 0xffffffff])
        assert.equal(run(program, audit, number), EACCES);
    });
  }

  it("is left out where the numbers of calls are not known", () =>
    assert.equal(filterFor("s390x"), undefined));
});
