import { UrlError } from "./error.ts";
import { expandPreset, type Grammar, type Presets } from "./segments.ts";

/**
 * Reads definitions `name=option:argument/option:argument`; blank ones and those that begin with `#` mean nothing, and
 * the later of two with one name wins. Every preset is tried once. Throws UrlError with the name of the bad one.
 */
export function parsePresets(definitions: readonly string[], grammar: Grammar = {}): Presets {
  const presets: Presets = new Map(
    definitions
      .map((definition) => definition.trim())
      .filter((definition) => definition !== "" && !definition.startsWith("#"))
      .map((definition) => parsePreset(definition, grammar.separator ?? ":")),
  );
  for (const name of presets.keys()) expandPreset(name, { ...grammar, presets });
  return presets;
}

function parsePreset(definition: string, separator: string): [string, readonly string[]] {
  const parts = definition.split("=").map((part) => part.trim());
  const [name, value] = parts;
  if (parts.length !== 2 || !name || !value)
    throw new UrlError(
      "invalid_option",
      `expected a preset as name=options, got ${JSON.stringify(definition)}`,
    );
  const segments = value.split("/");
  const bare = segments.find((segment) => !segment.includes(separator));
  if (bare !== undefined)
    throw new UrlError(
      "invalid_option",
      `preset ${name}: expected an option with arguments, got ${JSON.stringify(bare)}`,
    );
  return [name, segments];
}
