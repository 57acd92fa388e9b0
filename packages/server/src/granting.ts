import {
  parseSegments,
  UrlError,
  type FormatQuality,
  type Grammar,
  type Options,
  type Wishes,
} from "@tintype/url";
import { longName, VERSION, type Pick, type Quality, type Terms } from "@tintype/url/capability/terms";
import { HttpError } from "./errors.ts";
import type { Grant, Moved } from "./guard/capability.ts";
import type { Reply } from "./message.ts";

/** What of the URL language a signed policy may use, and for how long its pictures may lie at a CDN. */
export interface GrantSettings {
  readonly grammar: Grammar;
  /** Seconds; after a revocation, a CDN serves what it has for so long. */
  readonly maxAge: number;
}

/** What stands behind the version of a target that is a capability; undefined for any other target. */
export function capabilityIn(target: string, pathPrefix: string): string | undefined {
  const start = `${pathPrefix}/${VERSION}/`;
  return target.startsWith(start) ? target.slice(start.length) : undefined;
}

/** A grant in the terms of any other URL. Throws HttpError where a signed option is not one of this server. */
export function wishesOf(
  { terms, source, pick, expiresAt }: Grant,
  { grammar, maxAge }: GrantSettings,
): Wishes {
  const until = Math.min(expiresAt, Date.now() + maxAge * 1000);
  const options: Options = {
    ...fixedOptions(terms.options, grammar),
    ...QUALITY[terms.quality],
    ...shapeOf(pick, terms),
    ...(pick.format !== "auto" && { format: longName(pick.format) }),
    ...(until < Infinity && { expires: Math.floor(until / 1000) }),
  };
  const cacheTags = [...(options.cacheTags ?? []), `namespace-${terms.namespace}`];
  return { source, options: { ...options, cacheTags } };
}

/** Says where the nearest rung is. Nothing was fetched or drawn for it. */
export function movedReply({ path, expiresAt }: Moved, pathPrefix: string): Reply {
  const left = Math.floor(Math.min(YEAR, (expiresAt - Date.now()) / 1000));
  return {
    status: 308,
    headers: {
      Location: `${pathPrefix}/${path}`,
      "Cache-Control": `public, max-age=${Math.max(0, left)}`,
      "Content-Type": "text/plain",
    },
    body: "",
  };
}

const YEAR = 365 * 24 * 3600;

/** Quality by format for each class; what is not listed is as the server is set. */
const QUALITY: Readonly<Record<Quality, { readonly formatQuality?: FormatQuality }>> = {
  low: { formatQuality: { avif: 40, jxl: 55, webp: 60, jpeg: 60 } },
  standard: {},
  high: { formatQuality: { avif: 75, jxl: 87, webp: 88, jpeg: 90 } },
  best: { formatQuality: { avif: 88, jxl: 94, webp: 95, jpeg: 96 } },
};

function fixedOptions(text: string, grammar: Grammar): Options {
  if (text === "") return {};
  try {
    return parseSegments(text.split("/"), { ...grammar, onlyPresets: false });
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    throw new HttpError("bad_capability", error.message, { cause: error });
  }
}

/** Device pixels are folded into the width, and nothing is enlarged; a shape of its own is cut, whatever the source has. */
function shapeOf({ width, height, aspect }: Pick, { aspects }: Terms): Options {
  const shape = aspects[aspect ?? 0] ?? "natural";
  const tall = shape === "natural" ? height : Math.max(1, Math.round((width * shape.height) / shape.width));
  return {
    resizingType: tall === undefined ? "fit" : "fill-down",
    width,
    height: tall ?? 0,
    dpr: 1,
    enlarge: false,
  };
}
