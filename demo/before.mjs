/** The magazine. How its pictures come is said by the next line and by nothing else. */
import { createImage } from "./plain.mjs";
import { magazine } from "./magazine.mjs";

export const page = (settings) => magazine(createImage(settings), settings);
