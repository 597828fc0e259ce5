/** Members, as the provider's users and by the shorter name; what a member may do is the role's, which the engine knows. */
import { createRoute, z } from '@hono/zod-openapi';

import { listById } from './collection.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import {
  ById,
  Email,
  Id,
  IfMatch,
  LARGEST_PAGE,
  Name,
  Revision,
  etag,
  given,
  revisionGiven,
  sameAddress,
} from './field.js';
import { rfc3339 } from '../instant.js';
import { formOf, type ListedKinds } from './forms.js';
import { InviteForm, NewInvite, invite } from './invites.js';

type ListedMember = ListedKinds['members'];

const MemberForm = z
  .strictObject({
    id: Id,
    type: z.literal('user'),
    email: z.string(),
    name: z.string(),
    role: Id,
    status: z.enum(['active', 'invited', 'removed']),
    added_at: z.string(),
    revision: Revision,
  })
  .openapi('Member');

const FILTERS = {
  status: z.enum(['active', 'invited', 'removed']).default('active'),
  search: z.string().min(1).max(100).optional().openapi({ description: 'a part of the id, the name or the address' }),
  email: Email.optional(),
};

const MemberChange = z
  .strictObject({
    role: Id.optional(),
    name: Name.nullable().optional(),
    email: Email.optional(),
    revision: Revision.optional(),
  })
  .openapi('MemberChange');

const Removed = z.strictObject({ id: Id, type: z.literal('user_deleted') });

function shown(member: ListedMember): z.infer<typeof MemberForm> {
  const { id, email, name, role, status, created_at_ms, revision } = member;
  return {
    id,
    type: 'user',
    email,
    name: name ?? '',
    role,
    status: status ?? 'active',
    added_at: rfc3339(created_at_ms),
    revision,
  };
}

/** `/members` is the guide's name and `/users` the provider's: both lead here. */
function membersAt(path: string): Endpoint[] {
  const one = `${path}/{id}`;
  return [
    listById({
      path,
      of: 'members',
      tag: 'Members',
      summary: 'The members',
      read: 'members.read',
      told: 'A page of members.',
      item: MemberForm,
      filters: FILTERS,
      // Others' addresses may have one within them: they must not fill the page that it would be on.
      narrowed: ({ status, search, email }) => ({
        status,
        ...given({ search: email ?? search, limit: email === undefined ? undefined : LARGEST_PAGE }),
      }),
      shown: (items, _call, { email }) =>
        items.filter((member) => email === undefined || sameAddress(member.email, email)).map(shown),
    }),
    endpoint(
      createRoute({
        method: 'get',
        path: one,
        ...about('Members', 'members.read', 'A member'),
        request: { params: ById },
        responses: answers(MemberForm, 'The member.'),
      }),
      async (c) => {
        const member = await c.get('call').find('members', c.req.valid('param').id);
        return c.json(shown(member), 200, etag(member));
      },
    ),
    endpoint(
      createRoute({
        method: 'post',
        path: one,
        ...about('Members', 'members.update', 'Change a member'),
        request: { params: ById, headers: IfMatch, body: body(MemberChange) },
        responses: answers(MemberForm, 'The member as it is now.'),
      }),
      async (c) => {
        const { revision, ...change } = c.req.valid('json');
        const ifMatch = revisionGiven(c.req.valid('header'), revision);
        const member = await c.get('call').edit('members', c.req.valid('param').id, ifMatch, (found) => ({
          type: 'member_set',
          member: { ...formOf(found), ...given(change) },
        }));
        return c.json(shown(member), 200, etag(member));
      },
    ),
    endpoint(
      createRoute({
        method: 'delete',
        path: one,
        ...about('Members', 'members.remove', 'Remove a member'),
        request: { params: ById, headers: IfMatch },
        responses: answers(Removed, 'The member was removed; its keys are refused from now on.'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        await c.get('call').edit('members', id, revisionGiven(c.req.valid('header'), undefined), (found) => ({
          type: 'member_set',
          member: { ...formOf(found), status: 'removed' },
        }));
        return c.json({ id, type: 'user_deleted' as const }, 200);
      },
    ),
  ];
}

export const members: Endpoint[] = [
  ...membersAt('/v1/organizations/members'),
  ...membersAt('/v1/organizations/users'),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/organizations/members',
      ...about('Members', 'members.invite', 'Invite a member'),
      request: { body: body(NewInvite) },
      responses: answers(InviteForm, 'The invitation, with the code that accepts it: it is shown once.'),
    }),
    async (c) => {
      const { shown: answer, revision } = await invite(c.get('call'), c.req.valid('json'));
      return c.json(answer, 200, etag({ revision }));
    },
  ),
];
