import { hourToTime } from "../capability/mint.ts";
import { parsePolicy } from "../capability/policy.ts";
import { CodecError } from "../codec.ts";
import { createCapabilities, type CapabilitySettings, type Policy } from "../sign/index.ts";

/** A policy, or what makes one each time that it is signed: an end that is a date cannot move by itself. */
export type PolicySetting = Policy | (() => Policy);

/** Policies by their names, and the key to sign them with. */
export interface Mint {
  readonly has: (policy: string) => boolean;
  /** Throws CodecError, which names the policy, where it or the source cannot be signed. */
  readonly sign: (source: string, policy: string) => string;
}

/** Throws CodecError where the settings or one of the policies cannot be signed with: at the start, not at the first request. */
export function createMint(
  settings: CapabilitySettings,
  policies: Readonly<Record<string, PolicySetting>>,
): Mint {
  const capabilities = createCapabilities(settings);
  const byName = new Map(Object.entries(policies));
  // What is wrong with the key or the endpoint is no policy's fault.
  capabilities.sign("a", { widths: [16, 64] });
  const sign = (source: string, name: string): string => {
    const setting = byName.get(name);
    if (setting === undefined)
      throw new CodecError(`expected one of the policies ${[...byName.keys()].join(", ")}, got ${name}`);
    try {
      const capability = capabilities.sign(source, typeof setting === "function" ? setting() : setting);
      checkEnd(capability);
      return capability;
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw new CodecError(`policies.${name}: ${error.message}`, { cause: error });
    }
  };
  if (byName.size === 0) throw new CodecError("policies: expected at least one, got none");
  for (const name of byName.keys()) sign("a", name);
  return { has: (name) => byName.has(name), sign };
}

/** Until when a capability is taken, in milliseconds since 1970; Infinity for one without an end. */
export function endOf(capability: string): number {
  const { expires } = parsePolicy(capability.split("/").at(-2) ?? "");
  return expires === 0 ? Infinity : hourToTime(expires);
}

function checkEnd(capability: string): void {
  const end = endOf(capability);
  if (end > Date.now()) return;
  throw new CodecError(
    `expires: expected a time to come, got ${new Date(end).toISOString()}; give a function that makes the policy where its end has to move`,
  );
}
