import { SETTINGS, type AnySetting, type Group } from "./settings.ts";

/** A setting with the names that follow from its place in the table. */
export interface Row extends AnySetting {
  readonly group: Group;
  readonly key: string;
  /** `http.ttl`. */
  readonly path: string;
  /** `TINTYPE_HTTP_TTL`. */
  readonly variable: string;
  /** `http-ttl`, without its dashes. */
  readonly flag: string;
}

const words = (camel: string): string[] => camel.split(/(?=[A-Z])/).map((part) => part.toLowerCase());

function name(group: string, key: string, setting: AnySetting): Row {
  const parts = setting.root ? words(key) : [...words(group), ...words(key)];
  return {
    ...setting,
    // The caller walks the table by its own groups.
    group: group as Group,
    key,
    path: `${group}.${key}`,
    variable: `TINTYPE_${parts.join("_").toUpperCase()}`,
    flag: parts.join("-"),
  };
}

/** Every setting, in the order of the table. */
export const ROWS: readonly Row[] = Object.entries(SETTINGS).flatMap(([group, settings]) =>
  Object.entries(settings as Readonly<Record<string, AnySetting>>).map(([key, setting]) =>
    name(group, key, setting),
  ),
);
