/** Pictures made for the screen that asks: the size it has, the cut that fits, the best format that it can show. */
import { createBuilder, srcset } from "@tintype/url";
import { img, position, tag } from "./img.mjs";

/** Pixels. No step is more than a third, so no screen gets many more pixels than it has. */
const WIDTHS = [320, 400, 480, 640, 720, 800, 960, 1200, 1440, 1800, 2160];

/**
 * Makes the function that writes a picture into the page. `endpoint` is where browsers find Tintype, `sign` signs paths, and
 * `placeholders` are pictures of a few pixels by file name, as `data:` URLs.
 */
export function createImage({ endpoint, sign, placeholders }) {
  const url = createBuilder({ endpoint, sign });

  /** All widths of a picture that is cut to a shape around what must not be lost, and none wider than the original. */
  const candidates = ({ file, width, height, focus: [x, y] }, { shape: [across, down], sizes }) => {
    const widest = Math.min(width, Math.floor((height * across) / down));
    const size = { width: widest, height: Math.round((widest * down) / across) };
    const options = { ...size, resizingType: "fill", gravity: { type: "fp", x, y } };
    const widths = WIDTHS.filter((each) => each <= widest);
    return { ...size, ...srcset(url, `local:///${file}`, { widths, sizes, options }) };
  };

  return (photograph, place) => {
    const placeholder = placeholders.get(photograph.file);
    const picture = img(photograph, place, {
      ...candidates(photograph, place),
      style: `background:url(${placeholder}) ${position(photograph)}/cover`,
    });
    if (place.narrow === undefined) return picture;
    const { src, ...narrow } = candidates(photograph, place.narrow);
    return `<picture>${tag("source", { media: "(max-width: 40rem)", ...narrow })}${picture}</picture>`;
  };
}
