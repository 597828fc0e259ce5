/** Sign-in by an OpenID Connect provider, against a real one on loopback. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ORGANIZATION } from './company.mjs';
import { ask, done, managedPolicy } from './management.mjs';
import { OpenIdProvider, followed } from './openid_provider.mjs';
import { servingWith } from './serving.mjs';

/** Where the provider sends browsers back to; the tests take it to the gateway's real port. */
const ORIGIN = 'http://127.0.0.1:9';
const START = '/v1/sessions/openid';
const CALLBACK = `${START}/callback`;
const ME = 'GET /v1/organizations/me';

/** @typedef {{ url: string }} Gateway */

/**
 * @param {{ emailInToken?: boolean, openid?: Record<string, string> }} how
 * @param {(gateway: import('./gateway.mjs').TestGateway, provider: OpenIdProvider) => Promise<void>} work
 */
async function signingIn({ emailInToken = true, openid = {} }, work) {
  const provider = await OpenIdProvider.start({ redirectUri: `${ORIGIN}${CALLBACK}`, emailInToken });
  const setting = {
    issuer: provider.issuer,
    clientId: provider.client.id,
    clientSecret: provider.client.secret,
    organization: ORGANIZATION,
    origin: ORIGIN,
    ...openid,
  };
  try {
    await servingWith({ given: managedPolicy(), vars: { OPENID: JSON.stringify(setting) } }, (gateway) =>
      work(gateway, provider),
    );
  } finally {
    await provider.stop();
  }
}

/** @param {Gateway} gateway */
async function begun(gateway) {
  const response = await fetch(`${gateway.url}${START}`, { redirect: 'manual' });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  return { response, cookie, location: response.headers.get('location') ?? '' };
}

/** @param {Gateway} gateway @param {URL} target @param {string} cookie */
function back(gateway, target, cookie) {
  return fetch(`${gateway.url}${target.pathname}${target.search}`, { redirect: 'manual', headers: { cookie } });
}

/** The whole way of one browser. @param {Gateway} gateway @param {OpenIdProvider} provider */
async function cameBack(gateway, provider) {
  const { cookie, location } = await begun(gateway);
  return back(gateway, await followed(location, provider.issuer), cookie);
}

/** @param {Response} response */
function sessionOf(response) {
  const set = response.headers.getSetCookie().find((each) => each.startsWith('__Host-tollgate_session='));
  return (set ?? '').split(';')[0] ?? '';
}

for (const emailInToken of [true, false]) {
  test(`a member signs in by the address that the provider has verified, told ${emailInToken ? 'in its token' : 'when asked'}`, () =>
    signingIn({ emailInToken }, async (gateway, provider) => {
      provider.person = { sub: 'x1', email: 'Ben@Acme.Example', email_verified: true };
      const { response } = await begun(gateway);
      assert.equal(response.status, 302);
      assert.match(response.headers.get('set-cookie') ?? '', /; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/);
      const opened = await cameBack(gateway, provider);
      assert.equal(opened.status, 200);
      const cookie = sessionOf(opened);
      assert.match(cookie, /^__Host-tollgate_session=tgs_acme_/);
      assert.equal((await opened.text()).includes(cookie.split('=')[1] ?? ''), false);
      assert.equal((await ask(gateway, ME, { cookie })).status, 200);
      const keys = await done(gateway, 'GET /v1/api-keys', { cookie });
      assert.ok(keys.data.some((/** @type {{ id: string }} */ { id }) => id === 'key_normal'), "they are ben's");
    }));
}

test('whoever was invited at the address accepts thereby', () =>
  signingIn({}, async (gateway, provider) => {
    const invited = await done(gateway, 'POST /v1/organizations/invites', {
      body: { email: 'new@acme.example', role: 'developer' },
    });
    assert.equal(invited.status, 'pending');
    provider.person = { sub: 'x2', email: 'new@acme.example', email_verified: true };
    const cookie = sessionOf(await cameBack(gateway, provider));
    assert.equal((await ask(gateway, ME, { cookie })).status, 200);
    const { data } = await done(gateway, 'GET /v1/organizations/audit-logs?limit=1');
    assert.equal(data[0].type, 'member.accepted');
  }));

test('nobody comes in with an address that is not verified, not known, or of somebody who was removed', () =>
  signingIn({}, async (gateway, provider) => {
    await done(gateway, 'DELETE /v1/organizations/members/bill');
    for (const person of [
      { sub: 'x3', email: 'ben@acme.example', email_verified: false },
      { sub: 'x4', email: 'ben@acme.example' },
      { sub: 'x5' },
      { sub: 'x6', email: 'ben@acme.example.evil', email_verified: true },
      { sub: 'x7', email: 'bill@acme.example', email_verified: true },
    ]) {
      provider.person = person;
      const answer = await cameBack(gateway, provider);
      assert.equal(answer.status, 401, person.sub);
      assert.equal(sessionOf(answer), '');
    }
  }));

test('an answer of the provider is good once, in the browser that began, and for what it began', () =>
  signingIn({}, async (gateway, provider) => {
    provider.person = { sub: 'x1', email: 'ben@acme.example', email_verified: true };
    const { cookie, location } = await begun(gateway);
    const target = await followed(location, provider.issuer);
    const other = await begun(gateway);
    assert.equal((await back(gateway, target, '')).status, 401, 'without the cookie');
    assert.equal((await back(gateway, target, other.cookie)).status, 401, "with another browser's");
    const forged = new URL(target);
    forged.searchParams.set('state', 'forged');
    assert.equal((await back(gateway, forged, cookie)).status, 401, 'with another state');
    assert.equal((await back(gateway, target, cookie)).status, 200);
    assert.equal((await back(gateway, target, cookie)).status, 401, 'a second time');
  }));

test('without a provider there is no such way in, and one that cannot be reached is told', async () => {
  await servingWith({ given: managedPolicy() }, async (gateway) => {
    assert.equal((await fetch(`${gateway.url}${START}`, { redirect: 'manual' })).status, 404);
  });
  await signingIn({ openid: { issuer: 'http://127.0.0.1:1' } }, async (gateway) => {
    assert.equal((await fetch(`${gateway.url}${START}`, { redirect: 'manual' })).status, 502);
  });
});
