/** A limit on the memory of the server and all that it starts, by the kernel where it lets us. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MOUNT = "/sys/fs/cgroup";

/** A process of the group becomes what stands behind the folder; `$0` is the folder. */
const JOIN = 'echo $$ > "$0/cgroup.procs" && exec "$@"';

/**
 * A cgroup of version 2 with `bytes` and no swap, made where this process is or at the root, as rights allow. Answers the
 * command to start the group by; undefined where there is none to be had.
 */
export function createGroup(bytes, { mount = MOUNT, own = ownGroup() } = {}) {
  for (const parent of new Set([join(mount, own), mount])) {
    const folder = join(parent, `tintype-soak-${process.pid}`);
    if (!sharesMemory(parent) || !isMade(folder, bytes)) continue;
    return {
      through: ["/bin/sh", "-c", JOIN, folder],
      /** How often the kernel has ended a process of the group for want of memory. */
      kills: () =>
        Number(/^oom_kill (\d+)/m.exec(readFileSync(join(folder, "memory.events"), "utf8"))?.[1] ?? 0),
      close: () => rmdirSync(folder),
    };
  }
  return undefined;
}

/** From cgroup_namespaces(7): version 2 has number 0 and no name. */
const ownGroup = () => /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";

function sharesMemory(parent) {
  try {
    return readFileSync(join(parent, "cgroup.subtree_control"), "utf8").split(/\s+/).includes("memory");
  } catch {
    return false;
  }
}

function isMade(folder, bytes) {
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, "memory.max"), String(bytes));
    writeFileSync(join(folder, "memory.swap.max"), "0");
    return true;
  } catch {
    return false;
  }
}
