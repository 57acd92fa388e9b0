export interface GlobMode {
  /** The pattern must cover the text to its end; otherwise it need only be a prefix of it. */
  readonly whole: boolean;
}

/**
 * Tells whether a pattern of the settings fits a text: a `*` stands for any run of characters but `/`, all else for
 * itself. Takes at most the product of both lengths in steps, so no text can make it slow.
 */
export function fits(pattern: string, text: string, { whole }: GlobMode): boolean {
  let [at, from] = [0, 0];
  // Where the latest `*` stands, and up to where it reaches in the text so far.
  let [star, reach] = [-1, 0];
  while (true) {
    if (at === pattern.length && (!whole || from === text.length)) return true;
    if (pattern[at] === "*") {
      [star, reach] = [at, from];
      at += 1;
    } else if (at < pattern.length && from < text.length && pattern[at] === text[from]) {
      [at, from] = [at + 1, from + 1];
    } else {
      if (star === -1 || reach >= text.length || text[reach] === "/") return false;
      reach += 1;
      [at, from] = [star + 1, reach];
    }
  }
}

/** The same pattern as a regular expression with one group per `*`, for replacements. */
export function capture(pattern: string): RegExp {
  const literals = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return new RegExp(`^${literals.join("([^/]*)")}`);
}
