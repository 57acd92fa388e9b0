/** What is asked, not told: how things stand right now. Whoever owns the things lends the functions. */
export interface Readers {
  /** Of those who make pictures: who waits, and who is at work. */
  readonly queue?: () => { readonly length: number; readonly running: number };
  /** Renderers that stand ready or work, how many should, and how many ended and were replaced since the start. */
  readonly renderers?: () => { readonly ready: number; readonly size: number; readonly restarts: number };
  /** What each tier of the cache holds, as far as it knows. */
  readonly tiers?: () => readonly TierSize[];
}

export interface TierSize {
  /** `memory`, `disk`, `redis` or `s3`. */
  readonly tier: string;
  readonly bytes: number;
  readonly entries: number;
}
