/** Sends what the resources ask, again where that is safe, and turns refusals into errors. */
import pRetry from 'p-retry';

import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from './errors.js';
import type { Answer, Input, Item, ListName, Name, PageBody } from './operation.js';
import { Pages, type Cursor } from './pages.js';

/** What one call can have of its own. */
export interface RequestOptions {
  /** Ends the call, and its waiting between attempts. */
  signal?: AbortSignal;
  /** How long each attempt may take, in milliseconds. */
  timeout?: number;
  /** How often it is tried again. */
  maxRetries?: number;
  /** The revision that was read: a change that somebody else made since is a {@link ConflictError}. */
  revision?: number;
}

export interface Connection {
  baseURL: string;
  /** Null where a browser's cookie says who asks. */
  apiKey: string | null;
  timeout: number;
  maxRetries: number;
  fetch: typeof fetch;
}

/** The longest that a server may make a call wait. */
const MAX_WAIT_MS = 60_000;
const BACKOFF = { minTimeout: 500, maxTimeout: 8_000, factor: 2, randomize: true };

/** What any endpoint is asked with. */
interface AnyInput {
  path?: object;
  query?: object;
  body?: unknown;
}

export class Transport {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The answer of an endpoint. */
  async send<N extends Name>(name: N, input: Input<N>, options: RequestOptions = {}): Promise<Answer<N>> {
    const text = await this.#retried(name, input, options, (response) => response.text());
    return JSON.parse(text) as Answer<N>;
  }

  /** A list, which goes on where a page ends. */
  list<N extends ListName>(name: N, input: Input<N>, options?: RequestOptions): Pages<Item<N>> {
    const asked: AnyInput & { query?: Cursor } = input;
    const load = async (cursor: Cursor) => {
      const { after_id: _after, before_id: _before, page: _page, ...rest } = asked.query ?? {};
      const query = Object.keys(cursor).length === 0 ? asked.query : { ...rest, ...cursor };
      return (await this.send(name, { ...input, query }, options)) as PageBody<Item<N>>;
    };
    return new Pages(load, asked.query ?? {});
  }

  /** An answer that is too long to be held: its body is the caller's to read. */
  stream<N extends Name>(name: N, input: Input<N>, options: RequestOptions = {}): Promise<Response> {
    return this.#retried(name, input, options, async (response) => response);
  }

  #retried<T>(name: Name, input: AnyInput, options: RequestOptions, read: (response: Response) => Promise<T>): Promise<T> {
    const { signal, maxRetries: retries = this.#connection.maxRetries } = options;
    if (signal?.aborted) return Promise.reject(aborted(signal));
    const attempt = () => this.#attempt(name, input, options, read);
    const shouldRetry = async ({ error }: { error: Error }) => {
      if (!mayBeRepeated(name, error)) return false;
      const waitMs = error instanceof APIError ? retryAfterMs(error.headers) : 0;
      if (waitMs > MAX_WAIT_MS) return false;
      await wait(waitMs, signal);
      return true;
    };
    return pRetry(attempt, { ...BACKOFF, retries, shouldRetry, ...(signal && { signal }) }).catch((error: unknown) => {
      throw signal?.aborted ? aborted(signal) : error;
    });
  }

  async #attempt<T>(
    name: Name,
    { path = {}, query = {}, body }: AnyInput,
    { signal, timeout = this.#connection.timeout, revision }: RequestOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const { baseURL, apiKey } = this.#connection;
    const [method = '', address = ''] = name.split(' ');
    const url = `${baseURL}${addressOf(address, path)}${queryOf(query)}`;
    // Its own timer and not `AbortSignal.timeout`: a body that is handed on must not be cut off by it.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeout);
    const headers = {
      ...(apiKey !== null && { 'x-api-key': apiKey }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(revision !== undefined && { 'if-match': `"${revision}"` }),
    };
    try {
      // Called by itself: a browser's `fetch` refuses to be the method of another object.
      const { fetch: send } = this.#connection;
      const response = await send(url, {
        method,
        headers,
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
        // A management API does not redirect: what does is something else, which must not be told the key. (Workers know no `error`.)
        redirect: 'manual',
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw APIError.of(response.status, response.headers, await response.text());
      return await read(response);
    } catch (error) {
      if (error instanceof APIError) throw error;
      if (signal?.aborted) throw aborted(signal);
      if (late.signal.aborted) {
        const message = `${name}: no answer in ${timeout} ms: look whether it took effect, or give a longer \`timeout\``;
        throw new APIConnectionTimeoutError(message, { cause: error });
      }
      throw new APIConnectionError(`${name}: no answer from \`${baseURL}\`: check that the gateway runs there`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * Whether trying again can do no harm.
 *
 * A `POST` may have taken effect although its answer was lost: a second one would make another key, or another secret. It is repeated only
 * where the server says that nothing was done.
 */
function mayBeRepeated(name: Name, error: Error): boolean {
  const isRepeatable = !name.startsWith('POST ');
  if (error instanceof APIConnectionError) return isRepeatable;
  if (!(error instanceof APIError) || error.status === undefined) return false;
  const told = error.headers?.get('x-should-retry');
  if (told === 'true' || told === 'false') return told === 'true';
  if (error.status === 429) return true;
  return isRepeatable && (error.status === 408 || error.status >= 500);
}

/** How long the server asks to wait. */
function retryAfterMs(headers: Headers | undefined): number {
  const given = headers?.get('retry-after') ?? null;
  if (given === null) return 0;
  const seconds = Number(given);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : 0;
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal === undefined ? new Error('stopped') : aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function aborted(signal: AbortSignal): APIUserAbortError {
  return new APIUserAbortError('the call was ended by its signal', { cause: signal.reason });
}

/** The address with its ids in place. */
function addressOf(address: string, path: object): string {
  const ids = new Map<string, unknown>(Object.entries(path));
  return address.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids.get(name);
    // An empty one would be another address: that of the list.
    if (typeof id !== 'string' || id === '' || id === '.' || id === '..') throw new TypeError(`${name}: \`${String(id)}\`: give an id`);
    return encodeURIComponent(id);
  });
}

function queryOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const values = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
  const params = new URLSearchParams(given.flatMap(([name, value]) => values(value).map((each) => [name, String(each)])));
  return given.length === 0 ? '' : `?${params}`;
}
