/** What somebody may have meant who wrote a word that is not known. */

/** Longer words are no typing error, and would make the distance costly. */
const LONGEST = 64;
const SHORTEST_START = 3;

/** The word that alone begins so, or that is nearest; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > LONGEST) return null;
  const small = word.toLowerCase();
  const begun = small.length < SHORTEST_START ? [] : known.filter((candidate) => candidate.toLowerCase().startsWith(small));
  const [only] = begun;
  if (only !== undefined && begun.length === 1) return only;
  const near = known
    .map((candidate) => ({ candidate, distance: distance(small, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((one, other) => one.distance - other.distance)[0];
  return near?.candidate ?? null;
}

/** How many letters are to be put in, taken out, changed or swapped with their neighbour. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const at = (list: number[], index: number) => list[index] ?? Infinity;
      let least = Math.min(at(last, column) + 1, at(now, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) least = Math.min(least, at(before, column - 2) + 1);
      now.push(least);
    }
    [before, last] = [last, now];
  }
  return last[other.length] ?? Infinity;
}
