import sharp, { type Sharp } from "sharp";
import type { Facts, Opened } from "./facts.ts";
import { begin, fromRaw, pixels, type Picture, type Raw, type Traits } from "./picture.ts";

/** Milliseconds of a frame whose file names none. */
const DEFAULT_DELAY = 40;

/** Finished frames, stacked. */
export interface Film {
  readonly open: () => Sharp;
  readonly timing: Pick<Facts, "delays" | "loop">;
  readonly width: number;
  readonly height: number;
}

interface Shooting {
  readonly traits: Traits;
  readonly work: (frame: Picture) => Promise<Picture>;
}

/** Sends each frame through `work` on its own, so that no frame bleeds into the next one's edge. */
export async function animate(
  { open, facts }: Opened,
  frames: number,
  { traits, work }: Shooting,
): Promise<Film> {
  const strip = await pixels(begin(open({ frames }), traits));
  const bytes = strip.data.length / frames;
  const made: Raw[] = [];
  for (let i = 0; i < frames; i++) {
    const data = strip.data.subarray(i * bytes, (i + 1) * bytes);
    made.push(await pixels(await work(fromRaw({ ...strip, data, height: strip.height / frames }, traits))));
  }
  const { width, height, channels } = made[0]!; // An animation has at least two frames.
  const joined = Buffer.concat(made.map(({ data }) => data));
  const raw = { width, height: height * frames, channels, pageHeight: height };
  const delays = facts.delays.length > 0 ? facts.delays.slice(0, frames) : made.map(() => DEFAULT_DELAY);
  return {
    open: () => sharp(joined, { raw, limitInputPixels: false }),
    timing: { delays, loop: facts.loop },
    width,
    height,
  };
}
