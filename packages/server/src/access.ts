import type { Wishes } from "@tintype/url";
import { takesCapabilities } from "./config/derive.ts";
import type { Config } from "./config/settings.ts";
import { HttpError } from "./errors.ts";
import { movedReply, type GrantSettings } from "./granting.ts";
import { createAllowlist, type Allowlist } from "./guard/allowlist.ts";
import { createCapabilityCheck, type Grant, type Moved } from "./guard/capability.ts";
import { openKeyring } from "./guard/keyring-file.ts";
import { createVerify } from "./guard/signature.ts";
import type { JobSettings } from "./job.ts";
import type { Headers, Reply } from "./message.ts";
import type { Log } from "./observe/log.ts";
import { createRead } from "./reading.ts";

/** Who may ask for what: every way in which a URL can be good. */
export interface Access {
  /** Throws HttpError. */
  readonly verify: (signature: string, path: string) => void;
  /** Undefined where there are no capabilities. Throws HttpError. */
  readonly check: ((rest: string) => Grant | Moved) | undefined;
  readonly grants: GrantSettings;
  /** Throws HttpError. */
  readonly read: (target: string, headers: Headers) => Wishes | Moved;
  readonly move: (moved: Moved) => Reply;
  /** Reads keys and revocations of capabilities again. */
  readonly reload: () => void;
  readonly close: () => void;
}

/** Nobody could tell good URLs from others: then only what is listed is served. */
const isOpen = (config: Config): boolean =>
  config.guard.keys.length > 0 || takesCapabilities(config.capability) || config.http.development;

/** A CDN that nobody tells of a revocation forgets it within a day. Seconds. */
const REVOCABLE = 24 * 3600;

/** Throws a sentence where keys or revocations cannot be read. */
export function openAccess(config: Config, job: JobSettings, log: Log): Access {
  const { guard, capability, http } = config;
  const { pathPrefix } = http;
  const onlyCapabilities =
    takesCapabilities(capability) && guard.allowedSources.length === 0 && !http.development;
  const verify = createVerify({ ...guard, unsigned: onlyCapabilities ? "refused" : "allowed" });
  const keyring = openKeyring({
    path: capability.file,
    keys: capability.keys,
    onFailure: (sentence) => log.error("capabilities could not be read again", { error: sentence }),
    onReload: ({ keys, revoked }) =>
      log.info("capabilities were read again", { keys: keys.size, revoked: revoked.size }),
  });
  const { audience, allowEndless } = capability;
  const check = takesCapabilities(capability)
    ? createCapabilityCheck({ keyring: keyring.current, audience, allowEndless })
    : undefined;
  const grants = { grammar: job.grammar, maxAge: capability.file === "" ? Infinity : REVOCABLE };
  return {
    verify,
    check,
    grants,
    read: createRead({ pathPrefix, verify, job, check, grants }),
    move: (moved) => movedReply(moved, pathPrefix),
    reload: keyring.reload,
    close: keyring.close,
  };
}

/** Without a key and without a list, only `local://` is served: an open proxy would be abused. */
export function allowlistOf(config: Config): Allowlist {
  const { allowedSources } = config.guard;
  const open = isOpen(config);
  const list = createAllowlist(allowedSources, { unlisted: open ? "allowed" : "refused" });
  if (open || allowedSources.length > 0) return list;
  return { ...list, allows: (source) => /^local:\/\//i.test(source) };
}

/** Throws HttpError. */
export function admit(source: string, { allows }: Allowlist): void {
  if (allows(source)) return;
  throw new HttpError(
    "source_not_allowed",
    `expected a source on the allow-list, got ${source}: set IMGPROXY_ALLOWED_SOURCES to allow it, or IMGPROXY_KEY and IMGPROXY_SALT to sign URLs`,
  );
}
