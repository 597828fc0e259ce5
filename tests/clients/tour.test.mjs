/** The tour against a gateway that does not do as it should. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { KEY_NAMES } from '../../examples/demo/company.mjs';
import { Decisions } from '../../examples/demo/decisions.mjs';
import { Ledger } from '../../examples/demo/ledger.mjs';
import { Tour } from '../../examples/demo/tour.mjs';

const digests = /** @type {Record<import('../../examples/demo/company.mjs').KeyName, string>} */ (Object.fromEntries(KEY_NAMES.map((name) => [name, name])));

const server = createServer((request, response) => {
  request.resume();
  if (request.url?.endsWith('/query')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ total: { settled_usd: '0', assumed_usd: '0', held_usd: '0' }, keys: [], budgets: [] }));
    return;
  }
  response.writeHead(400, { 'content-type': 'application/json', 'request-id': 'req_1' });
  response.end('{"type":"error","error":{"type":"invalid_request_error","message":"field `x` is unknown"}}');
});
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

test('a status that is not expected is told at once, with what the gateway said, and the tour goes on', async () => {
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  const url = `http://127.0.0.1:${address.port}`;
  /** @type {string[]} */
  const printed = [];
  const unexpected = await new Tour({
    url,
    keys: digests,
    decisions: new Decisions(digests),
    ledger: new Ledger(url, 'token'),
    print: (line) => printed.push(line),
    decisionMs: 50,
  }).run();
  const [first = ''] = printed;
  assert.match(first, /^FAIL {2}a message +400\n {6}unexpected: status 400 instead of 200: field `x` is unknown \(request id req_1\)$/);
  assert.equal(unexpected, printed.filter((line) => line.startsWith('FAIL')).length);
  // A refusal that was to come by a decision of the engine came without one.
  assert.ok(printed.some((line) => line.includes('the gateway told no decision of it (request id req_1)')));
  assert.match(printed.at(-1) ?? '', /^\d+ of it was not as expected$/);
});
