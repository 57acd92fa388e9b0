import { setFlagsFromString } from "node:v8";

/**
 * Has V8 mark its heap when a fifth of the room up to its limit is left. Left to itself it starts when the rest is smaller
 * than the young generation, which it always is in a heap as small as the front's: every dozen originals, at a third of
 * the front's CPU time (seen with `--trace-incremental-marking`). The limit itself stays as it is.
 */
export const markLate = (): void => setFlagsFromString("--incremental-marking-soft-trigger=20");
