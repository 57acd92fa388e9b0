import type { CapabilitySettings, Policy } from "@tintype/url/sign";

/** What browsers may ask of a picture, as it is signed, and where such pictures stand in a page. */
export interface BuildPolicy extends Policy {
  /** The value of `sizes`, unless an import says another; `100vw` where left out. */
  readonly sizes?: string;
}

/** What every bundler's plugin is told. */
export interface BuildSettings extends CapabilitySettings {
  /** By the names that imports call them. */
  readonly policies: Readonly<Record<string, BuildPolicy>>;
  /** Where the emitted originals can be fetched by the server: `https://site.example/assets/`. */
  readonly originals: string;
  /** The folder of the output that originals are emitted to; `assets` where left out. */
  readonly folder?: string;
  /** The server's IMGPROXY_BASE_URL, where it has one: sources that begin with it are signed without it. */
  readonly baseUrl?: string;
  /** Signs policies that say no end without one, which a server takes only with TINTYPE_CAPABILITY_ALLOW_ENDLESS. */
  readonly endless?: boolean;
  /** The day of the build; today where left out. A policy that says no end holds for a year from it. */
  readonly date?: Date;
  /** The server's IMGPROXY_KEY and IMGPROXY_SALT. Nothing is signed with them, but they are looked for in the output, too. */
  readonly imgproxy?: { readonly key: string; readonly salt: string };
}

/** A secret as it is set. Throws a sentence where it is none, as a variable of the environment that is not there. */
export function secretOf(setting: string, value: string | undefined): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`${setting}: expected hex, got none: is the variable set that it comes from?`);
}

/** Without slashes at its ends. */
export const folderOf = ({ folder = "assets" }: Pick<BuildSettings, "folder">): string =>
  folder.replace(/^\/+|\/+$/g, "");

/** Characters that a source ends at, or that settings of the server give a meaning of their own. */
const FOREIGN = /[?#*;=\s]/;

/** The address of a folder, with a slash at its end. Throws a sentence where it is none. */
export function folderUrl(originals: string): string {
  const isPlain = URL.canParse(originals) && /^https?:$/.test(new URL(originals).protocol);
  if (!isPlain || FOREIGN.test(originals))
    throw new Error(
      `originals: expected the address of a folder, such as https://site.example/assets/, got ${JSON.stringify(originals)}`,
    );
  return new URL(originals).href.replace(/\/*$/, "/");
}
