import type { Trim } from "@tintype/url";
import sharp from "sharp";
import type { Rect } from "../plan/gravity.ts";
import { pixels, type Picture } from "./picture.ts";

/** Stands for transparency while borders are looked for, because hardly any picture has it. */
const MAGENTA = "#ff00ff";
/** sharp refuses to look for borders in anything smaller. */
const LEAST_SIDE = 3;

/** The area inside a border of even colour, in the picture as stored; undefined where there is nothing to cut. */
export async function findTrim(picture: Picture, options: Trim): Promise<Rect | undefined> {
  const { width, height } = picture.size;
  if (width < LEAST_SIDE || height < LEAST_SIDE) return undefined;
  const flat = {
    ...picture,
    grey: false,
    deep: false,
    alpha: false,
    pipeline: picture.pipeline.flatten({ background: MAGENTA }),
  };
  const { data, channels } = await pixels(flat);
  const found = await sharp(data, { raw: { width, height, channels } })
    .trim({
      threshold: Math.max(0, options.threshold),
      ...(options.color && { background: `#${options.color}` }),
    })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { trimOffsetLeft = 0, trimOffsetTop = 0 } = found.info;
  const box = {
    left: -trimOffsetLeft,
    top: -trimOffsetTop,
    width: found.info.width,
    height: found.info.height,
  };
  const even = evened(box, { width, height, ...options });
  return even.width === width && even.height === height ? undefined : even;
}

interface Evening extends Pick<Trim, "equalHorizontal" | "equalVertical"> {
  readonly width: number;
  readonly height: number;
}

/** Widens the box until opposite margins are alike. */
function evened(box: Rect, { width, height, equalHorizontal, equalVertical }: Evening): Rect {
  const side = Math.min(box.left, width - box.left - box.width);
  const edge = Math.min(box.top, height - box.top - box.height);
  return {
    ...(equalHorizontal ? { left: side, width: width - 2 * side } : { left: box.left, width: box.width }),
    ...(equalVertical ? { top: edge, height: height - 2 * edge } : { top: box.top, height: box.height }),
  };
}
