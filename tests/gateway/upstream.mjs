/**
 * An upstream that does exactly what a test tells it, down to the bytes of each chunk.
 *
 * (The demo's upstream speaks the Messages API by itself; here a test must be able to break it anywhere.)
 */
import { createServer } from 'node:http';

/**
 * @typedef {{ method: string, url: string, headers: import('node:http').IncomingHttpHeaders, body: string }} Received
 * @typedef {(response: import('node:http').ServerResponse, request: Received) => unknown} Script
 */

export class Upstream {
  /** @type {Received[]} */
  received = [];
  /** @type {Script[]} What to do next, one script a request; afterwards `otherwise`. */
  scripts = [];
  /** @type {Script} */
  otherwise = answer();
  /** How many requests have come and have not been answered to the end. */
  open = 0;
  #server = createServer((request, response) => void this.#serve(request, response));

  static async start() {
    const upstream = new Upstream();
    await new Promise((done) => upstream.#server.listen(0, '127.0.0.1', () => done(undefined)));
    return upstream;
  }

  get url() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the upstream does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #serve(request, response) {
    let body = '';
    for await (const chunk of request) body += chunk;
    const received = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    this.received.push(received);
    this.open += 1;
    response.on('close', () => {
      this.open -= 1;
    });
    const script = this.scripts.shift() ?? this.otherwise;
    await script(response, received);
  }
}

export const USAGE = {
  input_tokens: 10,
  output_tokens: 20,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  server_tool_use: null,
  service_tier: 'standard',
};

/** A message in one piece. @param {object} [usage] @returns {Script} */
export function answer(usage = USAGE) {
  return json(200, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [{ type: 'text', text: 'hello' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage,
  });
}

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] @returns {Script} */
export function json(status, body, headers = {}) {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_upstream', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** One event. @param {string} name @param {object} data */
export function event(name, data) {
  return `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
}

/** The events of a streamed message. @param {{ start?: object, delta?: object }} [usage] */
export function events({ start = {}, delta = {} } = {}) {
  return {
    start: event('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [],
        usage: { ...USAGE, output_tokens: 1, ...start },
      },
    }),
    text: event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'usage "message_stop" {}' } }),
    delta: event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 20, ...delta } }),
    stop: event('message_stop', {}),
  };
}

/** A stream of these parts, each a write of its own. @param {readonly (string | Uint8Array)[]} parts @returns {Script} */
export function stream(parts) {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_upstream' });
    for (const part of parts) await new Promise((done) => response.write(part, done));
    response.end();
  };
}

/** A stream that a test goes on with by hand. */
export function heldStream() {
  /** @type {(response: import('node:http').ServerResponse) => void} */
  let ready = () => undefined;
  const response = new Promise((done) => {
    ready = done;
  });
  return {
    /** @type {Script} */
    script: (each) => {
      each.writeHead(200, { 'content-type': 'text/event-stream' });
      each.flushHeaders();
      ready(each);
    },
    /** @returns {Promise<import('node:http').ServerResponse>} */
    response: () => response,
  };
}
