/**
 * The form of a key: `tg_<organization>_<256 random bits>_<checksum>`, both in base62.
 *
 * The prefix lets a secret scanner find it, the checksum refuses a typing error, and the organization names the Durable
 * Object: a key whose form is wrong is refused before any store is touched.
 */
import { encodeUtf8 } from './utf8.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 43; // 62^43 > 2^256
const CHECKSUM_LENGTH = 6; // 62^6 > 2^32
const ID_LENGTH = 22; // 62^22 > 2^128

/** What a secret opens, by its first letters: a key, a session of the console, or a session once (a code). */
export type SecretKind = 'tg' | 'tgs' | 'tgc';

// The organization may hold underscores; the last two fields have a fixed length and none, so the split is unambiguous.
const FORM = /^((tgs?|tgc)_([A-Za-z0-9][A-Za-z0-9._:@-]{0,63})_[0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/;

/** A new key. `key` is shown once; `sha256` is what the policy file holds. */
export interface GeneratedKey {
  key: string;
  sha256: string;
}

/** The organization that a key names, or null when its form or checksum is wrong. */
export function organizationOfKey(key: string): string | null {
  return organizationOfSecret('tg', key);
}

/** The organization that a secret of this kind names, or null when its form or checksum is wrong. */
export function organizationOfSecret(kind: SecretKind, secret: string): string | null {
  const match = FORM.exec(secret);
  if (match === null) return null;
  const [, checked = '', prefix = '', organization = '', checksum = ''] = match;
  return prefix === kind && checksum === checksumOf(checked) ? organization : null;
}

/** Makes a key for an organization from the platform's random numbers. */
export async function generateKey(organization: string): Promise<GeneratedKey> {
  return generateSecret('tg', organization);
}

/** Makes a secret of any kind, in the same form. */
export async function generateSecret(kind: SecretKind, organization: string): Promise<GeneratedKey> {
  return secretFromBits(kind, organization, crypto.getRandomValues(new Uint8Array(32)));
}

/** The key of 256 given bits: what `generateKey` does with random ones, and a fixed example with fixed ones. */
export async function keyFromBits(organization: string, bits: Uint8Array): Promise<GeneratedKey> {
  return secretFromBits('tg', organization, bits);
}

async function secretFromBits(kind: SecretKind, organization: string, bits: Uint8Array): Promise<GeneratedKey> {
  if (bits.length !== 32) throw new RangeError(`a key has 32 random bytes, not \`${bits.length}\``);
  const number = bits.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const checked = `${kind}_${organization}_${base62(number, SECRET_LENGTH)}`;
  const key = `${checked}_${checksumOf(checked)}`;
  if (organizationOfSecret(kind, key) !== organization) {
    throw new RangeError(`\`${organization}\` is not an organization id: use 1 to 64 of A-Z a-z 0-9 . _ : @ -`);
  }
  return { key, sha256: await digestOfKey(key) };
}

/** How a key is shown once it is no longer known: its first letters and its last, which tell nothing of what lies between. */
export function hintOfKey(key: string): string {
  const start = key.lastIndexOf('_', key.length - CHECKSUM_LENGTH - 2) + 1;
  return `tg_${key.slice(3, start - 1).slice(0, 16)}_${key.slice(start, start + 3)}...${key.slice(-4)}`;
}

/** A new id: readable, and as good as never made twice. */
export function newId(prefix: string): string {
  const bits = crypto.getRandomValues(new Uint8Array(16)).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return `${prefix}_${base62(bits, ID_LENGTH)}`;
}

/** The SHA-256 of the whole key in lower-case hex: the only form of it that goes further than the door. */
export async function digestOfKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', encodeUtf8(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Six digits that tell a text from one that was cut or altered. */
export function checksumOf(text: string): string {
  return base62(BigInt(crc32(encodeUtf8(text))), CHECKSUM_LENGTH);
}

function base62(number: bigint, length: number): string {
  let digits = '';
  for (let rest = number; digits.length < length; rest /= 62n) {
    digits = ALPHABET.charAt(Number(rest % 62n)) + digits;
  }
  return digits;
}

/** CRC-32 (ISO-HDLC, as in zip and PNG). A key is short, so no table is worth its bytes. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
