import { UrlError } from "./error.ts";
import type { Options } from "./options.ts";
import { parseSegments, type Grammar } from "./segments.ts";
import { parseSource } from "./source.ts";

/** A request's target, cut in two: what was signed, and by what. */
export interface Target {
  readonly signature: string;
  /** The path that is signed (behind the salt and a slash) and read: repaired, still percent-encoded. */
  readonly path: string;
}

/** What a path says, before any decision. */
export interface Wishes {
  readonly source: string;
  readonly options: Options;
}

/** Cuts a raw request target into signature and path, nothing decoded. Throws UrlError. */
export function splitTarget(raw: string, prefix = ""): Target {
  const whole = raw.split("?", 1)[0] ?? "";
  const inside = whole.startsWith(`${prefix}/`) ? whole.slice(prefix.length + 1) : whole;
  const bare = inside.startsWith("/") ? inside.slice(1) : inside;
  const cut = bare.indexOf("/");
  const signature = bare.slice(0, Math.max(0, cut));
  const path = repair(bare.slice(cut + 1));
  if (signature === "" || path === "")
    throw new UrlError("invalid_path", "expected a signature and a path, got one of them");
  return { signature, path };
}

/**
 * Undoes what proxies are known to do: `:` escaped in options, and one slash of `scheme://` lost. Signatures are made
 * over the repaired form, so a URL that was broken on its way still verifies.
 */
function repair(path: string): string {
  const marker = path.startsWith("plain/") ? 0 : path.indexOf("/plain/");
  const cut = marker === -1 ? path.length : path.indexOf("plain/", marker) + "plain/".length;
  const options = path.slice(0, cut).replaceAll("%3A", ":");
  const source = path
    .slice(cut)
    .replace(
      /^(\S+):\/([^/])/,
      (_, scheme: string, next: string) => `${scheme}:${scheme === "local" ? "///" : "//"}${next}`,
    );
  return (options + source).replace(/^\//, "");
}

const RESIZING_TYPES = new Set(["fit", "fill", "fill-down", "force", "auto"]);

/** Reads a target's path: options up to the first segment without a separator, then the source. Throws UrlError. */
export function parsePath(path: string, grammar: Grammar = {}): Wishes {
  const { options: said, source } = cutPath(path, grammar);
  if (!grammar.onlyPresets && RESIZING_TYPES.has(said[0] ?? source[0] ?? ""))
    throw new UrlError(
      "invalid_path",
      "expected options by name, got a URL in the basic format of old versions",
    );
  const options = parseSegments(said, grammar);
  const { url, extension } = parseSource(source, {
    base64IncludesFilename: grammar.base64IncludesFilename ?? false,
    ignoreExtension: options.raw ?? false,
  });
  return { source: url, options: extension ? { ...options, format: extension } : options };
}

/** A path's segments: options up to the first without a separator, or one list of presets where nothing else may be said; then the source. */
export function cutPath(
  path: string,
  { separator = ":", onlyPresets = false }: Pick<Grammar, "separator" | "onlyPresets"> = {},
): { readonly options: readonly string[]; readonly source: readonly string[] } {
  const segments = path.split("/");
  const first = segments.findIndex((segment) => !segment.includes(separator));
  const cut = onlyPresets ? 1 : first === -1 ? segments.length : first;
  return { options: segments.slice(0, cut), source: segments.slice(cut) };
}
