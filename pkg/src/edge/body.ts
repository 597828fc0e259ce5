/** Reads a body up to a limit. */
import { ApiError } from './api_error.js';
import { malformed } from './problem.js';

export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readWhole(request, maxBytes);
  } catch (error) {
    if (error instanceof BodyTooLarge) throw tooLarge(maxBytes);
    throw malformed([
      { path: 'body', value: '(not shown)', message: 'it ended before it was complete', remedy: 'send it again' },
    ]);
  }
}

export class BodyTooLarge extends Error {}

/** All bytes of a message's body, which is given up as soon as it exceeds the limit. */
export async function readWhole(message: Request | Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = announcedBytes(message.headers);
  // Refused by what it announces, before any of it is read.
  if (announced !== null && announced > maxBytes) throw new BodyTooLarge();
  // In one piece, for a stream and what reads it are objects that the runtime has to clear away.
  if (announced !== null) {
    const bytes = new Uint8Array(await message.arrayBuffer());
    // The runtime ends a body where its length says, but not that of a message which a host made or changed.
    if (bytes.length > maxBytes) throw new BodyTooLarge();
    return bytes;
  }
  return message.body === null ? new Uint8Array() : collect(message.body, maxBytes);
}

/** The length of the body as it is read, where it is known; that of one that is encoded is another. */
function announcedBytes(headers: Headers): number | null {
  const length = headers.get('content-length');
  return length === null || !/^\d+$/.test(length) || headers.has('content-encoding') ? null : Number(length);
}

async function collect(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new BodyTooLarge();
    }
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError(413, 'request_too_large', `the body is longer than ${maxBytes} bytes`);
}
