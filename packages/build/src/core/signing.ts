import { createHash } from "node:crypto";
import { createCapabilities, type Policy } from "@tintype/url/sign";
import { endOfYear } from "./expiry.ts";
import { secretOf, type BuildPolicy, type BuildSettings } from "./settings.ts";

/** Signs sources under the policies of the settings. */
export interface Signing {
  /** Throws a sentence where there is no such policy. */
  policy(name: string): BuildPolicy;
  sign(source: string, policy: BuildPolicy): string;
  /** Another one wherever the settings would sign anything otherwise. It holds no secret. */
  readonly fingerprint: string;
}

/** Tries out every policy once. Throws a sentence that names the one that cannot be signed, or what is wrong with the key. */
export function createSigning(settings: BuildSettings): Signing {
  const capabilities = createCapabilities({ ...settings, key: secretOf("key", settings.key) });
  const expires: Policy["expires"] =
    settings.endless === true ? "never" : endOfYear(settings.date ?? new Date());
  const policies = new Map(
    Object.entries(settings.policies).map(([name, policy]) => [name, { expires, ...policy }] as const),
  );
  const samples = [...policies].map(([name, policy]) => {
    checkStatic(name, policy);
    try {
      return [name, policy.sizes, capabilities.sign("fingerprint", policy)];
    } catch (error) {
      throw new Error(`policy ${JSON.stringify(name)}: ${(error as Error).message}`, { cause: error });
    }
  });
  return {
    policy: (name) => {
      const policy = policies.get(name);
      if (policy) return policy;
      const known = [...policies.keys()].join(", ");
      throw new Error(`expected &policy= and one of ${known}, got ${JSON.stringify(name)}`);
    },
    sign: (source, policy) => capabilities.sign(source, policy),
    fingerprint: createHash("sha256").update(JSON.stringify(samples)).digest("hex").slice(0, 16),
  };
}

/** A srcset has widths alone. */
function checkStatic(name: string, { heights }: BuildPolicy): void {
  if (heights)
    throw new Error(
      `policy ${JSON.stringify(name)}: expected widths, and aspects if need be, got heights, which only a browser can pick`,
    );
}
