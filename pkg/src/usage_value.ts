/** What stands in a usage object, as the readers of `usage_reader.ts` take it. */

/** Counts by slot, and a bit for each slot whose count is there. */
export interface Counts {
  counts: Float64Array;
  present: number;
}

/** Positions of service tiers, speeds and places by name, from 1: 0 is one that is not said. */
export type Names = readonly [ReadonlyMap<unknown, number>, ReadonlyMap<unknown, number>, ReadonlyMap<unknown, number>];

/**
 * Takes the counts of a usage object, and gives the positions of the tier, speed and place that it names, in a byte each;
 * -1 where the object is to be asked as text: it has parts of its own, or something that no count and no name is.
 */
export type Reader = (usage: Record<string, unknown>, told: Counts, names: Names) => number;

/** The most that a count may be. */
const MOST = 1_000_000_000_000;

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST && Math.floor(value) === value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Adds the counts of a list by modality: which counts are there then; -1 where it is no such list. */
export function byModality(
  value: unknown,
  slots: ReadonlyMap<unknown, number>,
  counts: Float64Array,
  present: number,
): number {
  if (!Array.isArray(value)) return -1;
  let there = present;
  for (const item of value as readonly unknown[]) {
    if (typeof item !== 'object' || item === null) return -1;
    const { modality, tokenCount } = item as { modality?: unknown; tokenCount?: unknown };
    const slot = slots.get(modality);
    if (slot === undefined || !isCount(tokenCount)) return -1;
    counts[slot] = (there & (1 << slot)) === 0 ? tokenCount : (counts[slot] ?? 0) + tokenCount;
    there |= 1 << slot;
  }
  return there;
}
