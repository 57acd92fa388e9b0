import { readTexts } from "./exif.ts";
import type { ExifText } from "./exif.ts";
import { formatIim, parseIim, unwrapIptc } from "./iptc.ts";
import type { DataSet } from "./iptc.ts";
import { filterXmp } from "./xmp.ts";

/** Metadata blocks as a decoder found them. */
export interface Blocks {
  readonly exif?: Uint8Array;
  readonly iptc?: Uint8Array;
  readonly xmp?: Uint8Array;
}

/** What remains of them; a block of which nothing remains is absent. */
export interface Copyright {
  readonly exif?: ExifText;
  /** A bare block of IIM data sets. */
  readonly iptc?: Uint8Array;
  /** A packet of its own. */
  readonly xmp?: string;
}

const APPLICATION_RECORD = 2;
/** Byline, credit and copyright notice. */
const KEPT_NUMBERS: ReadonlySet<number> = new Set([80, 110, 116]);

/** Returns what the blocks say of whose picture it is, and nothing else. Malformed blocks count as absent. */
export function keepCopyright({ exif, iptc, xmp }: Blocks): Copyright {
  const texts = exif && readTexts(exif);
  const iim = iptc && filterIptc(iptc);
  const packet = xmp && filterXmp(xmp);
  return {
    ...(texts && Object.keys(texts).length > 0 ? { exif: texts } : {}),
    ...(iim ? { iptc: iim } : {}),
    ...(packet ? { xmp: packet } : {}),
  };
}

function filterIptc(block: Uint8Array): Uint8Array | undefined {
  const iim = unwrapIptc(block);
  const kept = iim && parseIim(iim)?.filter(isKept);
  return kept && kept.length > 0 ? formatIim(kept) : undefined;
}

const isKept = ({ record, number }: DataSet): boolean =>
  record !== APPLICATION_RECORD || KEPT_NUMBERS.has(number);
