/** A module that travels as text inside a script. */

/** The bytes of base64. A plain loop: `Uint8Array.from(text, f)` takes twenty times as long. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) {
    bytes[i] = binary.charCodeAt(i);
  }
  return bytes;
}
