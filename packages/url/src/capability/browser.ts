/**
 * The browser's half of capabilities: which picture to ask for, without a key. Under 1 kB, so it believes what it is given;
 * the server checks everything.
 */
import { encodeBase64 } from "../base64.ts";
import { longName, PICK_FORMATS, type PickFormat } from "./formats.ts";
import { rungs as ladderRungs, type Ladder } from "./ladder.ts";

export { longName, type PickFormat };

/** Which member of a capability's policy is wanted. */
export interface Choice {
  /** Which of the policy's aspects, from 0; the first where it has any. */
  readonly aspect?: number;
  /** The first of the policy where left out, which is its smallest. */
  readonly format?: PickFormat;
  /** The way to one source, where the capability is for all below a place: `shoes/1.jpg`. */
  readonly path?: string;
}

/** A choice for one layout. */
export interface Layout extends Choice {
  /** CSS pixels. */
  readonly width: number;
  /** CSS pixels, where the policy lets heights be chosen. */
  readonly height?: number;
  /** Device pixels per CSS pixel; 1 where left out. */
  readonly dpr?: number;
}

/** The field of a policy that begins with a letter, without the letter; undefined where it has none. */
const field = (capability: string, letter: string): string | undefined =>
  new RegExp(`[/,]${letter}([^,/]*)(?=[^/]*/[^/]*$)`).exec(capability)?.[1];

const range = (capability: string, letter: string): number[] =>
  ladderRungs(
    Number(field(capability, "l")) as Ladder,
    ...(field(capability, letter)!.split("-").map(Number) as [number, number]),
  );

/** Widths that a capability may be asked for, rising, in device pixels. */
export const rungs = (capability: string): number[] => range(capability, "w");

/** Formats that a capability may be asked for, best first. */
export const formats = (capability: string): PickFormat[] =>
  Array.from(field(capability, "f") ?? "", (letter) => PICK_FORMATS[letter as keyof typeof PICK_FORMATS]);

/** How many shapes a capability may be asked for; 0 where pictures keep their own. */
export const aspects = (capability: string): number => field(capability, "a")?.split(".").length ?? 0;

/** The URL of one width; `height` stands where the policy lets heights be chosen. */
function url(capability: string, width: number, choice: Choice, height?: number): string {
  const { path, aspect = 0, format = formats(capability)[0] } = choice;
  const shape = height ? `h${height}` : aspects(capability) ? `a${aspect}` : "";
  const below = path === undefined ? "" : `/${encodeBase64(path)}`;
  return `${capability}${below}/w${width}${shape}${format === "auto" ? "" : `.${format}`}`;
}

const reach = (rising: number[], pixels: number): number =>
  rising.find((rung) => rung >= pixels - 1e-6) ?? rising.at(-1)!;

/** The picture for a layout: the next rung from its size in device pixels, or the widest there is. */
export function pick(capability: string, layout: Layout): string {
  const { width, height, dpr = 1 } = layout;
  const tall = field(capability, "h") && reach(range(capability, "h"), (height ?? width) * dpr);
  return url(capability, reach(rungs(capability), width * dpr), layout, tall || undefined);
}

/** All widths as the value of a `srcset`. */
export const srcset = (capability: string, choice: Choice = {}): string =>
  rungs(capability)
    .map((width) => `${url(capability, width, choice)} ${width}w`)
    .join(", ");
