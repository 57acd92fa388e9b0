/** Sees to it that of several replicas one makes a picture. A lock that is lost costs a second render, nothing else. */
export interface Lock {
  /**
   * Resolves to a function that lets go of the lock, or to undefined where another replica holds it. The lock falls by itself after
   * `milliseconds`. May reject; the caller then goes on alone.
   */
  take(key: string, milliseconds: number): Promise<(() => Promise<void>) | undefined>;
}
