/** An organization that is taken along by `tollgate/admin` and goes on in another gateway. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tollgate } from 'tollgate/admin';
import { message } from '../gateway/company.mjs';
import { KEYS, managedPolicy } from '../gateway/management.mjs';
import { servingWith } from '../gateway/serving.mjs';
import { heldStream } from '../gateway/upstream.mjs';
import { until } from './until.mjs';

const GIVEN = { given: managedPolicy() };

/** @param {import('../gateway/gateway.mjs').TestGateway} gateway */
function clientOf(gateway) {
  return new Tollgate({ apiKey: KEYS.admin.key, baseURL: gateway.url });
}

/** What must be the same in both: money, open holds, keys, and every entry of the audit log, byte for byte. @param {import('../gateway/gateway.mjs').TestGateway} gateway */
async function books(gateway) {
  const admin = clientOf(gateway);
  const keys = [];
  for await (const key of admin.apiKeys.list({ limit: 3 })) keys.push(key);
  return {
    balances: await gateway.operator('query', { type: 'balances' }),
    keys,
    head: await admin.auditLogs.head(),
    audit: await (await admin.auditLogs.export()).text(),
  };
}

test('an export that is restored into an empty gateway has the same balances, holds, keys and audit chain, and goes on', () =>
  servingWith(GIVEN, (gateway, upstream) =>
    servingWith(GIVEN, async (elsewhere) => {
      const admin = clientOf(gateway);
      const { id, key } = await admin.apiKeys.create({ name: 'moving', monthly_cap_usd: '5.00' });
      await admin.apiKeys.revoke('key_viewer');
      assert.equal((await gateway.post(message(), { key })).status, 200);
      await until('the message is settled', async () => (await gateway.balances()).held_usd === '0');
      const held = heldStream();
      upstream.scripts.push(held.script);
      const open = await gateway.post(message({ stream: true }), { key });
      const before = await books(gateway);
      const { held_usd, settled_usd } = await gateway.balances();
      assert.ok(Number(held_usd) > 0 && Number(settled_usd) > 0, 'something is held, and something was charged');

      const document = JSON.parse(await (await admin.export()).text());
      await elsewhere.operator('restore', document);
      assert.deepEqual(await books(elsewhere), before);

      assert.equal((await elsewhere.post(message(), { key })).status, 200, 'the key works there, with its own secret');
      await clientOf(elsewhere).apiKeys.revoke(id);
      const after = await clientOf(elsewhere).auditLogs.head();
      assert.equal(after.entries, before.head.entries + 1);
      const { data } = await clientOf(elsewhere).auditLogs.list({ limit: 1 });
      assert.equal(data[0]?.previous, before.head.hash, 'the chain goes on where it was');
      (await held.response()).end();
      await open.text();
    }),
  ));
