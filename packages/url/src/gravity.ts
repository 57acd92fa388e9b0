import { FOCUS } from "./check.ts";
import { atMost, codec, CodecError, number, refuse, type Codec, type Shape } from "./codec.ts";

/** The nine places of a compass, `ce` being its middle. */
export const ANCHORS = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"] as const;
export type Anchor = (typeof ANCHORS)[number];

/**
 * Which part stays when something must go. `x` and `y` are offsets from the anchored edge (pixels, or a fraction of the
 * outer side where their magnitude is below 1); for `fp` they are the focal point as fractions 0 to 1.
 */
export interface Gravity {
  readonly type: Anchor | "fp" | "sm";
  readonly x?: number;
  readonly y?: number;
}

const offset = number();
const fraction = number(FOCUS);

const keep = (axis: "x" | "y", arg: string | undefined, before: Gravity | undefined, codec = offset) => {
  const value = arg === undefined || arg === "" ? before?.[axis] : codec.read(arg);
  return value === undefined ? {} : { [axis]: value };
};

/** An offset that becomes part of a focal point: beyond the picture means its edge. */
const clamp = (value: number | undefined): number => Math.max(0, Math.min(1, value ?? 0));

/** The codec of gravity; `types` says which kinds the option takes. */
export function gravity(types: readonly Gravity["type"][]): Codec<Gravity> {
  const kinds: Shape = { kind: "choice", of: types };
  const of = { type: kinds, x: offset.shape, y: offset.shape };
  return codec({ kind: "fields", of, required: 1, rule: "gravity" }, (args, before) => {
    atMost(3, args);
    const [kind = "", x, y] = args;
    const type = types.find((candidate) => candidate === kind) ?? refuse(kinds, kind);
    if (type === "sm") {
      atMost(1, args);
      return { type };
    }
    if (type !== "fp") return { type, ...keep("x", x, before), ...keep("y", y, before) };
    if (args.length !== 3)
      throw new CodecError(`expected a focal point fp:x:y, got ${args.length - 1} numbers`);
    const held = { type, x: clamp(before?.x), y: clamp(before?.y) };
    return { ...held, ...keep("x", x, held, fraction), ...keep("y", y, held, fraction) };
  });
}
