import type { Wishes } from "@tintype/url";
import { capabilityIn, wishesOf, type GrantSettings } from "./granting.ts";
import type { Grant, Moved } from "./guard/capability.ts";
import { readTarget, readWishes, type JobSettings } from "./job.ts";
import type { Headers } from "./message.ts";

/** Who is asked whether a URL may be served. */
export interface ReadParts {
  readonly pathPrefix: string;
  /** Throws HttpError. */
  readonly verify: (signature: string, path: string) => void;
  readonly job: JobSettings;
  /** Checks a capability; throws HttpError. Left out where there are none, and their paths mean nothing. */
  readonly check?: ((rest: string) => Grant | Moved) | undefined;
  readonly grants: GrantSettings;
}

/** Makes the way from a target to what is wished for: by a signature over the path, or by a capability. */
export const createRead =
  ({ pathPrefix, verify, job, check, grants }: ReadParts) =>
  (target: string, headers: Headers): Wishes | Moved => {
    const rest = check && capabilityIn(target, pathPrefix);
    if (check && rest !== undefined) {
      const grant = check(rest);
      return "path" in grant ? grant : wishesOf(grant, grants);
    }
    const { signature, path } = readTarget(target, pathPrefix);
    verify(signature, path);
    return readWishes(path, headers, job);
  };
