/**
 * Waits for a condition, not for a time: looks again until it holds, and fails when it has not held for far too long.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T | null | undefined | false>} look
 * @param {number} [limitMs]
 * @returns {Promise<T>}
 */
export async function until(what, look, limitMs = 30_000) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
