/** How many edits still count as a slip: none in one or two letters, then about one in three, three at most. */
function tolerance(length: number): number {
  return length < 3 ? 0 : Math.min(3, Math.max(1, Math.floor(length / 3)));
}

const LONGEST_WORD = 64;

/** The candidate that a mistyped word most likely stands for; undefined where none is near. The first of equals wins. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  // Two letters may be three that lost their last one.
  let bestDistance = tolerance(word.length === 2 ? 3 : word.length) + 1;
  for (const candidate of candidates) {
    if (word.length === 2 && !candidate.toLowerCase().startsWith(wanted)) continue;
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `did you mean "x"?` where something is near, else the list of what is known, else `otherwise`. */
export function suggestion(word: string, known: readonly string[], what: string): string {
  const near = nearest(word, known);
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`;
  if (known.length === 0) return `there is no ${what} here`;
  const shown = known.slice(0, 12).join(', ');
  return `the known ${what}s are ${shown}${known.length > 12 ? `, and ${known.length - 12} more` : ''}`;
}

/** Optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours, each once. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column - 1]! + (same ? 0 : 1), last[column]! + 1, current[column - 1]! + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}
