/** What a picture is, by its first bytes (contract http.md, section 8.2). Runs in the front, before a decoder is near. */
import { SaxesParser } from "saxes";
import type { Format } from "./formats.ts";

/** Bytes that are looked at; whatever comes after them has no say. */
export const HEAD_BYTES = 32 * 1024;

/** What the source says about itself, in any case; extension with or without its dot, mime with or without parameters. */
export interface Hint {
  readonly extension?: string | undefined;
  readonly mime?: string | undefined;
}

/** One character is one byte, `?` is any byte. The first row that matches wins. */
const SIGNATURES: readonly (readonly [Format, string])[] = [
  ["jpeg", "\xFF\xD8"],
  ["jxl", "\xFF\x0A"],
  ["jxl", "\0\0\0\x0CJXL \r\n\x87\n"],
  ["png", "\x89PNG\r\n\x1A\n"],
  ["webp", "RIFF????WEBP"],
  ["gif", "GIF8?a"],
  ["ico", "\0\0\x01\0"],
  ["heic", "????ftypheic"],
  ["heic", "????ftypheix"],
  ["heic", "????ftyphevc"],
  ["heic", "????ftypheim"],
  ["heic", "????ftypheis"],
  ["heic", "????ftyphevm"],
  ["heic", "????ftyphevs"],
  ["heic", "????ftypmif1"],
  ["avif", "????ftypavif"],
  ["bmp", "BM"],
  ["tiff", "II*\0"],
  ["tiff", "MM\0*"],
];

/** Camera RAW files open like TIFF and hold a thumbnail that a TIFF decoder would take for the picture. */
const RAW_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    "3fr ari arw bay cap cr2 cr3 crw cs1 dcr dcs dng drf eip erf fff gpr iiq k25 kdc mdc mef mos mrw " +
    "nef nrw orf pef ptx pxn r3d raf raw rw2 rwl rwz sr2 srf srw x3f"
  ).split(" "),
);

const RAW_MIMES: ReadonlySet<string> = new Set([
  "image/dng",
  "image/x-adobe-dng",
  "image/x-arriflex-ari",
  "image/x-canon-cr2",
  "image/x-canon-cr3",
  "image/x-canon-crw",
  "image/x-dcraw",
  "image/x-epson-erf",
  "image/x-fuji-raf",
  "image/x-gopro-gpr",
  "image/x-hasselblad-3fr",
  "image/x-hasselblad-fff",
  "image/x-kodak-dcr",
  "image/x-kodak-k25",
  "image/x-kodak-kdc",
  "image/x-leaf-mos",
  "image/x-leica-rwl",
  "image/x-mamiya-mef",
  "image/x-minolta-mrw",
  "image/x-nikon-nef",
  "image/x-nikon-nrw",
  "image/x-olympus-orf",
  "image/x-panasonic-raw",
  "image/x-panasonic-rw2",
  "image/x-pentax-pef",
  "image/x-phaseone-iiq",
  "image/x-raw",
  "image/x-samsung-srw",
  "image/x-sigma-x3f",
  "image/x-sony-arw",
  "image/x-sony-sr2",
  "image/x-sony-srf",
]);

/** Names the format of the picture that begins with `head`, or undefined where it is none that has a row in FORMATS. */
export function detectFormat(head: Uint8Array, hint: Hint = {}): Format | undefined {
  const bytes = head.subarray(0, HEAD_BYTES);
  const format = SIGNATURES.find(([, signature]) => matches(bytes, signature))?.[0];
  if (format === undefined) return hasSvgElement(bytes) ? "svg" : undefined;
  if (format === "tiff" && isCameraRaw(hint)) return undefined;
  if (format === "heic" && isAvifInDisguise(bytes)) return "avif";
  return format;
}

function matches(bytes: Uint8Array, signature: string): boolean {
  for (let i = 0; i < signature.length; i++) {
    if (signature[i] !== "?" && signature.charCodeAt(i) !== bytes[i]) return false;
  }
  return true;
}

function isCameraRaw({ extension = "", mime = "" }: Hint): boolean {
  const essence = mime.split(";", 1)[0] ?? "";
  return (
    RAW_EXTENSIONS.has(extension.replace(/^\./, "").toLowerCase()) ||
    RAW_MIMES.has(essence.trim().toLowerCase())
  );
}

/**
 * `mif1` names the container, not the codec. The contract calls it heic, but that would turn away AVIFs that can be
 * read, so the list of compatible brands decides. (ISO/IEC 14496-12, section 4.3: size, `ftyp`, major, minor, brands.)
 */
function isAvifInDisguise(bytes: Uint8Array): boolean {
  if (!matches(bytes, "????ftypmif1")) return false;
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const end = Math.min(size, bytes.length);
  let avif = false;
  for (let at = 16; at + 4 <= end; at += 4) {
    const brand = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (brand.startsWith("hei") || brand.startsWith("hev")) return false;
    avif ||= brand === "avif";
  }
  return avif;
}

const XML_CHUNK = 2048;

/**
 * True where well-formed XML leads to a start tag with the local name `svg`. The tag need not be complete: the head may
 * be cut in it, and its attributes may use entities that only its DOCTYPE knows.
 */
function hasSvgElement(bytes: Uint8Array): boolean {
  // Takes a UTF-8 BOM off, and `stream` keeps a character that the head cuts in two from becoming an error.
  const text = new TextDecoder().decode(bytes, { stream: true });
  const parser = new SaxesParser({ position: false });
  let verdict: boolean | undefined;
  parser.on("opentagstart", ({ name }) => {
    if (name.slice(name.lastIndexOf(":") + 1) === "svg") verdict ??= true;
  });
  parser.on("error", () => {
    verdict ??= false;
  });
  for (let at = 0; at < text.length && verdict === undefined; at += XML_CHUNK) {
    parser.write(text.slice(at, at + XML_CHUNK));
  }
  return verdict ?? false;
}
