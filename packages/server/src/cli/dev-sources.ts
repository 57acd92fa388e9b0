import { stat } from "node:fs/promises";
import { join } from "node:path";
import { cutPath, formatSource, parseSource, splitTarget, UrlError, type SourcePart } from "@tintype/url";
import type { Config } from "../config/settings.ts";
import { applyBase, replaceUrl } from "../guard/allowlist.ts";

/** How sources are found. */
export interface Places {
  /** The local root. */
  readonly folder: string;
  /** A site whose pictures are looked for in the folder first; its path ends with a slash. */
  readonly upstream: URL | undefined;
  /** The settings of the environment. */
  readonly url: Config["url"];
  readonly pathPrefix: string;
}

/** A target whose picture was found. */
export interface Placed {
  /** Asks for the same of the place where it is. */
  readonly target: string;
  /** What production calls the source: after replacements and base URL. */
  readonly source: string;
  /** As it stood in the URL, where only this server knew what to put in front. */
  readonly relative?: string;
}

/** What stands in front of relative sources where neither the environment nor the command line says it. */
const FOLDER = "local:///";

const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;

/** Makes the function that finds the source of a target; undefined where the target is none whose source can be read. */
export function createPlacing(places: Places): (target: string) => Promise<Placed | undefined> {
  const nameOf = createNaming(places);
  return async (target) => {
    const cut = cutTarget(target, places);
    if (cut === undefined) return undefined;
    const { url, extension } = cut.part;
    const named = nameOf(url);
    const place = await placeOf(named.source, places);
    // Where nothing changes, what was written stays as it was written.
    if (place === url) return { ...named, target };
    return { ...named, target: [...cut.before, formatSource(place, { extension })].join("/") };
  };
}

interface Cut {
  /** Prefix, signature and options. */
  readonly before: readonly string[];
  readonly part: SourcePart;
}

function cutTarget(target: string, { url, pathPrefix }: Places): Cut | undefined {
  try {
    const { signature, path } = splitTarget(target, pathPrefix);
    const { onlyPresets, argumentsSeparator: separator } = url;
    const { options, source } = cutPath(path, { onlyPresets, separator });
    const part = parseSource(source, {
      base64IncludesFilename: url.base64UrlIncludesFilename,
    });
    return { before: [pathPrefix, signature, ...options], part };
  } catch (error) {
    // Capabilities end here, too: the commas of a policy are no base64.
    if (error instanceof UrlError) return undefined;
    throw error;
  }
}

function createNaming({ upstream, url }: Places): (asked: string) => Pick<Placed, "source" | "relative"> {
  const replace = replaceUrl(url.urlReplacements);
  return (asked) => {
    const replaced = replace(asked);
    if (url.baseUrl !== "") return { source: applyBase(url.baseUrl, replaced) };
    if (SCHEME.test(replaced)) return { source: replaced };
    return { source: `${upstream?.href ?? FOLDER}${replaced.replace(/^\/+/, "")}`, relative: replaced };
  };
}

/** The folder's own copy of a picture of the upstream, where it has one. */
async function placeOf(source: string, { folder, upstream, url }: Places): Promise<string> {
  const path = upstream && pathBelow(source, upstream);
  if (path === undefined || (url.sourceUrlQuerySeparator && path.includes(url.sourceUrlQuerySeparator)))
    return source;
  const found = await stat(join(folder, path)).catch(() => undefined);
  return found?.isFile() ? `${FOLDER}${path}` : source;
}

/** Where below a site a source lies, as the name of a file; undefined where it does not, or where no file is called so. */
function pathBelow(source: string, site: URL): string | undefined {
  if (!URL.canParse(source)) return undefined;
  const { origin, pathname } = new URL(source);
  if (origin !== site.origin || !pathname.startsWith(site.pathname)) return undefined;
  try {
    const path = decodeURIComponent(pathname.slice(site.pathname.length));
    return path === "" || path.includes("\0") || path.split(/[/\\]/).includes("..") ? undefined : path;
  } catch {
    return undefined;
  }
}
