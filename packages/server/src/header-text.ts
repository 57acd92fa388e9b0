/** Header values made of strangers' text: each is built here, so none can break out of its quotes or its line. */

/** Node writes header values as latin1, so UTF-8 goes into them byte by byte. */
const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Drops what may not stand in a header: control characters. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, "");

/** Stem of a picture's file name: the `filename` option, or the last part of the source up to its last dot. */
export function fileName(source: string, wanted: string | undefined): string {
  if (wanted !== undefined) return wanted;
  const base = source.slice(source.lastIndexOf("/") + 1);
  const dot = base.lastIndexOf(".");
  return (dot === -1 ? base : base.slice(0, dot)) || "image";
}

/** The last part of a source's path, without query, as a file name of its own. */
export function pathName(source: string): { stem: string; extension: string } {
  const path = source.replace(/[?#].*$/s, "");
  const base = path.slice(path.lastIndexOf("/") + 1);
  const dot = base.lastIndexOf(".");
  return dot === -1
    ? { stem: base, extension: "" }
    : { stem: base.slice(0, dot), extension: base.slice(dot) };
}

/** Content-Disposition (contract http.md, section 4.2). */
export const disposition = (name: string, attachment: boolean): string =>
  `${attachment ? "attachment" : "inline"}; filename="${bytes(printable(name).replaceAll('"', "%22"))}"`;

/** A Link header to the original, for sources that a browser could open. */
export function linkTo(source: string): { Link?: string } {
  if (!/^https?:\/\//.test(source)) return {};
  return { Link: `<${bytes(printable(source).replace(/[<>"\s]/g, encodeURIComponent))}>; rel="canonical"` };
}
