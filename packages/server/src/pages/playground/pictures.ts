/** Pictures that are dropped into the page. */
import { detectFormat } from "../../detect.ts";
import { FORMATS } from "../../formats.ts";
import { header, type Ask, type Reply } from "../../message.ts";
import { readBody, says } from "./body.ts";

interface Dropped {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Keeps a picture for a while; answers with the URL that it can be asked for by. */
export type KeepPicture = (picture: Dropped) => string;

const MOST_BYTES = 40 * 1024 ** 2;
const MOST_CHARACTERS = 200;

/** Takes a picture in. `encoded` is its name as it stands in the path. */
export async function takePicture(encoded: string, ask: Ask, keep: KeepPicture): Promise<Reply> {
  const said = (header(ask.headers, "content-type") ?? "").toLowerCase();
  // Neither can be sent by a form of another site.
  if (!/^(?:image\/[\w.+-]+|application\/octet-stream)$/.test(said))
    return says(415, "expected image/... or application/octet-stream as the Content-Type");
  const length = Number(header(ask.headers, "content-length") ?? NaN);
  if (!Number.isInteger(length) || length <= 0)
    return says(411, "expected the length of a picture in Content-Length");
  if (length > MOST_BYTES) return says(413, `expected at most ${MOST_BYTES} bytes, got ${length}`);
  const name = nameOf(encoded);
  if (name === undefined) return says(400, "expected the name of a file in the path");
  // No more than the length that was announced can come.
  const bytes = await readBody(ask);
  const format = detectFormat(bytes, { extension: name.slice(name.lastIndexOf(".")) });
  if (format === undefined) return says(415, "expected a picture, got a file of another kind");
  return says(201, keep({ name, type: FORMATS[format].mime, bytes }));
}

/** A name without folders and without what cannot be shown; undefined where nothing is left. */
function nameOf(encoded: string): string | undefined {
  try {
    const name = decodeURIComponent(encoded)
      .replace(/^.*[/\\]/s, "")
      .replace(/\p{C}/gu, "")
      .slice(-MOST_CHARACTERS)
      .toWellFormed();
    return /^\.*$/.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}
