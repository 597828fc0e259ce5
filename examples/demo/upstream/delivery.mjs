/** How an answer travels: at once or slowly, whole or broken off, as the directives say. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { the } from './directive.mjs';
import { errorEvent } from './failure.mjs';
import { usageSoFar } from './usage.mjs';

/**
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {import('./journal.mjs').Ending} Ending
 */

/** The client went away, or the upstream is closing: nobody waits for the rest. */
class Gone extends Error {}

export class Delivery {
  #made = 0;

  /**
   * @param {import('./message.mjs').Answer} answer
   * @param {{ response: Response, gate: import('./gate.mjs').Gate, headers: Record<string, string>, requestId: string, acceptsGzip: boolean }} to
   */
  constructor(answer, { response, gate, headers, requestId, acceptsGzip }) {
    const { directives } = answer.request;
    this.answer = answer;
    this.response = response;
    this.gate = gate;
    this.headers = headers;
    this.requestId = requestId;
    this.stall = the(directives, 'stall');
    this.hold = the(directives, 'hold');
    this.reset = the(directives, 'reset');
    this.truncate = the(directives, 'truncate');
    // An event, so for streams only.
    this.error = answer.request.stream ? the(directives, 'error') : undefined;
    this.paceMs = the(directives, 'pace')?.value ?? 0;
    this.splitBytes = the(directives, 'split')?.value ?? 0;
    this.newline = the(directives, 'newline')?.value === 'crlf' ? '\r\n' : '\n';
    this.gzip = the(directives, 'gzip') !== undefined && acceptsGzip;
    this.aborter = new AbortController();
    const gone = () => this.aborter.abort(new Gone());
    if (response.destroyed) gone();
    else response.once('close', gone);
  }

  /**
   * Sends the answer and says how it ended and what of it is billed.
   *
   * @returns {Promise<{ ending: Ending, usage: import('./usage.mjs').FullUsage }>}
   */
  async send() {
    let ending = /** @type {Ending} */ ('disconnected');
    try {
      ending = await (this.answer.request.stream ? this.#stream() : this.#whole());
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    }
    return { ending, usage: usageSoFar(this.answer.usage, this.#made) };
  }

  /**
   * What is to happen before the event (or part of the body) of that number: waiting first, then breaking off.
   *
   * @param {number} position
   * @returns {Promise<Ending | null>} how it ended, if it did
   */
  async #at(position) {
    const { stall, hold, reset, truncate, error, response } = this;
    if (stall !== undefined && (stall.after ?? 0) === position) await this.#wait(stall.value ?? 2 ** 31 - 1);
    if (hold !== undefined && (hold.after ?? 0) === position) {
      await this.gate.pass(hold.value ?? 'held', this.aborter.signal);
    }
    if (reset !== undefined && (reset.after ?? 0) === position) {
      // A reset may overtake what was sent before it, so in the middle of an answer the connection is closed instead, with its
      // last chunk missing: what came before arrives, every time.
      if (position === 0) response.socket?.resetAndDestroy();
      else response.socket?.destroySoon();
      return 'reset';
    }
    if (truncate !== undefined && (truncate.after ?? 1) === position) {
      response.end();
      return 'truncated';
    }
    if (error !== undefined && (error.after ?? 1) === position) {
      const { name, data } = errorEvent(error.type ?? 'overloaded_error', this.requestId);
      await this.#write(this.#frame(name, data));
      response.end();
      return 'errored';
    }
    return null;
  }

  /** @returns {Promise<Ending>} */
  async #stream() {
    let position = 0;
    for (const { data, made } of this.answer.events()) {
      const ended = await this.#at(position);
      if (ended !== null) return ended;
      if (position === 0) {
        this.response.writeHead(200, { ...this.headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
      } else if (this.paceMs > 0) {
        await this.#wait(this.paceMs);
      }
      // Before the write: what is made is billed, whether or not anybody is still there to read it.
      this.#made = made;
      await this.#write(this.#frame(data.type, data));
      position += 1;
    }
    const ended = await this.#at(position);
    if (ended !== null) return ended;
    await this.#end();
    return 'completed';
  }

  /**
   * Position 0 is before the status line, 1 in the middle of the body.
   *
   * @returns {Promise<Ending>}
   */
  async #whole() {
    const json = Buffer.from(JSON.stringify(this.answer.message()));
    const body = this.gzip ? gzipSync(json) : json;
    const before = await this.#at(0);
    if (before !== null) return before;
    this.#made = this.answer.usage.output_tokens;
    const broken = this.truncate !== undefined;
    this.response.writeHead(200, {
      ...this.headers,
      'content-type': 'application/json',
      ...(this.gzip ? { 'content-encoding': 'gzip' } : {}),
      // A body that will be cut short must not announce its length: it would be a reset rather than a truncation.
      ...(broken ? {} : { 'content-length': String(body.length) }),
    });
    const half = Math.floor(body.length / 2);
    await this.#write(body.subarray(0, half));
    const middle = await this.#at(1);
    if (middle !== null) return middle;
    await this.#write(body.subarray(half));
    await this.#end();
    return 'completed';
  }

  /**
   * @param {string} name
   * @param {object} data
   */
  #frame(name, data) {
    const { newline } = this;
    return Buffer.from(`event: ${name}${newline}data: ${JSON.stringify(data)}${newline}${newline}`);
  }

  /** @param {Buffer} bytes */
  async #write(bytes) {
    const size = this.splitBytes > 0 ? this.splitBytes : bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      this.aborter.signal.throwIfAborted();
      const flowing = this.response.write(bytes.subarray(at, at + size));
      // Back-pressure: a reader that stops reading stops the making.
      if (!flowing) await this.#unlessGone((signal) => once(this.response, 'drain', { signal }));
    }
  }

  async #end() {
    await new Promise((resolve, reject) => {
      this.response.once('close', () => (this.response.writableFinished ? resolve(undefined) : reject(new Gone())));
      this.response.end();
    });
  }

  /** @param {number} ms */
  async #wait(ms) {
    await this.#unlessGone((signal) => sleep(ms, undefined, { signal }));
  }

  /** @param {(signal: AbortSignal) => Promise<unknown>} wait */
  async #unlessGone(wait) {
    const { signal } = this.aborter;
    try {
      await wait(signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }
}
