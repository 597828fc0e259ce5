/** A decimal string as a count of its `10^-places`, rounded down; never through a float. */
export function fixedPoint(decimal: string, places: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
  if (match === null) throw new RangeError(`\`${decimal}\` is not a decimal`);
  const [, sign, whole = '0', fraction = ''] = match;
  const kept = BigInt(whole + fraction.slice(0, places).padEnd(places, '0'));
  const cut = /[1-9]/.test(fraction.slice(places));
  return sign === '-' ? -kept - (cut ? 1n : 0n) : kept;
}
