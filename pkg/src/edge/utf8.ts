/** UTF-8 as a whole, either way. Coders are made once: each is an object that the runtime has to clear away, and a message needs several. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** What is not UTF-8 is replaced, and a byte order mark left out. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Throws a `TypeError` for what is not UTF-8; keeps a byte order mark. */
export function decodeStrictUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}
