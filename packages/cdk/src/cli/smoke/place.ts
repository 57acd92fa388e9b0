/** The deployment that is looked at, and URLs that are good there. */
import { randomBytes } from "node:crypto";
import { encodeBase64, formatSource } from "@tintype/url";
import { sign } from "@tintype/url/sign";
import type { Pair } from "../key-ring.ts";
import { Asker, type Answer } from "./ask.ts";

export interface PlaceSettings {
  /** Where browsers ask, with the prefix of paths if there is one. */
  readonly url: string;
  /** The pair that signs; undefined where the deployment takes unsigned URLs. */
  readonly pair: Pair | undefined;
  /** The URL of an original that the server may fetch. */
  readonly source: string;
  /** Options in front of it. */
  readonly options: string;
  readonly patienceMs: number;
}

export const BROWSERS = {
  chrome: "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
  firefox: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
  webp: "image/webp,image/apng,image/*,*/*;q=0.8",
  other: "*/*",
} as const;

export class Place {
  readonly settings: PlaceSettings;
  readonly #asker = new Asker();
  readonly #origin: string;
  readonly #prefix: string;

  constructor(settings: PlaceSettings) {
    const { origin, pathname } = new URL(settings.url);
    this.settings = settings;
    this.#origin = origin;
    this.#prefix = pathname.replace(/\/+$/, "");
  }

  /** A word that no URL has borne before, so that no cache knows what bears it. */
  fresh(): string {
    return `smoke${randomBytes(6).toString("hex")}`;
  }

  /** Options and source, with more options and the source's part written otherwise where wished. */
  path({ more = "", source = formatSource(this.settings.source, { form: "plain" }) } = {}): string {
    return [this.settings.options, `cb:${this.fresh()}`, more, source]
      .filter((part) => part !== "")
      .join("/");
  }

  /** The target of a path, signed where there is a key. */
  signed(path: string): string {
    const { pair } = this.settings;
    return `${this.#prefix}/${pair ? sign(path, pair) : "unsafe"}/${path}`;
  }

  /** The target of a path behind a word that is no signature. */
  unsigned(path: string): string {
    return `${this.#prefix}/unsafe/${path}`;
  }

  /** The source in base64 with an empty segment in it, which a server reads over and a proxy may swallow. */
  doubledSource(): string {
    const text = encodeBase64(this.settings.source);
    const middle = Math.floor(text.length / 2);
    return `${text.slice(0, middle)}//${text.slice(middle)}`;
  }

  /** The source with its last slash escaped, which means the same and may not be unescaped on the way. */
  escapedSource(): string {
    const text = formatSource(this.settings.source, { form: "plain" });
    const cut = text.lastIndexOf("/");
    return `${text.slice(0, cut)}%2F${text.slice(cut + 1)}`;
  }

  ask(target: string, accept: string = BROWSERS.chrome): Promise<Answer> {
    return this.#asker.ask({ origin: this.#origin, target, accept, patienceMs: this.settings.patienceMs });
  }

  /** Asks somebody else for a target, such as the load balancer. */
  askOther(origin: string, target: string, patienceMs: number): Promise<Answer> {
    return this.#asker.ask({ origin, target, accept: BROWSERS.chrome, patienceMs, anyCertificate: true });
  }

  close(): void {
    this.#asker.close();
  }
}
