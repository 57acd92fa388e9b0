import type { Options } from "@tintype/url";
import type { Mirroring, Size } from "./gravity.ts";

/** How a stored picture comes upright: mirrored left to right first, then turned clockwise, which is sharp's own order. */
export interface Turn {
  readonly mirror: boolean;
  readonly angle: number;
  /** Width and height change places. */
  readonly swaps: boolean;
}

// EXIF: the turn that makes the picture upright, and whether it is mirrored left to right after that turn.
const EXIF_ANGLES: Readonly<Record<number, number>> = { 3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270 };
const EXIF_MIRRORED: ReadonlySet<number> = new Set([2, 4, 5, 7]);

export interface Orientation {
  readonly exif: Mirroring;
  readonly user: Mirroring;
}

/** What EXIF and what the options say, apart. */
export function orientationOf(
  orientation: number,
  { autoRotate = true, rotate = 0, flip = {} }: Options,
): Orientation {
  const seen = autoRotate ? orientation : 1;
  return {
    exif: { angle: EXIF_ANGLES[seen] ?? 0, flipX: EXIF_MIRRORED.has(seen), flipY: false },
    user: { angle: rotate, flipX: flip.horizontal ?? false, flipY: flip.vertical ?? false },
  };
}

/** Both together: EXIF's turn and mirror, then the options' turn and mirrors. */
export function turnOf(orientation: number, options: Options): Turn {
  const { exif, user } = orientationOf(orientation, options);
  const turn = [exif, user].reduce(followedBy, { mirror: false, angle: 0 });
  return { ...turn, swaps: turn.angle % 180 !== 0 };
}

type Motion = Pick<Turn, "mirror" | "angle">;

// A mirror behind a turn is the same mirror before the opposite turn.
const mirrored = ({ mirror, angle }: Motion): Motion => ({ mirror: !mirror, angle: (360 - angle) % 360 });
const turned = ({ mirror, angle }: Motion, by: number): Motion => ({ mirror, angle: (angle + by) % 360 });

function followedBy(motion: Motion, { angle, flipX, flipY }: Mirroring): Motion {
  const rotated = turned(motion, angle);
  const flipped = flipX ? mirrored(rotated) : rotated;
  return flipY ? turned(mirrored(flipped), 180) : flipped;
}

/** An upright size as it is in the stored picture. */
export const stored = ({ width, height }: Size, { swaps }: Pick<Turn, "swaps">): Size =>
  swaps ? { width: height, height: width } : { width, height };
