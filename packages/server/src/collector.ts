import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Has V8 mark its heap when a fifth of the room up to its limit is left. Left to itself it starts when the rest is smaller
 * than the young generation, which it always is in a heap as small as the front's: every dozen originals, at a third of
 * the front's CPU time (seen with `--trace-incremental-marking`). The limit itself stays as it is.
 */
export const markLate = (): void => setFlagsFromString("--incremental-marking-soft-trigger=20");

type Collect = (options: { readonly type: "major"; readonly execution: "async" }) => Promise<void>;

/** So many bytes of originals may lie about that nobody needs any more. */
const LITTER_BYTES = 32 * 1024 ** 2;

/**
 * Makes a function that is told how many bytes of originals are done with, and has them collected before they are many. V8
 * sees the small objects of its own heap and not the megabytes that they stand for: with the pictures of the soak it let 90 MB lie.
 */
export function createCollector(): (bytes: number) => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect;
  let litter = 0;
  let isCollecting = false;
  return (bytes) => {
    litter += bytes;
    if (litter < LITTER_BYTES || isCollecting) return;
    litter = 0;
    isCollecting = true;
    void collect({ type: "major", execution: "async" }).finally(() => (isCollecting = false));
  };
}
