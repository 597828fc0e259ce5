/**
 * A local upstream that speaks the Messages API: JSON and streams, token counts, models and errors, in the shapes of the official
 * SDK's types. What it does with a request is said in that request's last user message (`upstream/directive.mjs` has the
 * list, docs/demo.md explains it), and what it billed can be read on a second port.
 *
 * It is deterministic: input tokens come from the size of the body, the words from a seed, ids from a counter.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { controlServer } from './upstream/control.mjs';
import { Delivery } from './upstream/delivery.mjs';
import { the } from './upstream/directive.mjs';
import { errorBody, Failure } from './upstream/failure.mjs';
import { Gate } from './upstream/gate.mjs';
import { Answer } from './upstream/message.mjs';
import { modelNamed, modelPage } from './upstream/model.mjs';
import { Journal } from './upstream/journal.mjs';
import { countRequest, messagesRequest } from './upstream/request.mjs';
import { inputTokens } from './upstream/usage.mjs';

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {{ request: Request, response: Response, url: URL, body: Buffer, requestId: string, serial: string }} Exchange
 */

const MAX_BODY_BYTES = 32 * 1024 * 1024;

class Upstream {
  journal = new Journal();
  gate = new Gate();
  #serial = 0;

  /** @param {string} apiKey */
  constructor(apiKey) {
    this.apiKey = apiKey;
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  async answer(request, response) {
    this.#serial += 1;
    const serial = String(this.#serial).padStart(8, '0');
    const requestId = `req_up${serial}`;
    try {
      const body = await bodyOf(request);
      const url = new URL(request.url ?? '/', 'http://upstream');
      const { 'x-api-key': apiKey, authorization, ...headers } = request.headers;
      // Official clients use the one or the other.
      const key = apiKey ?? authorization?.replace(/^bearer +/i, '');
      /** @type {import('./upstream/journal.mjs').Asked} */
      const asked = {
        request_id: requestId,
        method: request.method ?? '',
        path: url.pathname,
        headers,
        body_bytes: body.length,
        body_sha256: createHash('sha256').update(body).digest('hex'),
        status: null,
      };
      this.journal.requests.add(asked);
      response.once('close', () => (asked.status = response.headersSent ? response.statusCode : null));
      if (key !== this.apiKey) throw new Failure(401, 'invalid x-api-key');
      if (headers['anthropic-version'] === undefined) throw new Failure(400, 'anthropic-version: header is required');
      await this.#route({ request, response, url, body, requestId, serial });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refuse(response, error, requestId);
    }
  }

  /** @param {Exchange} exchange */
  async #route(exchange) {
    const { request, response, url, body, requestId } = exchange;
    const model = /^\/v1\/models\/([^/]+)$/.exec(url.pathname)?.[1];
    if (request.method === 'POST' && url.pathname === '/v1/messages') return this.#messages(exchange);
    if (request.method === 'POST' && url.pathname === '/v1/messages/count_tokens') {
      const asked = countRequest(body);
      this.#failIfAsked(asked.directives, requestId);
      return json(response, { input_tokens: inputTokens(asked) }, requestId);
    }
    if (request.method === 'GET' && url.pathname === '/v1/models') return json(response, modelPage(url.searchParams), requestId);
    if (request.method === 'GET' && model !== undefined) return json(response, modelNamed(decodeURIComponent(model)), requestId);
    throw new Failure(404, `Not found: ${request.method} ${url.pathname}`);
  }

  /** @param {Exchange} exchange */
  async #messages({ request, response, body, requestId, serial }) {
    const asked = messagesRequest(body);
    this.#failIfAsked(asked.directives, requestId);
    const answer = new Answer(asked, `msg_up${serial}`);
    const delivery = new Delivery(answer, {
      response,
      gate: this.gate,
      headers: headersOf(requestId),
      requestId,
      acceptsGzip: /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')),
    });
    const { ending, usage } = await delivery.send();
    this.journal.usages.add({ request_id: requestId, model: asked.model, stream: asked.stream, ending, usage });
  }

  /**
   * @param {import('./upstream/directive.mjs').Directive[]} directives
   * @param {string} requestId
   */
  #failIfAsked(directives, requestId) {
    const asked = the(directives, 'status');
    if (asked === undefined) return;
    const due = asked.times === undefined || this.journal.failsAgain(asked.id ?? requestId, asked.times);
    if (due) throw new Failure(asked.value ?? 500, undefined, { type: asked.type, retryAfterSeconds: asked.retry_after });
  }
}

/** @param {string} requestId */
function headersOf(requestId) {
  return {
    'request-id': requestId,
    'anthropic-organization-id': 'org_upstream',
    // The provider's own limits: whatever stands between must not pass them off as the caller's.
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:00Z',
  };
}

/**
 * @param {Response} response
 * @param {object} body
 * @param {string} requestId
 */
function json(response, body, requestId) {
  const bytes = Buffer.from(JSON.stringify(body));
  response
    .writeHead(200, { ...headersOf(requestId), 'content-type': 'application/json', 'content-length': String(bytes.length) })
    .end(bytes);
}

/**
 * @param {Response} response
 * @param {Failure} failure
 * @param {string} requestId
 */
function refuse(response, { status, type, message, retryAfterSeconds }, requestId) {
  response
    .writeHead(status, {
      ...headersOf(requestId),
      'content-type': 'application/json',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    })
    .end(JSON.stringify(errorBody(type, message, requestId)));
}

/**
 * @param {Request} request
 * @returns {Promise<Buffer>}
 */
async function bodyOf(request) {
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // The rest is still read: a client that is answered while it sends sees a broken connection instead of the 413.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) throw new Failure(413, 'Request exceeds the maximum size');
  return Buffer.concat(chunks);
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 */
async function listen(server, port) {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the upstream listens on no port');
  return `http://127.0.0.1:${address.port}`;
}

/** @param {import('node:http').Server} server */
async function stop(server) {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/**
 * Starts the upstream and its control port on loopback.
 *
 * @param {{ apiKey: string, port?: number, controlPort?: number }} options port 0, the default: any free one
 * @returns {Promise<{ url: string, controlUrl: string, close(): Promise<void> }>}
 */
export async function startUpstream({ apiKey, port = 0, controlPort = 0 }) {
  const upstream = new Upstream(apiKey);
  const server = createServer((request, response) => {
    upstream.answer(request, response).catch((error) => {
      // A client that breaks off while it sends is no fault of the upstream; everything else is, and must be seen.
      if (request.destroyed && !request.complete) return;
      process.stderr.write(`upstream: ${error instanceof Error ? error.stack : String(error)}\n`);
      response.destroy();
    });
  });
  // Idle connections stay open: closing one at the moment when a pooling client reuses it looks like a reset after sending.
  server.keepAliveTimeout = 0;
  const control = controlServer(upstream);
  const url = await listen(server, port);
  try {
    const controlUrl = await listen(control, controlPort);
    return {
      url,
      controlUrl,
      async close() {
        await Promise.all([stop(server), stop(control)]);
      },
    };
  } catch (error) {
    await stop(server);
    throw error;
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'control-port': { type: 'string', default: '0' },
      'api-key': { type: 'string', default: 'upstream-key' },
    },
  });
  const upstream = await startUpstream({
    apiKey: values['api-key'],
    port: Number(values.port),
    controlPort: Number(values['control-port']),
  });
  process.stdout.write(`${JSON.stringify({ url: upstream.url, control_url: upstream.controlUrl })}\n`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => upstream.close());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
