/**
 * Reads the usage out of a Messages event stream as it passes.
 *
 * The bytes themselves are not touched. Only the three events that carry or end the usage are parsed; the content, which
 * is nearly all of the stream, is looked at for its line ends alone.
 */
import { createParser } from 'eventsource-parser';

import { isObject, type Json } from './strict_json.js';
import type { MessageUsage } from './usage.js';

/** An event of the content may be long, but none of ours is; beyond this the parser gives up and the usage stays partial. */
const MAX_EVENT_CHARACTERS = 16 * 1024 * 1024;

export class EventStreamMeter {
  readonly #usage: MessageUsage;
  readonly #decoder = new TextDecoder();
  readonly #parser;
  #broken = false;
  #failed = false;
  #last = 0x0a;

  constructor(usage: MessageUsage) {
    this.#usage = usage;
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT_CHARACTERS,
      onEvent: ({ event, data }) => this.#read(event, data),
      onError: ({ type }) => {
        this.#broken ||= type === 'max-buffer-size-exceeded';
      },
    });
  }

  feed(chunk: Uint8Array): void {
    this.#last = chunk.at(-1) ?? this.#last;
    if (!this.#broken) this.#parser.feed(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Whether the stream stands inside a line, so that what follows must first end it. */
  get insideLine(): boolean {
    return this.#last !== 0x0a && this.#last !== 0x0d;
  }

  /** Whether the upstream itself has said that the message will not come to its end. */
  get failed(): boolean {
    return this.#failed;
  }

  #read(event: string | undefined, data: string): void {
    switch (event) {
      case 'message_start':
        this.#usage.start(field(data, 'message'));
        break;
      case 'message_delta':
        this.#usage.delta(field(data, 'usage'));
        this.#usage.container(containerOf(field(data, 'delta')));
        break;
      case 'message_stop':
        this.#usage.endStream();
        break;
      case 'error':
        this.#failed = true;
        break;
    }
  }
}

function containerOf(delta: Json | undefined): Json | undefined {
  return isObject(delta) ? delta['container'] : undefined;
}

function field(data: string, name: string): Json | undefined {
  try {
    const parsed = JSON.parse(data) as Json;
    return isObject(parsed) ? parsed[name] : undefined;
  } catch {
    // An event that the client cannot read either; without it the usage stays partial, which is charged at the hold.
    return undefined;
  }
}
