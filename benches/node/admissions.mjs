/**
 * A thread that sends messages to a gateway, and is the upstream that answers them: at a rate, whether those before were answered or not,
 * or four at a time, as fast as they are answered.
 */
import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';

const CLIENTS = 4;
const REQUEST = JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] });
const ANSWER = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 20 },
});

const parent = parentPort;
if (parent === null) throw new Error('admissions.mjs is started by management.mjs');
/** Milliseconds from when each message was due to its answer, since they were asked for last. @type {number[]} */
let times = [];

/** @typedef {{ url: string, key: string, rate: number | null }} Load messages a second; null: as many as are answered */

/** @param {Load} load @param {number} dueMs */
async function send({ url, key }, dueMs) {
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  const response = await fetch(`${url}/v1/messages`, { method: 'POST', headers, body: REQUEST });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`a message was answered with ${response.status}: ${text}`);
  times.push(performance.now() - dueMs);
}

/** One after the other. @param {Load} load */
async function client(load) {
  for (;;) await send(load, performance.now());
}

/** What is late is sent at once, and its time counts from when it was due. @param {Load} load @param {number} rate */
function pace(load, rate) {
  const startMs = performance.now();
  let sent = 0;
  const next = () => {
    while (startMs + (sent * 1000) / rate <= performance.now()) {
      void send(load, startMs + (sent * 1000) / rate);
      sent += 1;
    }
    setTimeout(next, startMs + (sent * 1000) / rate - performance.now());
  };
  next();
}

parent.on('message', (/** @type {'times' | Load} */ message) => {
  if (message === 'times') {
    parent.postMessage(times);
    times = [];
  } else if (message.rate === null) for (let each = 0; each < CLIENTS; each += 1) void client(message);
  else pace(message, message.rate);
});

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') parent.postMessage(`http://127.0.0.1:${address.port}`);
});
