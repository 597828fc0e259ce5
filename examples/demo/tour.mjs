/** A walk past every gate with the official SDK, and through the management of the company: each step says what it expects, and the tour fails where that is not what comes. */
import Anthropic from '@anthropic-ai/sdk';
import { generateKey } from 'tollgate/edge';
import { ORGANIZATION } from './company.mjs';
import { Managing } from './managing.mjs';
import { costOf } from './table.mjs';
import { sum } from './usd.mjs';

/**
 * @typedef {import('./company.mjs').KeyName} KeyName
 * @typedef {import('./decisions.mjs').Row} Row
 * @typedef {{ status: number, requestId: string, detail: string, problem: string }} Answer
 * `problem`: what the error says, empty for an answer that is none.
 * @typedef {{ what: string, ask: () => Promise<Answer>, expect: { status: number, reason?: string, outcome?: Row['outcome'], estimated?: boolean, attempts?: number }, until?: number }} Step
 */

/*
 * `until` repeats a step, at most that many times, until it is refused: how much of a limit or budget is left depends on what an earlier
 * run with the same state has used.
 */

const MODEL = 'claude-sonnet-5';

export class Tour {
  #unexpected = 0;
  /** @type {string[]} */
  #charges = [];
  #attempts = 0;

  /**
   * @param {{
   *   url: string, keys: Record<KeyName, string>, decisions: import('./decisions.mjs').Decisions,
   *   ledger: import('./ledger.mjs').Ledger, print: (line: string) => void,
   *   decisionMs?: number,
   * }} demo
   */
  constructor({ url, keys, decisions, ledger, print, decisionMs = 30_000 }) {
    this.url = url;
    this.keys = keys;
    this.decisions = decisions;
    this.ledger = ledger;
    this.print = print;
    /** How long to wait for what the gateway tells of a decision. */
    this.decisionMs = decisionMs;
  }

  /** @returns {Promise<number>} how many steps were not as expected */
  async run() {
    const before = await this.ledger.balances();
    for (const step of await this.#steps()) await this.#repeat(step);
    await new Managing({
      url: this.url, keys: this.keys,
      check: (line, right, problem) => this.#check(line, right, problem),
      walk: (step) => this.#repeat(step),
      message: (apiKey) => this.#message(apiKey),
    }).walk();
    const { total } = await this.ledger.balances();
    const charged = sum(this.#charges);
    const booked = sum([total.settled_usd, `-${before.total.settled_usd}`]);
    this.print('');
    this.#check(`the books hold the sum of these charges, ${booked} usd`, booked === charged, `the charges above are ${charged} usd`);
    this.#check('nothing is held when all is answered', total.held_usd === before.total.held_usd, `${total.held_usd} usd are held`);
    this.print(this.#unexpected === 0 ? 'everything was as expected' : `${this.#unexpected} of it was not as expected`);
    return this.#unexpected;
  }

  /** @returns {Promise<Step[]>} */
  async #steps() {
    const unknown = (await generateKey(ORGANIZATION)).key;
    const { keys } = this;
    const priced = { status: 200, reason: 'within limits', outcome: /** @type {const} */ ('settled') };
    return [
      { what: 'a message', ask: () => this.#message(keys.normal), expect: priced },
      { what: 'a stream', ask: () => this.#stream(keys.normal, 'hello'), expect: priced },
      { what: 'a prompt cache, written and read', ask: () => this.#message(keys.normal, { text: '[[tokens in=20 out=30 cache_5m=1000 cache_read=500]]', cached: true }), expect: priced },
      { what: 'counting tokens', ask: () => this.#count(keys.normal), expect: { status: 200, reason: 'within limits', outcome: 'none' } },
      { what: 'the models of a restricted key', ask: () => this.#models(keys.one_model), expect: { status: 200 } },
      { what: 'the administrator\'s own key', ask: () => this.#message(keys.ada), expect: priced },
      { what: 'a key that nobody has', ask: () => this.#message(unknown), expect: { status: 401, reason: 'unknown_key' } },
      { what: 'a key with a typing error', ask: () => this.#message(`${keys.normal}x`), expect: { status: 401 } },
      { what: 'a revoked key', ask: () => this.#message(keys.revoked), expect: { status: 401, reason: 'revoked_key' } },
      { what: 'an expired key', ask: () => this.#message(keys.expired), expect: { status: 401, reason: 'expired_key' } },
      { what: 'a viewer calls a model', ask: () => this.#message(keys.viewer), expect: { status: 403, reason: 'forbidden_action' } },
      { what: 'a model that the key may not use', ask: () => this.#message(keys.one_model), expect: { status: 403, reason: 'forbidden_model' } },
      { what: 'the model that it may use', ask: () => this.#message(keys.one_model, { model: 'claude-haiku-4-5' }), expect: priced },
      { what: 'more than the rate limit permits', ask: () => this.#message(keys.tight_limit), expect: { status: 429, reason: 'limit_exceeded: tight-requests' }, until: 5 },
      { what: 'the same, and the SDK waits as it is told', ask: () => this.#message(keys.tight_limit, { maxRetries: 2 }), expect: priced },
      { what: 'more than the budget permits', ask: () => this.#spend(keys.tight_budget), expect: { status: 400, reason: 'budget_exceeded: tight-month' }, until: 3 },
      { what: 'the same, and the SDK does not retry', ask: () => this.#message(keys.tight_budget, { maxRetries: 2 }), expect: { status: 400, reason: 'budget_exceeded: tight-month', attempts: 1 } },
      { what: 'a prompt whose price nothing bounds', ask: () => this.#unbounded(keys.normal), expect: { status: 400, reason: 'unboundable_request' } },
      { what: 'an upstream that is overloaded', ask: () => this.#message(keys.normal, { text: '[[status 529]]' }), expect: { status: 529, outcome: 'voided' } },
      { what: 'an upstream that breaks off', ask: () => this.#stream(keys.normal, '[[reset after=4]]'), expect: { status: 200, outcome: 'settled', estimated: true } },
      { what: 'a client that leaves is billed all the same', ask: () => this.#leave(keys.normal), expect: { status: 200, outcome: 'settled', estimated: false } },
    ];
  }

  /** @param {Step} step */
  async #repeat(step) {
    for (let left = step.until ?? 1; left > 1; left -= 1) {
      const answer = await step.ask();
      if (answer.status !== 200) return this.#walk(step, answer);
      await this.#walk({ ...step, expect: { status: 200, outcome: 'settled' } }, answer);
    }
    return this.#walk(step, await step.ask());
  }

  /**
   * @param {Step} step
   * @param {Answer} answer
   */
  async #walk({ what, expect }, answer) {
    const attempts = this.#attempts;
    this.#attempts = 0;
    if (answer.status !== expect.status) {
      // Nothing is waited for: where the status is another, the decision that was expected may never come.
      const message = answer.problem === '' ? '' : `: ${answer.problem}`;
      const where = answer.requestId === '' ? 'no request id' : `request id ${answer.requestId}`;
      const line = [what.padEnd(44), String(answer.status), answer.detail].filter((part) => part !== '').join('  ');
      this.#check(line, false, `status ${answer.status} instead of ${expect.status}${message} (${where})`);
      const known = this.decisions.rows.findLast((each) => each.reservation === answer.requestId);
      if (known !== undefined && known.costUsd !== null) this.#charges.push(known.costUsd);
      return;
    }
    const decided = expect.reason !== undefined || expect.outcome !== undefined;
    const row = decided ? await this.#rowOf(answer, expect) : null;
    const untold = decided && row === null;
    const wrong = untold ? [`the gateway told no decision of it (request id ${answer.requestId})`] : [
      ...(expect.reason === undefined || row?.reason === expect.reason ? [] : [`reason \`${row?.reason}\` instead of \`${expect.reason}\``]),
      ...(expect.outcome === undefined || row?.outcome === expect.outcome ? [] : [`\`${row?.outcome}\` instead of \`${expect.outcome}\``]),
      ...(expect.estimated === undefined || row?.estimated === expect.estimated ? [] : ['the charge is estimated, or is not, against expectation']),
      ...(expect.attempts === undefined || attempts === expect.attempts ? [] : [`${attempts} attempts instead of ${expect.attempts}`]),
    ];
    if (row !== null && row.costUsd !== null) this.#charges.push(row.costUsd);
    const decision = row === null ? '' : row.allowed ? 'allow' : 'deny';
    const reason = row?.reason ?? '';
    const line = [what.padEnd(44), String(answer.status), decision.padEnd(5), row === null ? '' : costOf(row), reason && `[${reason}]`, attempts > 1 ? `attempt ${attempts}` : '', answer.detail];
    this.#check(line.filter((part) => part !== '').join('  '), wrong.length === 0, wrong.join('; '));
  }

  /**
   * @param {string} line
   * @param {boolean} right
   * @param {string} problem
   */
  #check(line, right, problem) {
    if (!right) this.#unexpected += 1;
    this.print(`${right ? 'ok  ' : 'FAIL'}  ${line}${right ? '' : `\n      unexpected: ${problem}`}`);
  }

  /**
   * What the gateway says of the request; it may say it a moment after the client has its answer.
   *
   * @param {Answer} answer
   * @param {Step['expect']} expect
   */
  async #rowOf({ requestId }, expect) {
    if (expect.outcome === 'none') return this.decisions.rows.findLast((each) => each.operation === 'count_tokens') ?? null;
    return this.decisions.settled(requestId, (row) => !row.allowed || row.outcome !== 'held', this.decisionMs);
  }

  /**
   * @param {string} apiKey
   * @param {number} [maxRetries]
   */
  #client(apiKey, maxRetries = 0) {
    // Everything is given, so that nothing is taken from the environment of whoever runs this.
    return new Anthropic({
      apiKey, authToken: null, baseURL: this.url, maxRetries,
      fetch: (url, init) => {
        this.#attempts += 1;
        return fetch(url, init);
      },
    });
  }

  /**
   * @param {string} apiKey
   * @param {{ model?: string, text?: string, maxRetries?: number, cached?: boolean }} [more]
   */
  #message(apiKey, { model = MODEL, text = 'hello', maxRetries = 0, cached = false } = {}) {
    const system = cached ? [{ type: /** @type {const} */ ('text'), text: 'Be brief. '.repeat(500), cache_control: { type: /** @type {const} */ ('ephemeral') } }] : [];
    return answered(async () => {
      const { data, response } = await this.#client(apiKey, maxRetries)
        .messages.create({ model, max_tokens: 256, messages: [{ role: 'user', content: text }], ...(cached ? { system } : {}) })
        .withResponse();
      return { response, detail: tokens(data.usage) };
    });
  }

  /**
   * @param {string} apiKey
   * @param {string} text
   */
  #stream(apiKey, text, maxTokens = 256) {
    return answered(async () => {
      const { data, response } = await this.#client(apiKey)
        .messages.create({ model: MODEL, max_tokens: maxTokens, stream: true, messages: [{ role: 'user', content: text }] })
        .withResponse();
      let events = 0;
      let ending = 'complete';
      try {
        for await (const _ of data) events += 1;
      } catch (error) {
        if (!(error instanceof Anthropic.APIError)) throw error;
        ending = `broken off: ${error.type ?? 'connection'}`;
      }
      return { response, detail: `${events} events, ${ending}` };
    });
  }

  /** Leaves after the first words; the gateway reads on. @param {string} apiKey */
  #leave(apiKey) {
    return answered(async () => {
      const { data, response } = await this.#client(apiKey)
        .messages.create({ model: MODEL, max_tokens: 256, stream: true, messages: [{ role: 'user', content: '[[tokens out=200]] [[pace 5]]' }] })
        .withResponse();
      let events = 0;
      for await (const event of data) {
        events += 1;
        if (event.type === 'content_block_delta') break;
      }
      return { response, detail: `left after ${events} events` };
    });
  }

  /** @param {string} apiKey */
  #spend(apiKey) {
    return this.#stream(apiKey, '[[tokens in=100 out=1000]]', 1024);
  }

  /** @param {string} apiKey */
  #count(apiKey) {
    return answered(async () => {
      const { data, response } = await this.#client(apiKey)
        .messages.countTokens({ model: MODEL, messages: [{ role: 'user', content: 'hello' }] })
        .withResponse();
      return { response, detail: `${data.input_tokens} tokens` };
    });
  }

  /** @param {string} apiKey */
  #models(apiKey) {
    return answered(async () => {
      const { data, response } = await this.#client(apiKey).models.list().withResponse();
      return { response, detail: data.data.map(({ id }) => id).join(', ') };
    });
  }

  /** @param {string} apiKey */
  #unbounded(apiKey) {
    return answered(async () => {
      const { data, response } = await this.#client(apiKey)
        .messages.create({
          model: MODEL, max_tokens: 256, messages: [{ role: 'user', content: 'hello' }],
          tools: [{ type: 'web_search_20250305', name: 'web_search' }],
        })
        .withResponse();
      return { response, detail: tokens(data.usage) };
    });
  }
}

/** @param {Anthropic.Usage} usage */
function tokens({ input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens }) {
  const cached = cache_creation_input_tokens || cache_read_input_tokens;
  const cache = cached ? `, cache ${cache_creation_input_tokens} written, ${cache_read_input_tokens} read` : '';
  return `${input_tokens} in, ${output_tokens} out${cache}`;
}

/**
 * @param {() => Promise<{ response: Response, detail: string }>} ask
 * @returns {Promise<Answer>}
 */
async function answered(ask) {
  try {
    const { response, detail } = await ask();
    return { status: response.status, requestId: response.headers.get('tollgate-request-id') ?? '', detail, problem: '' };
  } catch (error) {
    if (!(error instanceof Anthropic.APIError)) throw error;
    const requestId = error.headers?.get('tollgate-request-id') ?? error.requestID ?? '';
    const wait = error.headers?.get('retry-after');
    return { status: error.status ?? 0, requestId, detail: wait ? `retry after ${wait} s` : '', problem: messageOf(error) };
  }
}

/**
 * What the answer's body says; where there was no answer, what the client says.
 *
 * @param {InstanceType<typeof Anthropic.APIError>} apiError
 */
function messageOf(apiError) {
  const body = /** @type {{ error?: { message?: unknown } } | undefined} */ (apiError.error);
  const said = body?.error?.message;
  return typeof said === 'string' ? said : apiError.message;
}
