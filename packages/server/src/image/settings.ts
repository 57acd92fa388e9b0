import type { FormatName, FormatQuality } from "@tintype/url";
import type { Limits } from "../plan/limits.ts";

/** What a renderer is told once, when it starts. The groups are those of the configuration. */
export interface RenderSettings {
  readonly limits: Limits;
  readonly encode: {
    readonly quality: number;
    readonly formatQuality: FormatQuality;
    readonly preferredFormats: readonly FormatName[];
    readonly skipProcessingFormats: readonly FormatName[];
    readonly alwaysRasterizeSvg: boolean;
    readonly preserveHdr: boolean;
    readonly jpegProgressive: boolean;
    readonly pngInterlaced: boolean;
    readonly pngQuantize: boolean;
    readonly pngQuantizationColors: number;
    readonly webpEffort: number;
    readonly webpPreset: "default" | "photo" | "picture" | "drawing" | "icon" | "text";
    /** 0 to 9, the fastest. */
    readonly avifSpeed: number;
  };
  readonly image: {
    readonly autoRotate: boolean;
    readonly stripMetadata: boolean;
    readonly keepCopyright: boolean;
    readonly stripColorProfile: boolean;
    readonly useLinearColorspace: boolean;
    readonly disableShrinkOnLoad: boolean;
    readonly sanitizeSvg: boolean;
    readonly pngUnlimited: boolean;
    readonly svgUnlimited: boolean;
    readonly tiffUnlimited: boolean;
  };
  readonly watermark: {
    /** 0 to 1. */
    readonly opacity: number;
  };
}
