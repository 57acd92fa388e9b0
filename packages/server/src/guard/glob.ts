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

/**
 * What a pattern covers as a prefix of a text, then what each `*` in it covers; undefined where it does not fit. The
 * earlier of two `*` takes as much as it can, as in a regular expression. Takes as many steps at most as `fits`.
 */
export function capture(pattern: string, text: string): readonly string[] | undefined {
  const [head = "", ...literals] = pattern.split("*");
  if (!text.startsWith(head)) return undefined;
  const starts: Int32Array[] = [];
  for (const literal of literals.toReversed()) starts.unshift(latestStarts(literal, text, starts[0]));

  const groups: string[] = [];
  let from = head.length;
  for (const [index, literal] of literals.entries()) {
    const at = starts[index]?.[from] ?? -1;
    if (at === -1) return undefined;
    groups.push(text.slice(from, at));
    from = at + literal.length;
  }
  return [text.slice(0, from), ...groups];
}

/**
 * For each place in a text: where a literal starts at the latest if the `*` in front of it begins at that place, and the
 * literals behind it, whose `next` these are, still fit. -1 is nowhere.
 */
function latestStarts(literal: string, text: string, next: Int32Array | undefined): Int32Array {
  const starts = new Int32Array(text.length + 1);
  let latest = -1;
  for (let at = text.length; at >= 0; at -= 1) {
    if (text[at] === "/") latest = -1;
    const isHere = text.startsWith(literal, at) && next?.[at + literal.length] !== -1;
    if (latest === -1 && isHere) latest = at;
    starts[at] = latest;
  }
  return starts;
}
