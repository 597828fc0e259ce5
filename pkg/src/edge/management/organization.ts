/** The organization itself, its profile for invoices, and its settings. */
import { createRoute, z } from '@hono/zod-openapi';

import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { Id, IfMatch, Name, Revision, etag, given, revisionGiven } from './field.js';
import { formOf, type ListedKinds } from './forms.js';

const Me = z.strictObject({ id: Id, type: z.literal('organization'), name: z.string() }).openapi('Organization');

const Text = z.string().min(1).max(200);
const Address = z
  .strictObject({
    line1: Text,
    line2: Text.nullable().default(null),
    city: Text,
    region: Text.nullable().default(null),
    postal_code: z.string().min(1).max(32).nullable().default(null),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'give two capital letters, such as `DE`')
      .openapi({ description: 'two letters, as ISO 3166 has them' }),
  })
  .openapi('Address');
const Payment = z
  .strictObject({ method: z.enum(['card', 'invoice']), status: z.enum(['active', 'failed', 'missing']) })
  .openapi('Payment');

const PROFILE = {
  name: Name.nullable(),
  legal_name: Name.nullable(),
  tax_id: z.string().min(1).max(64).nullable(),
  billing_address: Address.nullable(),
  payment: Payment.nullable(),
};
const Profile = z
  .strictObject({ id: Id, type: z.literal('organization_profile'), ...PROFILE, revision: Revision })
  .openapi('Profile');
const ProfileChange = z
  .strictObject({ ...PROFILE, revision: Revision })
  .partial()
  .openapi('ProfileChange', { description: 'What is absent stays as it is.' });

const count = (least: number, most: number) => z.number().int().min(least).max(most);
const SETTINGS = {
  max_forward_ms: count(60_000, 31_622_400_000),
  reservation_timeout_ms: count(1, 86_400_000),
  retention_ms: count(60_000, 2_678_400_000),
  max_reservations: count(1, 10_000_000),
  fallback_model: z.string().min(1).max(128).nullable(),
  key_max_age_ms: count(3_600_000, 315_360_000_000).nullable(),
};
const Settings = z
  .strictObject({ type: z.literal('settings'), ...z.strictObject(SETTINGS).partial().shape, revision: Revision })
  .openapi('Settings');
const SettingsChange = z
  .strictObject({ ...SETTINGS, revision: Revision })
  .partial()
  .openapi('SettingsChange', { description: 'What is absent stays as it is.' });

function shownProfile(organization: ListedKinds['organization']): z.infer<typeof Profile> {
  const { id, name, legal_name, tax_id, billing_address, payment, revision } = organization;
  return {
    id,
    type: 'organization_profile',
    name: name ?? null,
    legal_name: legal_name ?? null,
    tax_id: tax_id ?? null,
    billing_address:
      billing_address == null ? null : { line2: null, region: null, postal_code: null, ...billing_address },
    payment: payment == null ? null : { status: 'missing', ...payment },
    revision,
  };
}

function shownSettings(settings: ListedKinds['settings']): z.infer<typeof Settings> {
  return { type: 'settings', ...formOf(settings), revision: settings.revision };
}

export const organization: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/me',
      ...about('Organization', 'organization.read', 'The organization that the caller belongs to'),
      responses: answers(Me, 'The organization.'),
    }),
    async (c) => {
      const { id, name } = await c.get('call').only('organization');
      return c.json({ id, type: 'organization' as const, name: name ?? id }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/profile',
      ...about('Organization', 'billing.read', 'What invoices are made out to'),
      responses: answers(Profile, 'The profile.'),
    }),
    async (c) => {
      await c.get('call').require();
      const found = await c.get('call').only('organization');
      return c.json(shownProfile(found), 200, etag(found));
    },
  ),
  endpoint(
    createRoute({
      method: 'put',
      path: '/v1/organizations/profile',
      ...about('Organization', 'billing.write', 'Change what invoices are made out to'),
      request: { headers: IfMatch, body: body(ProfileChange) },
      responses: answers(Profile, 'The profile as it is now.'),
    }),
    async (c) => {
      const { revision, ...fields } = c.req.valid('json');
      const call = c.get('call');
      await call.require();
      // Who may not read it would write what was not shown as if it were not there.
      await call.require('billing.read');
      const found = await call.only('organization');
      call.checkRevision('organization', found, revisionGiven(c.req.valid('header'), revision));
      const changed = { ...formOf(found), ...given(fields) };
      const change = { type: 'organization_set', organization: changed } as const;
      const now = await call.change('organization', [{ change, revision: found.revision }]);
      return c.json(shownProfile(now), 200, etag(now));
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/settings',
      ...about('Organization', 'settings.read', 'The settings'),
      responses: answers(Settings, 'The settings.'),
    }),
    async (c) => {
      const settings = await c.get('call').only('settings');
      return c.json(shownSettings(settings), 200, etag(settings));
    },
  ),
  endpoint(
    createRoute({
      method: 'put',
      path: '/v1/organizations/settings',
      ...about('Organization', 'settings.write', 'Change the settings'),
      request: { headers: IfMatch, body: body(SettingsChange) },
      responses: answers(Settings, 'The settings as they are now.'),
    }),
    async (c) => {
      const { revision, ...fields } = c.req.valid('json');
      const call = c.get('call');
      const found = await call.only('settings');
      call.checkRevision('settings', found, revisionGiven(c.req.valid('header'), revision));
      const settings = { ...formOf(found), ...given(fields) };
      const change = { type: 'settings_set', settings } as const;
      const now = await call.change('settings', [{ change, revision: found.revision }]);
      return c.json(shownSettings(now), 200, etag(now));
    },
  ),
];
