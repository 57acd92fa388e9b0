/** What the server tells the page, in the one element of data that it holds. */
export interface PageSettings {
  /** Path prefix of the server, without a slash at its end; empty for none. */
  readonly prefix: string;
  /** Between an option and its arguments. */
  readonly separator: string;
  readonly onlyPresets: boolean;
  readonly presets: readonly (readonly [name: string, segments: readonly string[]])[];
  readonly allowed: readonly string[];
  readonly security: boolean;
  readonly bypass: boolean;
  readonly base64IncludesFilename: boolean;
  /** The picture to begin with; empty where the server has none of its own. */
  readonly start: string;
  /** Whether URLs need a signature, and who may have one made here. */
  readonly signing: "none" | "here" | "elsewhere";
  /** By format: a picture of one pixel in base64, to find out what the browser shows. */
  readonly pixels: Readonly<Record<string, string>>;
}
