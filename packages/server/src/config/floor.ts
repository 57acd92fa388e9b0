import { readFileSync } from "node:fs";

/** Files and connections that the server cannot do without: renderers, sources and a handful of clients. */
const LEAST_FILES = 256;

/** What a machine grants too little of, and what comes of it. */
export interface Floor {
  /** Why the server cannot start, or undefined. */
  readonly refusal?: string;
  readonly warning?: string;
}

/** The limits of this process as Linux writes them; empty elsewhere. */
function ownLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}

/** Holds the limit on open files against what so many clients take. `limits` has the form of /proc/self/limits. */
export function findFloor(maxClients: number, limits: string = ownLimits()): Floor {
  const [, soft = ""] = /^Max open files +(\d+|unlimited)/m.exec(limits) ?? [];
  const files = /^\d+$/.test(soft) ? Number(soft) : Infinity;
  if (files < LEAST_FILES)
    return {
      refusal: `expected to be allowed ${LEAST_FILES} open files or more, got ${files}: raise the limit (ulimit -n)`,
    };
  const wanted = maxClients + LEAST_FILES;
  if (files >= wanted) return {};
  return {
    warning: `${files} open files are fewer than IMGPROXY_MAX_CLIENTS can take: allow ${wanted} (ulimit -n), or lower it to ${files - LEAST_FILES}`,
  };
}
