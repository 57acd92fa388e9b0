import type { Gravity } from "@tintype/url";
import { roundEven, scaleEven, shrinkEven } from "./rounding.ts";

/** Where a rectangle lies in a larger one. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly left: number;
  readonly top: number;
}

export type Rect = Size & Point;

/** A cut whose place is known, or one whose place only the pixels can tell. */
export type Cut = Rect | (Size & { readonly smart: true });

interface Placing {
  /** Multiplies offsets in pixels. */
  readonly dpr: number;
  /** The inner rectangle may hang over the edge, as long as one pixel of it shows. */
  readonly overflow?: boolean;
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(value, max));

/** The inner rectangle's corner (contract processing.md, section 4.5). */
export function place(outer: Size, inner: Size, gravity: Gravity, { dpr, overflow = false }: Placing): Point {
  const wanted = gravity.type === "fp" ? focus(outer, inner, gravity) : anchor(outer, inner, gravity, dpr);
  const least = overflow ? { left: 1 - inner.width, top: 1 - inner.height } : { left: 0, top: 0 };
  const most = overflow
    ? { left: outer.width - 1, top: outer.height - 1 }
    : { left: outer.width - inner.width, top: outer.height - inner.height };
  return {
    left: clamp(wanted.left, least.left, most.left),
    top: clamp(wanted.top, least.top, most.top),
  };
}

const focus = (outer: Size, inner: Size, { x = 0, y = 0 }: Gravity): Point => ({
  left: scaleEven(outer.width, x) - Math.trunc(inner.width / 2),
  top: scaleEven(outer.height, y) - Math.trunc(inner.height / 2),
});

const offset = (outer: number, value: number, dpr: number): number =>
  Math.abs(value) >= 1 ? roundEven(value * dpr) : scaleEven(outer, value);

const EDGES = {
  north: new Set<Gravity["type"]>(["no", "noea", "nowe"]),
  south: new Set<Gravity["type"]>(["so", "soea", "sowe"]),
  east: new Set<Gravity["type"]>(["ea", "noea", "soea"]),
  west: new Set<Gravity["type"]>(["we", "nowe", "sowe"]),
};

function anchor(outer: Size, inner: Size, { type, x = 0, y = 0 }: Gravity, dpr: number): Point {
  const dx = offset(outer.width, x, dpr);
  const dy = offset(outer.height, y, dpr);
  const along = (start: boolean, end: boolean, space: number, delta: number): number =>
    start ? delta : end ? space - delta : shrinkEven(space + 1, 2) + delta;
  return {
    left: along(EDGES.west.has(type), EDGES.east.has(type), outer.width - inner.width, dx),
    top: along(EDGES.north.has(type), EDGES.south.has(type), outer.height - inner.height, dy),
  };
}

type Types = Readonly<Partial<Record<Gravity["type"], Gravity["type"]>>>;

const MIRROR_X: Types = { ea: "we", we: "ea", noea: "nowe", nowe: "noea", soea: "sowe", sowe: "soea" };
const MIRROR_Y: Types = { no: "so", so: "no", noea: "soea", soea: "noea", nowe: "sowe", sowe: "nowe" };
const TURN_90: Types = {
  no: "we",
  ea: "no",
  so: "ea",
  we: "so",
  nowe: "sowe",
  noea: "nowe",
  sowe: "soea",
  soea: "noea",
};
const TURN_180: Types = {
  no: "so",
  so: "no",
  ea: "we",
  we: "ea",
  nowe: "soea",
  noea: "sowe",
  sowe: "noea",
  soea: "nowe",
};
const TURN_270: Types = {
  no: "ea",
  ea: "so",
  so: "we",
  we: "no",
  nowe: "noea",
  noea: "soea",
  sowe: "nowe",
  soea: "sowe",
};

type Offsets = readonly [x: number, y: number];

/** Offsets of a gravity of the new type, for each family of types; what is left out is "all others". */
interface Turning {
  readonly types: Types;
  readonly moves: readonly {
    readonly of: readonly Gravity["type"][];
    readonly to: (x: number, y: number) => Offsets;
  }[];
  readonly others: (x: number, y: number) => Offsets;
}

const same = (x: number, y: number): Offsets => [x, y];
const swap = (x: number, y: number): Offsets => [y, x];

// Contract processing.md, section 5.1: how a gravity of the upright picture reads in the picture as stored.
const FLIP_X: Turning = {
  types: MIRROR_X,
  moves: [
    { of: ["ce", "no", "so"], to: (x, y) => [-x, y] },
    { of: ["fp"], to: (x, y) => [1 - x, y] },
  ],
  others: same,
};
const FLIP_Y: Turning = {
  types: MIRROR_Y,
  moves: [
    { of: ["ce", "ea", "we"], to: (x, y) => [x, -y] },
    { of: ["fp"], to: (x, y) => [x, 1 - y] },
  ],
  others: same,
};
const TURNS: Readonly<Record<number, Turning>> = {
  90: {
    types: TURN_90,
    moves: [
      { of: ["ce", "ea", "we"], to: (x, y) => [y, -x] },
      { of: ["fp"], to: (x, y) => [y, 1 - x] },
    ],
    others: swap,
  },
  180: {
    types: TURN_180,
    moves: [
      { of: ["ce"], to: (x, y) => [-x, -y] },
      { of: ["no", "so"], to: (x, y) => [-x, y] },
      { of: ["ea", "we"], to: (x, y) => [x, -y] },
      { of: ["fp"], to: (x, y) => [1 - x, 1 - y] },
    ],
    others: same,
  },
  270: {
    types: TURN_270,
    moves: [
      { of: ["ce", "no", "so"], to: (x, y) => [-y, x] },
      { of: ["fp"], to: (x, y) => [1 - y, x] },
    ],
    others: swap,
  },
};

function turned(gravity: Gravity, { types, moves, others }: Turning): Gravity {
  if (gravity.type === "sm") return gravity;
  const type = types[gravity.type] ?? gravity.type;
  const move = moves.find(({ of }) => of.includes(type))?.to ?? others;
  const [x, y] = move(gravity.x ?? 0, gravity.y ?? 0);
  return { type, x, y };
}

export interface Mirroring {
  readonly angle: number;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

/** A gravity of the upright picture, as it reads before the given flips and the given clockwise turn were made. */
export function untransform(gravity: Gravity, { angle, flipX, flipY }: Mirroring): Gravity {
  const steps = [flipX && FLIP_X, flipY && FLIP_Y, TURNS[angle]].filter(
    (step) => step !== undefined && step !== false,
  );
  return steps.reduce(turned, gravity);
}
