/** `POST /v1/messages`: admit, send, pass the answer on, settle. */
import { ApiError } from './api_error.js';
import { BodyTooLarge, readWhole } from './body.js';
import type { CallContext } from './call_context.js';
import { Departure } from './departure.js';
import { denialError } from './denial.js';
import { EventStreamMeter } from './event_stream.js';
import { clientHeaders, upstreamHeaders, type HeaderFields } from './headers.js';
import { readMessageRequest } from './message_request.js';
import { OrganizationError, type Decided } from './organization_door.js';
import { setRateHeaders } from './rate_headers.js';
import { relay } from './relay.js';
import { Settlement } from './settlement.js';
import { Silence } from './silence.js';
import { isObject, type Json } from './strict_json.js';
import { lost, mayHaveRun, ownFault, send } from './upstream.js';
import { MessageUsage, type Containers } from './usage.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';
import type { AdmitRequest, Allow, Deny } from './wire.js';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** A request that was found well: what goes to the engine, and what goes to the upstream. */
interface Judged {
  model: string;
  bound: AdmitRequest;
  containers: Containers;
  body: Uint8Array<ArrayBuffer>;
  headers: HeaderFields;
}

export async function createMessage(call: CallContext): Promise<Response> {
  const { model, bound, containers, body, headers } = await judge(call).catch(async (error: unknown) => {
    throw error instanceof ApiError ? await call.withHeadroom(error) : error;
  });
  const settlement = new Settlement(call.door, call.requestId);

  const { decision, headroom } = await admit(call, model, bound, settlement);
  const nowMs = Date.now();
  const dress = (onto: HeaderFields): HeaderFields => {
    if (headroom !== null) setRateHeaders(onto, headroom, nowMs);
    return onto;
  };
  if (decision.type === 'deny') {
    const denial = denialError(decision, nowMs);
    dress(denial.headers);
    throw denial;
  }
  // Somebody else's request bears this id already, sent or not: a second one under the same hold would be free.
  if (decision.replayed) {
    const replayed = ApiError.storeUnavailable();
    dress(replayed.headers);
    throw replayed;
  }
  if (call.request.signal.aborted) {
    // Nobody waits any more and nothing was sent: the cheapest moment to stop.
    await call.recorded(settlement.void());
    return new Response(null, { status: 499 });
  }
  const onePrompt = (bound.web_searches ?? 0) === 0 && (bound.iterations ?? 1) === 1;
  const usage = new MessageUsage(bound.cache_write, onePrompt && containers === 'none', containers);
  return new Dispatch(call, settlement, usage, dress).run(body, headers);
}

async function judge(call: CallContext): Promise<Judged> {
  const body = await call.readBody();
  const { model, maxTokens, stream, bound } = readMessageRequest(body, call.settings, { counting: false });
  const { betas, upstream, countInputTokens } = call.settings;
  const headers = upstreamHeaders(call.request.headers, { apiKey: upstream.apiKey, betas, stream });
  const exact = await countInputTokens(body);
  const input = exact === null ? { bodyBytes: body.length } : { tokens: exact };
  const request = bound.toRequest(maxTokens, input);
  const mayRun = (request.code_execution_ms ?? 0) > 0;
  const containers = bound.preloaded ? 'preloaded' : mayRun ? 'may_run' : 'none';
  return { model, bound: request, containers, body, headers };
}

async function admit(
  call: CallContext,
  model: string,
  request: AdmitRequest,
  settlement: Settlement,
): Promise<Decided<Allow | Deny>> {
  try {
    return await call.door.admit({
      type: 'admit',
      reservation: call.requestId,
      credential: call.credential,
      model,
      request,
    });
  } catch (error) {
    if (error instanceof OrganizationError) throw await call.withHeadroom(call.refused(error));
    // The hold may have been recorded although its answer was lost. Nothing is sent, so it must not stay.
    call.keepAlive(settlement.undo().done);
    throw ApiError.storeUnavailable();
  }
}

/** A request that was admitted: from here on every way out settles or voids. */
class Dispatch {
  readonly #silence: Silence;
  readonly #departure: Departure;

  constructor(
    private readonly call: CallContext,
    private readonly settlement: Settlement,
    private readonly usage: MessageUsage,
    private readonly dress: (headers: HeaderFields) => HeaderFields,
  ) {
    this.#silence = new Silence(call.settings.upstream.timeoutMs);
    this.#departure = new Departure(call.request.signal, call.settings, this.#silence);
  }

  async run(body: Uint8Array<ArrayBuffer>, headers: HeaderFields): Promise<Response> {
    let answer: Response;
    try {
      answer = await send(this.call.settings.upstream, '/v1/messages', { body, headers }, this.#silence);
    } catch (error) {
      // Sent, or perhaps sent: the runtime does not tell a refused connection from a lost one.
      await this.#settle();
      throw this.#dressed(error as ApiError);
    }
    if (answer.status < 200 || answer.status >= 300) return this.#failed(answer);
    const type = answer.headers.get('content-type') ?? '';
    return /^text\/event-stream\b/i.test(type) ? this.#stream(answer) : this.#whole(answer);
  }

  /** An HTTP error status: the model did not run. */
  async #failed(answer: Response): Promise<Response> {
    await this.call.recorded(
      mayHaveRun(answer.status) ? this.settlement.settle({ type: 'unknown' }) : this.settlement.void(),
    );
    this.#departure.over();
    const fault = ownFault(answer.status);
    if (fault !== null) {
      await answer.body?.cancel();
      throw this.#dressed(fault);
    }
    return new Response(answer.body, { status: answer.status, headers: this.#headers(answer) });
  }

  /** An answer in one piece: settled before the client has it. */
  async #whole(answer: Response): Promise<Response> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await this.#silence.during(readWhole(answer, MAX_ANSWER_BYTES));
      this.#readUsage(bytes);
    } catch (error) {
      this.#silence.abort();
      await this.#settle();
      if (error instanceof BodyTooLarge) {
        throw this.#dressed(
          new ApiError(502, 'api_error', `the upstream's answer is longer than ${MAX_ANSWER_BYTES} bytes`),
        );
      }
      throw this.#dressed(lost(this.#silence));
    }
    await this.#settle();
    // Some statuses permit no body at all, not even an empty one.
    return new Response(bytes.length === 0 ? null : bytes, { status: answer.status, headers: this.#headers(answer) });
  }

  /** An answer that is read as it is made: settled at its end, and kept alive until then. */
  #stream(answer: Response): Response {
    const meter = new EventStreamMeter(this.usage);
    let finished = (): void => undefined;
    this.call.keepAlive(
      new Promise<void>((resolve) => {
        finished = resolve;
      }),
    );
    const body = relay(bodyOf(answer), this.#silence, this.#departure, {
      onChunk: (chunk) => meter.feed(chunk),
      onEnd: () => this.#settle().finally(finished),
      epitaph: () => (this.usage.complete || meter.failed ? null : this.#errorEvent(meter.insideLine)),
    });
    const headers = { ...this.#headers(answer), 'cache-control': 'no-cache' };
    return new Response(body, { status: answer.status, headers });
  }

  /** The status line has gone, so the failure is an event. It takes over an event that was cut off in the middle. */
  #errorEvent(insideLine: boolean): Uint8Array {
    const data = lost(this.#silence).toJson(this.call.requestId);
    return encodeUtf8(`${insideLine ? '\n' : ''}event: error\ndata: ${data}\n\n`);
  }

  #readUsage(bytes: Uint8Array): void {
    try {
      const message = JSON.parse(decodeUtf8(bytes)) as Json;
      this.usage.start(message);
      this.usage.container(isObject(message) ? message['container'] : undefined);
      this.usage.stop();
    } catch {
      // An answer that cannot be read was made all the same: it stays without usage, and is charged at the hold.
    }
  }

  #settle(): Promise<void> {
    this.#departure.over();
    return this.call.recorded(this.settlement.settle(this.usage.toSettlement()));
  }

  #headers(answer: Response): HeaderFields {
    return this.dress(clientHeaders(answer.headers, this.call.requestId));
  }

  #dressed(error: ApiError): ApiError {
    this.dress(error.headers);
    return error;
  }
}

function bodyOf(answer: Response): ReadableStream<Uint8Array> {
  return answer.body ?? new Blob([]).stream();
}
