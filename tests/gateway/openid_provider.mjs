/** A real OpenID Connect provider on loopback, at which one person after another signs in and agrees without being asked. */
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

export class OpenIdProvider {
  #server;
  /** @type {{ sub: string, email?: string, email_verified?: boolean }} who signs in next */
  person = { sub: 'nobody' };
  client = { id: 'tollgate', secret: 'a-secret-of-the-tests' };

  /** @param {import('node:http').Server} server @param {string} issuer */
  constructor(server, issuer) {
    this.#server = server;
    this.issuer = issuer;
  }

  /**
   * @param {{ redirectUri: string, emailInToken?: boolean }} options whether the address is in the token, or only told to whoever
   * asks with it
   */
  static async start({ redirectUri, emailInToken = true }) {
    /** @type {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} */
    let answer = (_request, response) => response.writeHead(503).end();
    const server = createServer((request, response) => answer(request, response));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = /** @type {import('node:net').AddressInfo} */ (server.address());
    const started = new OpenIdProvider(server, `http://127.0.0.1:${address.port}`);
    const provider = new Provider(started.issuer, {
      clients: [
        {
          client_id: started.client.id,
          client_secret: started.client.secret,
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: !emailInToken,
      cookies: { keys: ['a-key-of-the-tests'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...started.person, sub }) }),
    });
    const serve = provider.callback();
    answer = (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return void serve(request, response);
      agree(provider, request, response, started.person.sub).catch(() => response.writeHead(500).end());
    };
    return started;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/**
 * @param {Provider} provider @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response @param {string} accountId
 */
async function agree(provider, request, response, accountId) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope('openid email');
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
}

/**
 * A browser without pages: follows redirects from the provider's address on and keeps its cookies, until it is sent elsewhere.
 *
 * @param {string} start @param {string} issuer
 * @returns {Promise<URL>} where it is sent
 */
export async function followed(start, issuer) {
  /** @type {Map<string, string>} */
  const cookies = new Map();
  for (let target = new URL(start), step = 0; step < 20; step += 1) {
    if (target.origin !== issuer) return target;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(target, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
    target = new URL(location, target);
  }
  throw new Error('the provider sends the browser round in circles');
}
