/** Pictures made for the screen that asks: the size it has, the cut that fits, the best format that it can show. */
import { createBuilder } from "@tintype/url";
import { img, position, tag } from "./img.mjs";

/** Pixels. No step is more than a third, so no screen gets many more pixels than it has. */
const WIDTHS = [320, 400, 480, 640, 720, 800, 960, 1200, 1440, 1800, 2160];

/** Options of a picture cut to a shape around what must not be lost. */
const cut = ({ focus: [x, y] }, [across, down], width) => ({
  resizingType: "fill",
  width,
  height: Math.round((width * down) / across),
  gravity: { type: "fp", x, y },
});

/** Widths that the original has enough pixels for, so that nothing is enlarged. */
function widthsFor({ width, height }, [across, down]) {
  const widest = Math.min(width, Math.floor((height * across) / down));
  return WIDTHS.filter((each) => each <= widest);
}

/**
 * Makes the function that writes a picture into the page. `endpoint` is where browsers find Tintype, `sign` signs paths, and
 * `placeholders` are pictures of a few pixels by file name, as `data:` URLs.
 */
export function createImage({ endpoint, sign, placeholders }) {
  const url = createBuilder({ endpoint, sign });

  const candidates = (photograph, shape) =>
    widthsFor(photograph, shape)
      .map((width) => `${url(`local:///${photograph.file}`, cut(photograph, shape, width))} ${width}w`)
      .join(", ");

  return (photograph, place) => {
    const { shape, sizes, narrow } = place;
    const widest = widthsFor(photograph, shape).at(-1);
    const placeholder = placeholders.get(photograph.file);
    const picture = img(photograph, place, {
      ...size(shape, widest),
      sizes,
      srcset: candidates(photograph, shape),
      src: url(`local:///${photograph.file}`, cut(photograph, shape, Math.min(960, widest))),
      style: placeholder && `background:url(${placeholder}) ${position(photograph)}/cover`,
    });
    if (narrow === undefined) return picture;
    const source = tag("source", {
      media: "(max-width: 40rem)",
      ...size(narrow.shape, widthsFor(photograph, narrow.shape).at(-1)),
      sizes: narrow.sizes,
      srcset: candidates(photograph, narrow.shape),
    });
    return `<picture>${source}${picture}</picture>`;
  };
}

const size = ([across, down], width) => ({ width, height: Math.round((width * down) / across) });
