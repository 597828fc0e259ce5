/** The words that the upstream "makes": one word a token, the same for the same seed. */

// Words of one, two, three and four bytes a character: a reader that cuts UTF-8 at a chunk's edge spoils them.
const WORDS = [
  'the', 'gate', 'counts', 'each', 'token', 'once', 'naïve', 'café', 'größer', '日本', '東京', 'данные', '🙂', 'and', 'then',
  'settles', 'what', 'was', 'made', 'so', 'books', 'agree', 'with', 'truth', 'to', 'its', 'last', 'digit', 'señor', '…', '€',
];

/**
 * The mulberry32 generator: 32 bits of state are plenty to pick words, and its numbers never change between releases.
 *
 * @param {number} seed
 */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/**
 * Pieces of text of up to `chunk` tokens each, `tokens` together.
 *
 * @param {number} seed
 * @param {number} tokens
 * @param {number} chunk
 * @returns {Generator<{ text: string, tokens: number }>}
 */
export function* pieces(seed, tokens, chunk) {
  const next = generator(seed);
  for (let left = tokens; left > 0; left -= chunk) {
    const size = Math.min(left, chunk);
    const words = Array.from({ length: size }, () => WORDS[next() % WORDS.length]);
    yield { text: words.map((each) => `${each} `).join(''), tokens: size };
  }
}
