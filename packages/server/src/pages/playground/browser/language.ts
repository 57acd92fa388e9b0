/** The URL language as the page speaks it: what `@tintype/url` reads and writes, with the settings of this server. */
import {
  formatSegments,
  formatSource,
  OPTIONS,
  parsePath,
  SHORTHANDS,
  splitTarget,
  type AnyOption,
  type Grammar,
  type Options,
  type Stage,
} from "@tintype/url";
import type { PageSettings } from "./settings.ts";

/** What is asked for: a picture, and what is to become of it. */
export interface Wanted {
  readonly source: string;
  readonly options: Options;
}

/** A part of a URL, and what it is for; all parts together are the URL. */
export interface Piece {
  readonly text: string;
  readonly part: Stage | "signature" | "source" | "unknown";
}

export interface Language {
  /** The path behind the signature. Throws CodecError where a URL cannot say it. */
  write(wanted: Wanted): string;
  /** A whole URL or its path, with a signature, which is not looked at. Throws UrlError. */
  read(text: string): Wanted & { readonly path: string };
  /** Any text, in the pieces that it has as a URL. */
  pieces(text: string): Piece[];
}

const STAGES_BY_NAME: ReadonlyMap<string, Stage> = new Map([
  ...Object.values(OPTIONS as Readonly<Record<string, AnyOption>>).flatMap(({ names, stage }) =>
    names.map((name): [string, Stage] => [name, stage]),
  ),
  ...SHORTHANDS.flatMap(({ names, expands: [first] }) =>
    names.map((name): [string, Stage] => [name, OPTIONS[first].stage]),
  ),
]);

const originOf = (text: string): string => /^https?:\/\/[^/]*/i.exec(text)?.[0] ?? "";

export function createLanguage(settings: PageSettings): Language {
  const { prefix, separator, onlyPresets } = settings;
  const grammar: Grammar = {
    ...settings,
    allowed: new Set(settings.allowed),
    // The default preset holds for every URL anyway: read, it would be written out.
    presets: new Map(settings.presets.filter(([name]) => name !== "default")),
  };
  return {
    write: ({ source, options }) =>
      [
        ...(onlyPresets ? [(options.preset ?? []).join(separator)] : formatSegments(options, separator)),
        formatSource(source, { form: "plain" }),
      ].join("/"),
    read: (text) => {
      const { path } = splitTarget(text.trim().slice(originOf(text.trim()).length), prefix);
      return { ...parsePath(path, grammar), path };
    },
    pieces: (text) => {
      const origin = originOf(text).length;
      const inside = origin + (text.startsWith(prefix, origin) ? prefix.length : 0);
      const end = text.indexOf("/", inside + 1);
      if (end === -1) return [{ text, part: "signature" }];
      const segments = text.slice(end).split(/(?=\/)/);
      const first = onlyPresets ? 1 : segments.findIndex((segment) => !segment.includes(separator));
      const cut = first === -1 ? segments.length : first;
      return [
        { text: text.slice(0, end), part: "signature" },
        ...segments.slice(0, cut).map((segment) => ({ text: segment, part: partOf(segment) })),
        { text: segments.slice(cut).join(""), part: "source" },
      ];
    },
  };

  function partOf(segment: string): Piece["part"] {
    if (onlyPresets) return OPTIONS.preset.stage;
    return STAGES_BY_NAME.get(segment.slice(1).split(separator, 1)[0] ?? "") ?? "unknown";
  }
}
