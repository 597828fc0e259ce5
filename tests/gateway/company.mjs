/** The company that the gateway's tests serve: one organization, one key, and whatever limits a test adds. */
import { keyFromBits } from 'tollgate/edge';

export const ORGANIZATION = 'acme';
export const MODEL = 'claude-haiku-4-5';

/** A key made of one repeated byte: the same in every run. @param {number} byte @param {string} [organization] */
export async function fixedKey(byte, organization = ORGANIZATION) {
  return keyFromBits(organization, new Uint8Array(32).fill(byte));
}

export const NORMAL = await fixedKey(1);
export const REVOKED = await fixedKey(2);
export const VIEWER = await fixedKey(3);
export const ONE_MODEL = await fixedKey(4);
/** Well formed, and in no policy. */
export const UNKNOWN = await fixedKey(5);

/** The policy of the company. @param {Record<string, unknown>} [more] replaces or adds top-level parts */
export function policy(more = {}) {
  return {
    schema_version: 1,
    organization: { id: ORGANIZATION },
    price_book: 'claude',
    members: [
      { id: 'ada', email: 'ada@acme.example', role: 'admin' },
      { id: 'ben', email: 'ben@acme.example', role: 'developer' },
      { id: 'vera', email: 'vera@acme.example', role: 'viewer' },
    ],
    keys: [
      { id: 'key_normal', owner: { member: 'ben' }, secrets: [{ sha256: NORMAL.sha256 }] },
      { id: 'key_revoked', owner: { member: 'ben' }, status: 'revoked', secrets: [{ sha256: REVOKED.sha256 }] },
      { id: 'key_viewer', owner: { member: 'vera' }, secrets: [{ sha256: VIEWER.sha256 }] },
      { id: 'key_one', owner: { member: 'ben' }, models: ['claude-sonnet-5'], secrets: [{ sha256: ONE_MODEL.sha256 }] },
    ],
    ...more,
  };
}

/** A plain request. @param {Record<string, unknown>} [more] */
export function message(more = {}) {
  return { model: MODEL, max_tokens: 100, messages: [{ role: 'user', content: 'hello' }], ...more };
}

/**
 * What a plain request to `MODEL` is held at, and what a usage of it costs: 1 and 5 USD for a million tokens.
 *
 * @param {number} input @param {number} output
 */
export function usd(input, output) {
  return decimal(BigInt(input) + 5n * BigInt(output));
}

/** Millionths of a USD as a decimal string. @param {bigint} micro */
export function decimal(micro) {
  const digits = micro.toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -6) : `${digits.slice(0, -6)}.${fraction}`;
}

/** The millionths of a decimal string. @param {string} text */
export function micro(text) {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}
