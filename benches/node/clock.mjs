/** Measuring: medians of interleaved samples, so that both sides see the same machine. */

const SAMPLES = 21;

/**
 * Measures two operations in turns.
 *
 * @param {number} operations how many of each make a sample
 * @param {(index: number) => unknown} ours
 * @param {(index: number) => unknown} theirs
 * @returns {{ ours: number, theirs: number }} nanoseconds of one operation
 */
export function compare(operations, ours, theirs) {
  /** @type {number[]} */
  const left = [];
  /** @type {number[]} */
  const right = [];
  // The first turns warm both up.
  for (let turn = -3; turn < SAMPLES; turn += 1) {
    const [a, b] = [each(operations, ours), each(operations, theirs)];
    if (turn >= 0) {
      left.push(a);
      right.push(b);
    }
  }
  return { ours: median(left), theirs: median(right) };
}

/** What the operations gave, so that none of them can be left out. */
let kept = 0;

/**
 * @param {number} operations
 * @param {(index: number) => unknown} operation
 */
function each(operations, operation) {
  const start = process.hrtime.bigint();
  for (let index = 0; index < operations; index += 1) {
    if (operation(index) !== undefined) kept += 1;
  }
  return Number(process.hrtime.bigint() - start) / operations;
}

/** @param {number[]} samples */
function median(samples) {
  samples.sort((one, two) => one - two);
  return samples[samples.length >> 1] ?? 0;
}
