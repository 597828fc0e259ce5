/** Amounts of money as the wire tells them: decimal strings, added exactly. */

const DIGITS = 18;

/** In units of 10^-18 usd. @param {string} text */
function units(text) {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(DIGITS, '0'));
  return negative ? -value : value;
}

/** @param {bigint} value */
function decimal(value) {
  const digits = String(value < 0n ? -value : value).padStart(DIGITS + 1, '0');
  const text = `${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`.replace(/\.?0+$/, '');
  return value < 0n ? `-${text}` : text;
}

/** @param {string[]} amounts */
export const sum = (amounts) => decimal(amounts.reduce((total, each) => total + units(each), 0n));
