/**
 * Passes a stream on to the client chunk by chunk and meters it on the way.
 *
 * A chunk is read from the upstream only when the client has room for it, so a slow client slows the upstream and nothing
 * piles up here. When the client leaves, the rest is read without it, or the upstream is aborted: `Departure` decides.
 */
import type { Departure } from './departure.js';
import type { Silence } from './silence.js';

export interface RelayEnds {
  /** Each chunk, before the client gets it. */
  onChunk: (chunk: Uint8Array) => void;
  /** The stream has ended, or failed; called once. The client's stream closes when the promise settles. */
  onEnd: () => Promise<void>;
  /** What the client is told in place of what did not come; null when nothing is missing. */
  epitaph: () => Uint8Array | null;
}

export function relay(
  upstream: ReadableStream<Uint8Array>,
  silence: Silence,
  departure: Departure,
  ends: RelayEnds,
): ReadableStream<Uint8Array> {
  const reader = upstream.getReader();
  let cancelled = false;
  let ended = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** The next chunk, or null at the end. */
  async function next(): Promise<Uint8Array | null> {
    const chunk = await read();
    if (chunk !== null) {
      ends.onChunk(chunk);
      return chunk;
    }
    ended = true;
    departure.over();
    await ends.onEnd();
    return null;
  }

  async function read(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await silence.during(reader.read());
      return done ? null : value;
    } catch {
      // A time-out, a reset or a departure: whichever it was, the upstream's connection is let go.
      silence.abort();
      return null;
    }
  }

  async function drain(): Promise<void> {
    while (!ended) await next();
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const step = next();
        turn = step;
        const chunk = await step;
        if (cancelled) return;
        if (chunk !== null) {
          controller.enqueue(chunk);
          return;
        }
        const epitaph = ends.epitaph();
        if (epitaph !== null) controller.enqueue(epitaph);
        controller.close();
      },
      cancel() {
        cancelled = true;
        departure.notice();
        // A read may be under way: its chunk is metered by its own turn, and draining goes on from there.
        turn = turn.then(drain);
      },
    },
    { highWaterMark: 0 },
  );
}
