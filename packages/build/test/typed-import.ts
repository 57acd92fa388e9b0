/** Imports as a site writes them; that they have types is checked where the tests are compiled, and nothing runs this. */
import hero from "./hero.jpg?policy=hero&tintype";
import plain from "./plain.jpg?tintype";

export const widths: readonly number[] = [hero.width, plain.width];
export const sources: readonly { readonly type: string; readonly srcset: string }[] = hero.sources;
