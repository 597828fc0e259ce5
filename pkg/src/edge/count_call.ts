/** `POST /v1/messages/count_tokens`: decided by its own limit, never charged. */
import { ApiError } from './api_error.js';
import type { CallContext } from './call_context.js';
import { denialError } from './denial.js';
import { clientHeaders, upstreamHeaders } from './headers.js';
import { readMessageRequest } from './message_request.js';
import { OrganizationError, type Decided } from './organization_door.js';
import { setRateHeaders } from './rate_headers.js';
import { Silence } from './silence.js';
import { ownFault, send } from './upstream.js';
import type { Counted, Deny } from './wire.js';

export async function countTokens(call: CallContext): Promise<Response> {
  const body = await call.readBody();
  const message = readMessageRequest(body, call.settings, { counting: true });
  const headers = upstreamHeaders(call.request.headers, {
    apiKey: call.settings.upstream.apiKey,
    betas: call.settings.betas,
    stream: false,
  });
  const { decision, headroom } = await decide(call, message.model);
  const nowMs = Date.now();
  if (decision.type === 'deny') {
    const denial = denialError(decision, nowMs);
    if (headroom !== null) setRateHeaders(denial.headers, headroom, nowMs);
    throw denial;
  }
  const silence = new Silence(call.settings.upstream.timeoutMs);
  const answer = await send(call.settings.upstream, '/v1/messages/count_tokens', { body, headers }, silence).catch(
    () => {
      throw silence.expired
        ? new ApiError(504, 'timeout_error', 'the upstream did not answer in time: try again')
        : new ApiError(502, 'api_error', 'the connection to the upstream was lost: try again');
    },
  );
  const fault = ownFault(answer.status);
  if (fault !== null) {
    await answer.body?.cancel();
    throw fault;
  }
  const answerHeaders = clientHeaders(answer.headers, call.requestId);
  if (headroom !== null) setRateHeaders(answerHeaders, headroom, nowMs);
  return new Response(answer.body, { status: answer.status, headers: answerHeaders });
}

async function decide(call: CallContext, model: string): Promise<Decided<Counted | Deny>> {
  try {
    return await call.door.countTokens({ type: 'count_tokens', credential: call.credential, model });
  } catch (error) {
    throw error instanceof OrganizationError ? call.refused(error) : ApiError.storeUnavailable();
  }
}
