import { createHash } from "node:crypto";
import { basename, extname } from "node:path";

/** The file that a picture is made from, as it is served beside the page. */
export interface Original {
  /** On this machine. */
  readonly file: string;
  /** Its name in the folder of originals. It changes with every byte of the picture. */
  readonly name: string;
}

/** Hex digits of a content's hash in a name. */
const DIGITS = 12;

export function originalOf(file: string, bytes: Uint8Array): Original {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, DIGITS);
  const extension = extname(file);
  const stem = basename(file, extension).replace(/[^\w-]+/g, "-");
  return { file, name: `${stem}-${digest}${extension.toLowerCase()}` };
}
