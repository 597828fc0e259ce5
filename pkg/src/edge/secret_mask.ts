/**
 * Secrets in what is shown: of anything that has the form of a key, a session or a code, only the first letters stay.
 *
 * Whoever sends a secret to the wrong place reads the refusal in a terminal, a log or a ticket, and there the secret must not be.
 */

// A secret may be cut, and may stand within something longer: after a letter it is one by what follows, else by its first letters alone.
const PREFIXED = /(?<![0-9A-Za-z])(tg[cs]?)_[0-9A-Za-z._:@-]+|(tg[cs]?)_[0-9A-Za-z._:@-]*_[0-9A-Za-z]{12,}(?:_[0-9A-Za-z]*)?/g;
/** The random part of a secret whose first letters are gone. */
const RANDOM = /[0-9A-Za-z]{43,}(?:_[0-9A-Za-z]{1,6}(?![0-9A-Za-z]))?/g;

export function withoutSecrets(text: string): string {
  return text
    .replace(PREFIXED, (_, alone?: string, within?: string) => `${alone ?? within}_…`)
    .replace(RANDOM, '…');
}

/** JSON none of whose texts holds a secret. */
export function jsonWithoutSecrets(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? withoutSecrets(inner) : inner));
}
