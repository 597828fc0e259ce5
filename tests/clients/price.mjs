/**
 * What a usage costs, computed apart from the engine: published rates, integers of 10^-18 usd, one multiplication for each class.
 */

/** Usd for a million tokens: input, output, cache read, 5 minute write, 1 hour write. */
const RATES = new Map([
  ['claude-fable-5-2', ['8', '40', '0.20', '10', '16']],
  ['claude-opus-5', ['5', '25', '0.50', '6.25', '10']],
  ['claude-sonnet-5', ['2', '10', '0.20', '2.5', '4']],
  ['claude-haiku-4-5', ['1', '5', '0.10', '1.25', '2']],
]);
const WEB_SEARCH_USD = '0.01';
const DIGITS = 18;

/** Units of 10^-18 usd. @param {string} usd */
export function units(usd) {
  const [whole = '0', fraction = ''] = usd.split('.');
  return BigInt(whole + fraction.padEnd(DIGITS, '0'));
}

/** As the wire writes it: no exponent, no trailing zeros. @param {bigint} amount */
export function usd(amount) {
  const digits = String(amount).padStart(DIGITS + 1, '0');
  return `${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`.replace(/\.?0+$/, '');
}

/** @param {string} model */
function ratesOf(model) {
  const rates = RATES.get(model);
  if (rates === undefined) throw new Error(`no rates are written down here for \`${model}\``);
  // The fraction of a rate for a million has at most two digits, so a millionth of it is whole.
  const [input = 0n, output = 0n, read = 0n, write5m = 0n, write1h = 0n] = rates.map((rate) => units(rate) / 1_000_000n);
  return { input, output, read, write5m, write1h };
}

/**
 * The price of what the upstream billed.
 *
 * @param {string} model
 * @param {import('../../examples/demo/upstream/usage.mjs').FullUsage} usage
 */
export function priceOf(model, usage) {
  const { input, output, read, write5m, write1h } = ratesOf(model);
  const writes = usage.cache_creation ?? { ephemeral_5m_input_tokens: usage.cache_creation_input_tokens ?? 0, ephemeral_1h_input_tokens: 0 };
  return (
    BigInt(usage.input_tokens) * input +
    BigInt(usage.output_tokens) * output +
    BigInt(usage.cache_read_input_tokens ?? 0) * read +
    BigInt(writes.ephemeral_5m_input_tokens) * write5m +
    BigInt(writes.ephemeral_1h_input_tokens) * write1h +
    BigInt(usage.server_tool_use?.web_search_requests ?? 0) * units(WEB_SEARCH_USD)
  );
}

/**
 * The price of an answer whose output is not known: the input side as billed, the output as it was held.
 *
 * @param {string} model
 * @param {import('../../examples/demo/upstream/usage.mjs').FullUsage} usage
 * @param {number} maxTokens
 */
export function estimateOf(model, usage, maxTokens) {
  return priceOf(model, { ...usage, output_tokens: maxTokens });
}
