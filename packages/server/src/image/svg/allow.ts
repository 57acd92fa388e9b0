/** THE TABLES of what a rebuilt SVG may contain. Whatever no table names is left out. */

const words = (...lines: readonly string[]): ReadonlySet<string> =>
  new Set(lines.flatMap((line) => line.split(" ")));

/** Elements that change a value over time. */
export const ANIMATIONS = words("animate animateMotion animateTransform set");

/** Elements that may stand in a filter and cost a pass over its region each. */
export const PRIMITIVES = words(
  "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap",
  "feDropShadow feFlood feGaussianBlur feImage feMerge feMorphology feOffset feSpecularLighting feTile feTurbulence",
);

/** Elements with nothing but text inside, so that none of their content is ever taken for markup. */
export const TEXT_ONLY = words("desc style title");

/** Every element that is kept; an element that is not goes with all that is in it. */
export const ELEMENTS: ReadonlySet<string> = new Set([
  ...words(
    "a circle clipPath defs ellipse filter g image line linearGradient marker mask mpath path pattern polygon polyline",
    "radialGradient rect stop svg switch symbol text textPath tspan use view",
    "feDistantLight feFuncA feFuncB feFuncG feFuncR feMergeNode fePointLight feSpotLight",
  ),
  ...ANIMATIONS,
  ...PRIMITIVES,
  ...TEXT_ONLY,
]);

/** What an element's `href` may name: a part of this document, a picture inside it, or a page to go to. */
export type LinkKind = "fragment" | "raster" | "page";

/** The elements whose `href` is kept. */
export const LINKS: Readonly<Record<string, readonly LinkKind[]>> = {
  a: ["page"],
  animate: ["fragment"],
  animateMotion: ["fragment"],
  animateTransform: ["fragment"],
  feImage: ["fragment", "raster"],
  filter: ["fragment"],
  image: ["raster"],
  linearGradient: ["fragment"],
  mpath: ["fragment"],
  pattern: ["fragment"],
  radialGradient: ["fragment"],
  set: ["fragment"],
  textPath: ["fragment"],
  use: ["fragment"],
};

/** CSS properties, and attributes of the same name, whose values may point at an element with `url(#...)`. */
export const POINTERS = words("clip-path fill filter marker marker-end marker-mid marker-start mask stroke");

/** Attributes whose values are CSS. */
export const PRESENTATION: ReadonlySet<string> = new Set([
  ...POINTERS,
  ...words(
    "alignment-baseline baseline-shift clip clip-rule color color-interpolation color-interpolation-filters",
    "color-rendering direction display dominant-baseline enable-background fill-opacity fill-rule flood-color",
    "flood-opacity font font-family font-size font-size-adjust font-stretch font-style font-variant font-weight",
    "glyph-orientation-horizontal glyph-orientation-vertical image-rendering isolation kerning letter-spacing",
    "lighting-color line-height mask-type mix-blend-mode opacity overflow paint-order pointer-events shape-rendering",
    "stop-color stop-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit",
    "stroke-opacity stroke-width text-anchor text-decoration text-overflow text-rendering transform-origin unicode-bidi",
    "vector-effect visibility white-space word-spacing writing-mode",
  ),
]);

/** Attributes whose values are numbers, names and lists: neither links nor CSS. */
export const ATTRIBUTES = words(
  "id class lang role tabindex aria-describedby aria-hidden aria-label aria-labelledby aria-roledescription",
  "systemLanguage baseProfile version preserveAspectRatio viewBox zoomAndPan rel target media type",
  "cx cy d fr fx fy height pathLength points r rx ry transform width x x1 x2 y y1 y2",
  "dx dy lengthAdjust method path rotate side spacing startOffset textLength",
  "gradientTransform gradientUnits offset patternContentUnits patternTransform patternUnits spreadMethod",
  "clipPathUnits markerHeight markerUnits markerWidth maskContentUnits maskUnits orient refX refY",
  "amplitude azimuth baseFrequency bias diffuseConstant divisor edgeMode elevation exponent filterRes filterUnits in",
  "in2 intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength limitingConeAngle mode numOctaves operator order",
  "pointsAtX pointsAtY pointsAtZ preserveAlpha primitiveUnits radius result scale seed slope specularConstant",
  "specularExponent stdDeviation stitchTiles surfaceScale tableValues targetX targetY values xChannelSelector",
  "yChannelSelector z",
  "accumulate additive attributeType begin by calcMode dur end from keyPoints keySplines keyTimes max",
  "min origin repeatCount repeatDur restart to",
);

/** Attributes that an animation may change: none that holds a link, a style, a name or code. */
export const ANIMATED: ReadonlySet<string> = new Set([
  ...PRESENTATION,
  ...words(
    "cx cy d dx dy fr fx fy height offset pathLength points preserveAspectRatio r rotate rx ry startOffset textLength",
    "transform viewBox width x x1 x2 y y1 y2 gradientTransform patternTransform markerHeight markerWidth orient refX",
    "refY amplitude azimuth baseFrequency bias diffuseConstant divisor elevation exponent intercept k1 k2 k3 k4",
    "kernelMatrix limitingConeAngle numOctaves pointsAtX pointsAtY pointsAtZ radius scale seed slope specularConstant",
    "specularExponent stdDeviation surfaceScale tableValues targetX targetY values z",
  ),
]);

/** CSS properties that are kept; custom properties (`--...`) are kept besides. */
export const PROPERTIES: ReadonlySet<string> = new Set([
  ...PRESENTATION,
  ...words(
    "cx cy d height r rx ry width x y rotate scale transform transform-box transform-style translate",
    "animation animation-delay animation-direction animation-duration animation-fill-mode animation-iteration-count",
    "animation-name animation-play-state animation-timing-function transition transition-delay transition-duration",
    "transition-property transition-timing-function will-change",
    "background background-color font-feature-settings font-kerning font-variant-caps font-variant-east-asian",
    "font-variant-ligatures font-variant-numeric font-variant-position font-variation-settings margin padding",
    "text-align text-decoration-color text-decoration-line text-decoration-style text-indent text-orientation",
    "text-shadow text-transform",
  ),
]);

/** CSS functions that are kept in values. None of them takes an address, as `image-set()` or `src()` do. */
export const VALUE_FUNCTIONS = words(
  "color color-mix hsl hsla hwb icc-color lab lch oklab oklch rgb rgba calc clamp max min var",
  "matrix matrix3d perspective rotate rotate3d rotatex rotatey rotatez scale scale3d scalex scaley scalez skew skewx",
  "skewy translate translate3d translatex translatey translatez cubic-bezier linear steps",
  "blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia",
  "circle ellipse inset path polygon rect xywh linear-gradient radial-gradient",
);

/** CSS functions that are kept in selectors. */
export const SELECTOR_FUNCTIONS = words(
  "dir is lang not nth-child nth-last-child nth-last-of-type nth-of-type where",
);

/** CSS rules that hold other rules and are kept. */
export const GROUPS = words("keyframes media supports -webkit-keyframes");
