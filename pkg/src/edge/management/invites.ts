/** Invitations: a member who has not accepted yet, and a code that accepts once. */
import { createRoute, z } from '@hono/zod-openapi';

import { generateSecret, newId } from '../key.js';
import type { ManagementCall } from './call.js';
import { listById } from './collection.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { ById, Email, Id, Name, etag, sameAddress } from './field.js';
import { rfc3339 } from '../instant.js';
import { formOf, type ListedKinds } from './forms.js';
import { notFound, taken } from './refusal.js';

type ListedMember = ListedKinds['members'];

/** As long as the provider's invitations. */
const LIFE_MS = 21 * 24 * 60 * 60 * 1000;

export const NewInvite = z
  .strictObject({ email: Email, role: Id, name: Name.optional(), id: Id.optional() })
  .openapi('NewInvite');

export const InviteForm = z
  .strictObject({
    id: Id,
    type: z.literal('invite'),
    email: z.string(),
    role: Id,
    status: z.enum(['pending', 'accepted', 'expired', 'deleted']),
    invited_at: z.string(),
    expires_at: z.string(),
    accepted_at: z.string().nullable(),
    rbac_group_ids: z.array(z.string()),
    code: z
      .string()
      .optional()
      .openapi({ description: 'Accepts the invitation, once. Only the answer that made it has it.' }),
  })
  .openapi('Invite');

const Deleted = z.strictObject({ id: Id, type: z.literal('invite_deleted') });

/** A member who was never invited by hand has no invitation; one who accepted has none either, for the member is there now. */
function shown(member: ListedMember, nowMs: number): z.infer<typeof InviteForm> {
  const { id, email, role, status, invite_expires_at, created_at_ms } = member;
  const expiresAt = invite_expires_at ?? rfc3339(created_at_ms);
  const pending = Date.parse(expiresAt) > nowMs ? 'pending' : 'expired';
  return {
    id,
    type: 'invite',
    email,
    role,
    status: status === 'invited' ? pending : status === 'removed' ? 'deleted' : 'accepted',
    invited_at: rfc3339(created_at_ms),
    expires_at: expiresAt,
    accepted_at: null,
    rbac_group_ids: [],
  };
}

/** Makes the member and the code together: neither is there without the other. */
export async function invite(
  call: ManagementCall,
  { email, role, name, id: wanted }: z.infer<typeof NewInvite>,
): Promise<{ shown: z.infer<typeof InviteForm>; revision: number }> {
  const nowMs = Date.now();
  const known = (await call.list('members', { search: email, limit: 1_000 })).items.find(
    (member) => sameAddress(member.email, email) && member.status !== 'removed',
  );
  if (known !== undefined && !(known.status === 'invited' && shown(known, nowMs).status === 'expired')) {
    const code = known.status === 'invited' ? 'invite_already_exists' : 'already_member';
    throw taken(
      'email',
      `\`${email}\` belongs to \`${known.id}\``,
      code,
      known.status === 'invited' ? 'delete that invitation first' : 'change that member',
    );
  }
  const id = known?.id ?? wanted ?? newId('user');
  if (known === undefined && wanted !== undefined) await refuseRemoved(call, wanted);
  const { key: code, sha256: code_sha256 } = await generateSecret('tgc', call.organization);
  const expires_at_ms = nowMs + LIFE_MS;
  const member = {
    id,
    email,
    name: name ?? known?.name ?? null,
    role,
    status: 'invited' as const,
    invite_expires_at: rfc3339(expires_at_ms),
  };
  const [managed] = await call.manage([{ change: { type: 'member_set', member }, revision: known?.revision ?? 0 }], {
    code_sha256,
    purpose: 'invite',
    member: id,
    expires_at_ms,
  });
  const listed = { ...member, created_at_ms: nowMs, revision: managed?.revision ?? 0 };
  return { shown: { ...shown(listed, nowMs), code }, revision: listed.revision };
}

/** The history of somebody who was removed stays with the id. */
async function refuseRemoved(call: ManagementCall, id: string): Promise<void> {
  const [member] = (await call.list('members', { id })).items;
  if (member?.status !== 'removed') return;
  throw taken('id', `\`${id}\` is the id of a member who was removed`, 'member_removed', 'take another id, or none');
}

async function findInvite(call: ManagementCall, id: string): Promise<ListedMember> {
  const member = await call.find('members', id);
  if (member.status === 'active') throw notFound('id', `no invitation \`${id}\` is open`);
  return member;
}

export const invites: Endpoint[] = [
  listById({
    path: '/v1/organizations/invites',
    of: 'members',
    tag: 'Invites',
    summary: 'The open invitations',
    read: 'members.read',
    told: 'A page of invitations.',
    item: InviteForm,
    filters: {},
    narrowed: () => ({ status: 'invited' }),
    shown: (items) => {
      const nowMs = Date.now();
      return items.map((member) => shown(member, nowMs));
    },
  }),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/organizations/invites',
      ...about('Invites', 'members.invite', 'Invite a member'),
      request: { body: body(NewInvite) },
      responses: answers(InviteForm, 'The invitation, with the code that accepts it: it is shown once.'),
    }),
    async (c) => {
      const { shown: answer, revision } = await invite(c.get('call'), c.req.valid('json'));
      return c.json(answer, 200, etag({ revision }));
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/invites/{id}',
      ...about('Invites', 'members.read', 'An invitation'),
      request: { params: ById },
      responses: answers(InviteForm, 'The invitation.'),
    }),
    async (c) => {
      const member = await findInvite(c.get('call'), c.req.valid('param').id);
      return c.json(shown(member, Date.now()), 200, etag(member));
    },
  ),
  endpoint(
    createRoute({
      method: 'delete',
      path: '/v1/organizations/invites/{id}',
      ...about('Invites', 'members.remove', 'Take an invitation back'),
      request: { params: ById },
      responses: answers(Deleted, 'The invitation was taken back: its code does nothing any more.'),
    }),
    async (c) => {
      const call = c.get('call');
      const { id } = c.req.valid('param');
      await findInvite(call, id);
      await call.edit('members', id, null, (member) => {
        if (member.status === 'active') throw notFound('id', `no invitation \`${id}\` is open`);
        return { type: 'member_set', member: { ...formOf(member), status: 'removed' } };
      });
      return c.json({ id, type: 'invite_deleted' as const }, 200);
    },
  ),
];
