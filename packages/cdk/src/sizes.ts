/** Memory that Fargate sells with so many CPU units (1024 are one vCPU), in MiB: the least, the most and the step. */
const SIZES: Readonly<Record<number, { readonly from: number; readonly to: number; readonly step: number }>> =
  {
    512: { from: 1024, to: 4096, step: 1024 },
    1024: { from: 2048, to: 8192, step: 1024 },
    2048: { from: 4096, to: 16_384, step: 1024 },
    4096: { from: 8192, to: 30_720, step: 1024 },
    8192: { from: 16_384, to: 61_440, step: 4096 },
    16_384: { from: 32_768, to: 122_880, step: 8192 },
  };

/** What is wrong with a pair of CPU units and MiB, as a sentence, or undefined. A quarter of a vCPU is too little to encode with. */
export function sizeProblem(cpu: number, memory: number): string | undefined {
  const size = SIZES[cpu];
  if (!size) return `cpu: expected one of ${Object.keys(SIZES).join(", ")} CPU units, got ${cpu}`;
  const { from, to, step } = size;
  if (memory >= from && memory <= to && (memory - from) % step === 0) return undefined;
  return `memory: expected ${from} to ${to} MiB in steps of ${step} with ${cpu} CPU units, which is what Fargate sells, got ${memory}`;
}
