/** The upstream's second port: what it was asked and billed, what it holds, and letting that go. For tests and the demo only. */
import { createServer } from 'node:http';

/**
 * @param {{ journal: import('./journal.mjs').Journal, gate: import('./gate.mjs').Gate }} state
 */
export function controlServer({ journal, gate }) {
  /** @type {Record<string, (query: URLSearchParams) => object>} */
  const routes = {
    'GET /__control/usages': () => ({ count: journal.usages.count, usages: journal.usages.entries }),
    'GET /__control/requests': () => ({ count: journal.requests.count, requests: journal.requests.entries }),
    'GET /__control/held': () => ({ held: gate.held }),
    'POST /__control/release': (query) => ({ released: gate.release(query.get('name'), query.get('keep') === 'open') }),
    'POST /__control/clear': () => {
      journal.clear();
      gate.close();
      return { cleared: true };
    },
  };
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://control');
    const name = `${request.method} ${url.pathname}`;
    // A web page may send requests to loopback, but it cannot leave out its origin.
    const route = request.headers.origin === undefined && Object.hasOwn(routes, name) ? routes[name] : undefined;
    request.resume();
    const [status, body] = route === undefined
      ? [404, { error: `no \`${name}\` here: use one of ${Object.keys(routes).join(', ')}` }]
      : [200, route(url.searchParams)];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
}
