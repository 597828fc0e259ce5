/**
 * Secrets in what is shown: of anything that has the form of a key, a session or a code, only the first letters stay.
 *
 * Whoever sends a secret to the wrong place reads the refusal in a terminal, a log or a ticket, and there the secret must not be.
 */

// A secret may be cut, and may stand within something longer. Ids begin as they like: it is the random part that makes a secret, of which a
// key's hint has less. The organization is bounded, so that no text takes longer than its length.
const PREFIXED =
  /(?<![0-9A-Za-z])(tg[cs]?)_[0-9A-Za-z._:@-]{1,64}?_[0-9A-Za-z]{8,}(?:_[0-9A-Za-z]*)?|(tg[cs]?)_[0-9A-Za-z._:@-]{1,64}?_[0-9A-Za-z]{16,}(?:_[0-9A-Za-z]*)?/g;
/** The random part of a secret whose first letters are gone. */
const RANDOM = /[0-9A-Za-z]{43,}(?:_[0-9A-Za-z]{1,6}(?![0-9A-Za-z]))?/g;

export function withoutSecrets(text: string): string {
  return text
    .replace(PREFIXED, (_, alone?: string, within?: string) => `${alone ?? within}_…`)
    .replace(RANDOM, '…');
}

/** Whether a text is, or holds, what looks like a secret. */
export function holdsSecret(text: string): boolean {
  return withoutSecrets(text) !== text;
}

/** JSON none of whose texts holds a secret. */
export function jsonWithoutSecrets(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? withoutSecrets(inner) : inner));
}
