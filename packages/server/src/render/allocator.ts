import { existsSync } from "node:fs";

/** Where Debian, Alpine and our own image keep jemalloc. */
const PLACES = [
  "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
  "/usr/lib/aarch64-linux-gnu/libjemalloc.so.2",
  "/usr/lib/libjemalloc.so.2",
];

/** The allocator to preload into renderers, where this machine has it: glibc's own keeps what codecs have let go of. */
export const findAllocator = (): string | undefined => PLACES.find((place) => existsSync(place));
