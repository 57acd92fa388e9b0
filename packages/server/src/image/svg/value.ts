/** Properties of an element that make drawing it draw something else, or draw it in many pieces. */
export type Property =
  | "clip-path"
  | "fill"
  | "filter"
  | "marker-end"
  | "marker-mid"
  | "marker-start"
  | "mask"
  | "stroke"
  | "stroke-dasharray";

/** What a declared value means for the cost of drawing. */
export interface Value {
  /** Elements that it points to. */
  readonly ids: readonly string[];
  /** Paints as the element does that draws this one, with its fill or stroke. */
  readonly usesContext: boolean;
  /** Filter functions such as `blur(3px)`. */
  readonly functions: number;
  /** Mean length of a dash and of a gap, in user units; Infinity where the line is solid. */
  readonly period: number;
  /** Certainly valid, so that the element does not take its parent's value instead. */
  readonly definite: boolean;
  /** Asks for its parent's value. */
  readonly inherits: boolean;
}

interface Trait {
  /** An element without a value of its own takes its parent's. */
  readonly inherited: boolean;
  /** Values that every reader takes for valid. Others may be as well: then more is counted than is drawn. */
  readonly definite: RegExp;
}

const COLOURS = [
  "aliceblue|antiquewhite|aqua|aquamarine|azure|beige|bisque|black|blanchedalmond|blue|blueviolet|brown|burlywood",
  "cadetblue|chartreuse|chocolate|coral|cornflowerblue|cornsilk|crimson|cyan|darkblue|darkcyan|darkgoldenrod|darkgray",
  "darkgreen|darkgrey|darkkhaki|darkmagenta|darkolivegreen|darkorange|darkorchid|darkred|darksalmon|darkseagreen",
  "darkslateblue|darkslategray|darkslategrey|darkturquoise|darkviolet|deeppink|deepskyblue|dimgray|dimgrey|dodgerblue",
  "firebrick|floralwhite|forestgreen|fuchsia|gainsboro|ghostwhite|gold|goldenrod|gray|green|greenyellow|grey|honeydew",
  "hotpink|indianred|indigo|ivory|khaki|lavender|lavenderblush|lawngreen|lemonchiffon|lightblue|lightcoral|lightcyan",
  "lightgoldenrodyellow|lightgray|lightgreen|lightgrey|lightpink|lightsalmon|lightseagreen|lightskyblue",
  "lightslategray|lightslategrey|lightsteelblue|lightyellow|lime|limegreen|linen|magenta|maroon|mediumaquamarine",
  "mediumblue|mediumorchid|mediumpurple|mediumseagreen|mediumslateblue|mediumspringgreen|mediumturquoise",
  "mediumvioletred|midnightblue|mintcream|mistyrose|moccasin|navajowhite|navy|oldlace|olive|olivedrab|orange|orangered",
  "orchid|palegoldenrod|palegreen|paleturquoise|palevioletred|papayawhip|peachpuff|peru|pink|plum|powderblue|purple|red",
  "rosybrown|royalblue|saddlebrown|salmon|sandybrown|seagreen|seashell|sienna|silver|skyblue|slateblue|slategray",
  "slategrey|snow|springgreen|steelblue|tan|teal|thistle|tomato|transparent|turquoise|violet|wheat|white|whitesmoke",
  "yellow|yellowgreen|currentcolor",
].join("|");

const LINK = String.raw`url\(#[^()]+\)`;
const COLOUR = String.raw`#(?:[\da-f]{3}|[\da-f]{6})|rgb\(\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\)|${COLOURS}`;

const PAINT: Trait = {
  inherited: true,
  definite: new RegExp(`^(?:none|${COLOUR}|${LINK}(?:\\s+(?:none|${COLOUR}))?)$`, "i"),
};
const MARKER: Trait = { inherited: true, definite: new RegExp(`^(?:none|${LINK})$`, "i") };
const EFFECT: Trait = { inherited: false, definite: /^/ };
const DASHES: Trait = {
  inherited: true,
  definite: /^(?:none|\d+(?:\.\d+)?(?:px)?(?:(?: ?, ?| )\d+(?:\.\d+)?(?:px)?)*)$/i,
};

/** THE TABLE of the properties. */
export const TRAITS: Readonly<Record<Property, Trait>> = {
  "clip-path": EFFECT,
  fill: PAINT,
  filter: EFFECT,
  "marker-end": MARKER,
  "marker-mid": MARKER,
  "marker-start": MARKER,
  mask: EFFECT,
  stroke: PAINT,
  "stroke-dasharray": DASHES,
};

/** Which of them a CSS property or an attribute sets. */
export const SETS: ReadonlyMap<string, readonly Property[]> = new Map<string, readonly Property[]>([
  ...(Object.keys(TRAITS) as Property[]).map((property) => [property, [property]] as const),
  ["marker", ["marker-start", "marker-mid", "marker-end"]],
]);

/** User units of a unit of length; those that depend on something else are taken for tiny, which makes more dashes. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["px", 1],
  ["pt", 4 / 3],
  ["pc", 16],
  ["mm", 96 / 25.4],
  ["cm", 96 / 2.54],
  ["in", 96],
]);
const UNKNOWN_UNIT = 0.001;

/** Reads what a declared value means; `text` is clean CSS (`cleanValue`). */
export function valueOf(property: Property, text: string): Value {
  const plain = text.replace(/!important$/, "");
  return {
    ids: Array.from(plain.matchAll(/url\(#([^()]+)\)/g), ([, id = ""]) => id),
    usesContext: /\bcontext-(?:fill|stroke)\b/i.test(plain),
    functions: property === "filter" ? (plain.match(/[a-z]\((?!#)/gi) ?? []).length : 0,
    period: property === "stroke-dasharray" ? periodOf(plain) : Infinity,
    definite: TRAITS[property].definite.test(plain),
    inherits: /^(?:inherit|revert|revert-layer)$/i.test(plain) || /\bvar\(/i.test(plain),
  };
}

function periodOf(text: string): number {
  const lengths = Array.from(
    text.matchAll(/(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)([a-z%]*)/gi),
    ([, number = "", unit = ""]) => Number(number) * (UNITS.get(unit.toLowerCase()) ?? UNKNOWN_UNIT),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return total > 0 ? total / lengths.length : Infinity;
}
