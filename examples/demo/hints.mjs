/** What the demo says to try, in lines that can be pasted. */
import { KEY_NAMES, KEYS } from './company.mjs';

/**
 * @param {{ url: string, keys: Record<import('./company.mjs').KeyName, string>, local: boolean }} demo
 */
export function hints({ url, keys, local }) {
  const width = Math.max(...KEY_NAMES.map((name) => name.length));
  const ask = (/** @type {import('./company.mjs').KeyName} */ key, /** @type {string} */ fields, maxTokens = 256) =>
    `curl -sN ${url}/v1/messages -H 'x-api-key: ${keys[key]}' -H 'content-type: application/json' -d '{"model":"claude-sonnet-5","max_tokens":${maxTokens},${fields}}'`;
  const manage = (/** @type {string} */ what, body = '') =>
    `curl -sS ${url}/v1/${what === '' ? 'api-keys' : `organizations/${what}`} -H 'x-api-key: ${keys.admin}'${body && ` -H 'content-type: application/json' -d '${body}'`}`;
  const said = (/** @type {string} */ text) => `"messages":[{"role":"user","content":"${text}"}]`;
  return `
Tollgate serves ${url} for Acme Corp${local ? ', with a local upstream that costs nothing' : ''}.

keys
${KEY_NAMES.map((name) => `  ${name.padEnd(width)}  ${keys[name]}  ${KEYS[name].about}`).join('\n')}

a request, and the same as a stream
  ${ask('normal', said('hello'))}
  ${ask('normal', `"stream":true,${said('hello')}`)}

a key that was taken back (401), a role that may not (403), a model that this key may not use (403)
  ${ask('revoked', said('hello'))}
  ${ask('viewer', said('hello'))}
  ${ask('one_model', said('hello'))}

more than the rate limit permits (429 with retry-after)
  for i in 1 2 3; do ${ask('tight_limit', said('hello'))}; echo; done
${local ? `
more than the budget permits (400, which clients do not retry): the first spends 0.01 usd, the second finds no room
  for i in 1 2; do ${ask('tight_budget', said('[[tokens out=1000]]'), 1024)}; echo; done

an upstream that is overloaded (nothing is charged), and one that breaks off (charged as if it had gone on)
  ${ask('normal', said('[[status 529]]'))}
  ${ask('normal', `"stream":true,${said('[[reset after=5]]')}`)}
` : `
more than the budget permits (400, which clients do not retry): repeat until it is refused
  ${ask('tight_budget', said('Tell a long story.'))}
`}
manage the company: who belongs to it, a key with a limit and a cap, what was done (docs/management.md)
  ${manage('members')}
  ${manage('', '{"name":"mine","rate_limit":{"requests_per_minute":60},"monthly_cap_usd":"5.00"}')}
  ${manage('audit-logs?limit=5')}

TypeScript (npm install @anthropic-ai/sdk)
  import Anthropic from '@anthropic-ai/sdk';
  const client = new Anthropic({ baseURL: '${url}', apiKey: '${keys.normal}' });
  console.log(await client.messages.create({ model: 'claude-sonnet-5', max_tokens: 256, messages: [{ role: 'user', content: 'hello' }] }));

Python (pip install anthropic)
  from anthropic import Anthropic
  client = Anthropic(base_url='${url}', api_key='${keys.normal}')
  print(client.messages.create(model='claude-sonnet-5', max_tokens=256, messages=[{'role': 'user', 'content': 'hello'}]))

Stop with Ctrl-C.
`;
}
