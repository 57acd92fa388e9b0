/** Levenshtein's distance: the fewest letters to insert, drop or change. */
export function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of from.split("").entries()) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      const change = row[column]! + (letter === to[column] ? 0 : 1); // Every row has to.length + 1 numbers.
      next.push(Math.min(change, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The known name that a misspelt one most likely meant, or undefined where none is near. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 4)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - given.length) >= least) continue;
    const cost = distance(given, candidate);
    if (cost < least) [best, least] = [candidate, cost];
  }
  return best;
}
