import type { FormatName, FormatQuality } from "@tintype/url";

/** What a renderer is told once, when it starts. The groups are those of the configuration. */
export interface RenderSettings {
  readonly limits: {
    /** Pixels of a source. */
    readonly maxSrcResolution: number;
    readonly maxAnimationFrames: number;
    /** Pixels of one frame of an animation; 0 for none. */
    readonly maxAnimationFrameResolution: number;
    /** Pixels of all frames of an animation together. */
    readonly maxAnimationResolution: number;
    /** Pixels; 0 for none. */
    readonly maxResultDimension: number;
  };
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
