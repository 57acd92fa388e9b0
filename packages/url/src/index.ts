/** The URL language of Tintype: read it, write it, describe it. No dependencies; runs in browsers, at the edge, in Node. */
export * from "./codec.ts";
export {
  FORMAT_ALIASES,
  FORMAT_NAMES,
  formatName,
  type Crop,
  type Extend,
  type FormatName,
  type FormatQuality,
  type Padding,
  type Trim,
  type Watermark,
  type Zoom,
} from "./arguments.ts";
export { decodeBase64, encodeBase64, base64ToBytes, bytesToBase64 } from "./base64.ts";
export {
  buildPath,
  checkOptions,
  createBuilder,
  type Build,
  type BuilderSettings,
  type Overrides,
} from "./builder.ts";
export { UrlError, type UrlErrorCode } from "./error.ts";
export { ANCHORS, type Anchor, type Gravity } from "./gravity.ts";
export {
  OPTIONS,
  SHORTHANDS,
  STAGES,
  type AnyOption,
  type Option,
  type OptionName,
  type Options,
  type Stage,
} from "./options.ts";
export { parsePresets } from "./presets.ts";
export { formatSegments, listOptions, parseSegments, type Grammar, type Presets } from "./segments.ts";
export { formatSource, parseSource, type SourcePart, type SourceWriting } from "./source.ts";
export {
  placeholder,
  srcset,
  WIDTHS,
  type Candidates,
  type FixedSrcset,
  type FluidSrcset,
} from "./srcset.ts";
export { cutPath, parsePath, splitTarget, type Target, type Wishes } from "./target.ts";
