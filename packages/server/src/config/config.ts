import { derive, type Surroundings } from "./derive.ts";
import { ROWS } from "./names.ts";
import type { Config, Group } from "./settings.ts";

/** Some settings, in the shape of the table. */
export type SomeConfig = { readonly [G in Group]?: Partial<Config[G]> };

/** A whole configuration: what is given, and defaults for the rest. No value is checked. */
export function configOf(given: SomeConfig = {}, around: Surroundings = { cpus: 1 }): Config {
  const groups = given as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  const filled: Record<string, Record<string, unknown>> = {};
  const named = new Set<string>();
  for (const { group, key, path, fallback } of ROWS) {
    const value = groups[group]?.[key];
    if (value !== undefined) named.add(path);
    filled[group] = { ...filled[group], [key]: value ?? (fallback as unknown) };
  }
  // Every row of the table was filled, from a value of its own type or from its default.
  return derive(filled as unknown as Config, named, around);
}
