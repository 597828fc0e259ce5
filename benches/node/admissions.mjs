/** A thread that sends messages to a gateway, four at a time, and is the upstream that answers them. */
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
let admitted = 0;

/** @param {{ url: string, key: string }} gateway */
async function send({ url, key }) {
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  for (;;) {
    const response = await fetch(`${url}/v1/messages`, { method: 'POST', headers, body: REQUEST });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`a message was answered with ${response.status}: ${text}`);
    admitted += 1;
  }
}

parent.on('message', (/** @type {'count' | { url: string, key: string }} */ message) => {
  if (message === 'count') parent.postMessage(admitted);
  else for (let client = 0; client < CLIENTS; client += 1) void send(message);
});

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') parent.postMessage(`http://127.0.0.1:${address.port}`);
});
