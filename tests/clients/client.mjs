/** The official SDK, unmodified: told where the gateway is and with which key, and watched by what it fetches. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';

/**
 * @param {string} baseURL
 * @param {string} apiKey
 * @param {number} [maxRetries]
 */
export function clientOf(baseURL, apiKey, maxRetries = 0) {
  /** @type {{ status: number, headers: Headers }[]} */
  const attempts = [];
  const client = new Anthropic({
    baseURL, apiKey, authToken: null, maxRetries,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      attempts.push({ status: response.status, headers: response.headers });
      return response;
    },
  });
  return { client, attempts };
}

/**
 * @param {string} content
 * @param {Partial<Anthropic.MessageCreateParamsNonStreaming>} [more]
 * @returns {Anthropic.MessageCreateParamsNonStreaming}
 */
export function request(content, more) {
  return { model: 'claude-sonnet-5', max_tokens: 256, messages: [{ role: 'user', content }], ...more };
}

/**
 * The error that a call is refused with.
 *
 * @param {Promise<unknown>} call
 * @param {number} status
 * @param {string} type
 */
export async function refusal(call, status, type) {
  /** @type {unknown} */
  let thrown;
  await assert.rejects(call, (error) => {
    thrown = error;
    return true;
  });
  assert.ok(thrown instanceof Anthropic.APIError, String(thrown));
  assert.equal(thrown.status, status, thrown.message);
  assert.equal(thrown.type, type);
  assert.match(thrown.requestID ?? '', /^req_/);
  const body = /** @type {{ type: string, request_id: string }} */ (thrown.error);
  assert.equal(body.type, 'error');
  assert.equal(body.request_id, thrown.requestID);
  return thrown;
}
