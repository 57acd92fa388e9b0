import { createHash } from "node:crypto";
import { HttpError } from "./errors.ts";

/** So many renderers may a file cost, with no picture made of it in between. */
const MOST_KILLS = 2;
const MOST_FILES = 1000;

export interface QuarantineOptions {
  /** How long a file is remembered after it has cost a renderer; 0 remembers none. */
  readonly ttlSeconds: number;
  /** Seconds on a clock that nobody sets. */
  readonly now?: () => number;
}

interface Record {
  readonly size: number;
  readonly kills: number;
  readonly until: number;
}

/** Remembers files whose rendering ended renderers, by what is in them, and keeps the worst of them out for a while. */
export class Quarantine {
  readonly #ttlSeconds: number;
  readonly #now: () => number;
  /** By hash, the one blamed last at the end. */
  readonly #records = new Map<string, Record>();

  constructor({ ttlSeconds, now = () => performance.now() / 1000 }: QuarantineOptions) {
    this.#ttlSeconds = ttlSeconds;
    this.#now = now;
  }

  /** How many files are remembered. */
  get size(): number {
    return this.#records.size;
  }

  /** Throws `broken_image` for a file that has cost two renderers. Hashes only files as long as one that is remembered. */
  check(bytes: Uint8Array): void {
    this.#forget();
    if (!this.#hasOneOf(bytes.byteLength)) return;
    const record = this.#records.get(hashOf(bytes));
    if (record === undefined || record.kills < MOST_KILLS) return;
    const seconds = Math.ceil(record.until - this.#now());
    throw new HttpError(
      "broken_image",
      `expected a file that renderers survive, got one that cost ${record.kills}: quarantined for ${seconds} more seconds`,
    );
  }

  /** Notes that rendering this file has cost a renderer. */
  blame(bytes: Uint8Array): void {
    if (this.#ttlSeconds === 0) return;
    const hash = hashOf(bytes);
    const kills = (this.#records.get(hash)?.kills ?? 0) + 1;
    this.#records.delete(hash);
    this.#records.set(hash, { size: bytes.byteLength, kills, until: this.#now() + this.#ttlSeconds });
    const [oldest] = this.#records.keys();
    if (oldest !== undefined && this.#records.size > MOST_FILES) this.#records.delete(oldest);
  }

  /** Notes that a picture was made of this file: what ended a renderer over it before was something else. */
  absolve(bytes: Uint8Array): void {
    if (this.#hasOneOf(bytes.byteLength)) this.#records.delete(hashOf(bytes));
  }

  #hasOneOf(size: number): boolean {
    for (const record of this.#records.values()) if (record.size === size) return true;
    return false;
  }

  #forget(): void {
    const now = this.#now();
    for (const [hash, { until }] of this.#records) {
      if (until > now) return;
      this.#records.delete(hash);
    }
  }
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");
