/** Fills the cache of a server that is about to be watched: what it keeps by order is not to look like what it loses. */
import { ask } from "./ask.mjs";

/** Asks for pictures that nobody will ask for again, until so many bytes were answered. Throws where one is refused. */
export async function fillCache(server, { picture, bytes }) {
  for (let [n, kept] = [0, 0]; kept < bytes; n++) {
    const answer = await ask(`${server}/unsafe/cb:${n}/f:png/${picture}`);
    if (answer.status !== 200)
      throw new Error(`expected a picture to fill the cache with, got ${answer.status}`);
    kept += answer.bytes.byteLength;
  }
}
