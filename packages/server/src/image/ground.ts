import type { Rect } from "../plan/gravity.ts";
import type { Raw } from "./picture.ts";

const OPAQUE = 65535;
/** From 8 bits to 16: 255 becomes 65535. */
const DEEPENED = 257;

/** A ground of `width` x `height` and where on it the picture lies, all of it inside. */
export type Frame = Rect;

/**
 * Lays a picture of 16 bits a channel on a ground of one colour (six hex digits), or of none. sharp can do this, too, but
 * takes 65280 for white and for opaque.
 */
export function lay(raw: Raw, frame: Frame, solid: string | undefined): Raw {
  const from = new Uint16Array(raw.data.buffer, raw.data.byteOffset, raw.data.length / 2);
  const colour = solid === undefined ? undefined : channelsOf(solid);
  const channels = colour === undefined ? 4 : raw.channels === 1 ? 1 : 3;
  const to = new Uint16Array(frame.width * frame.height * channels);
  if (colour) for (let at = 0; at < to.length; at++) to[at] = colour[at % channels]!; // Three, or one of three alike.
  for (let y = 0; y < raw.height; y++) {
    for (let x = 0; x < raw.width; x++) {
      const source = (y * raw.width + x) * raw.channels;
      const target = ((y + frame.top) * frame.width + x + frame.left) * channels;
      const alpha = raw.channels === 4 ? from[source + 3]! : OPAQUE;
      for (let channel = 0; channel < Math.min(3, channels); channel++) {
        const value = from[source + (raw.channels === 1 ? 0 : channel)]!;
        to[target + channel] = colour ? mix(value, colour[channel]!, alpha) : value;
      }
      if (!colour) to[target + 3] = alpha;
    }
  }
  // Indices lie within the pixels that the sizes promise, which is what the assertions above rest on.
  return { data: Buffer.from(to.buffer), width: frame.width, height: frame.height, channels, depth: 16 };
}

const channelsOf = (solid: string): number[] =>
  [0, 2, 4].map((at) => parseInt(solid.slice(at, at + 2), 16) * DEEPENED);

const mix = (above: number, below: number, alpha: number): number =>
  Math.round((above * alpha + below * (OPAQUE - alpha)) / OPAQUE);
