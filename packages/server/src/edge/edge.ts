/** What a CDN in front of the server is told of a purge. */
import { createHash } from "node:crypto";
import type { Scope } from "../scope.ts";

/** A CDN that keeps our answers. */
export interface Edge {
  /** In reports and logs, such as `cloudfront`. */
  readonly name: string;
  /**
   * Resolves when the CDN has taken the order, which it may carry out seconds later. Rejects with an Error whose sentence
   * holds no secret.
   */
  purge(scope: Scope, signal: AbortSignal): Promise<void>;
}

/** What every edge may be told of itself. */
export interface Patience {
  /** Milliseconds that the CDN's API has to answer; 5000 by default. */
  readonly patience?: number;
}

export const DEFAULT_PATIENCE = 5000;

/** What all three CDNs take in a list of tags: visible ASCII without the comma. */
const PLAIN_TAG = /^[!-+\--~]{1,256}$/;

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The tag that every picture made of a source bears in its headers. */
export const sourceTag = (source: string): string => `src-${digest(source)}`;

/** What a picture's own tag is called in headers and in purges: itself, or its digest where no CDN would take it. */
export const edgeTag = (tag: string): string => (PLAIN_TAG.test(tag) ? tag : `tag-${digest(tag)}`);

/**
 * The one header tag that a scope is about, or undefined where nothing but everything will do. Sources reach a CDN as
 * digests, of which no prefix is left, so a purge by prefix drops everything there: too much is a slow minute, too
 * little is a picture that stays.
 */
export function tagOf(scope: Scope): string | undefined {
  switch (scope.kind) {
    case "source":
      return sourceTag(scope.value);
    case "tag":
      return edgeTag(scope.value);
    case "prefix":
    case "all":
      return undefined;
  }
}
