/** Pictures as they were uploaded: one file for every screen, cut by CSS. */
import { img } from "./img.mjs";

/** Makes the function that writes a picture into the page. */
export const createImage = () => (photograph, place) =>
  img(photograph, place, {
    width: photograph.width,
    height: photograph.height,
    src: `/originals/${photograph.file}`,
  });
