/** Who has which role in a project. */
import { createRoute, z } from '@hono/zod-openapi';

import type { ManagementCall } from './call.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { ById, Id, IfMatch, PageQuery, noPlace, pageAsked, pageOf, revisionGiven, type PageAsked } from './field.js';
import { formOf, type ListedKinds } from './forms.js';
import { notFound, taken, type Renamed } from './refusal.js';

/** The provider's names of roles in a workspace, and the roles here that they mean; any other name is a role's own. */
const ROLES: readonly [provider: string, role: string][] = [
  ['workspace_admin', 'admin'],
  ['workspace_developer', 'developer'],
  ['workspace_user', 'viewer'],
  ['workspace_billing', 'billing'],
];

const MemberForm = z
  .strictObject({ type: z.literal('workspace_member'), user_id: Id, workspace_id: Id, workspace_role: Id })
  .openapi('WorkspaceMember');

const Role = Id.openapi({
  description: '`workspace_admin`, `workspace_developer`, `workspace_user`, `workspace_billing`, or the id of a role',
});
const NewMember = z.strictObject({ user_id: Id, workspace_role: Role }).openapi('NewWorkspaceMember');
const MemberChange = z.strictObject({ workspace_role: Role }).openapi('WorkspaceMemberChange');
const Removed = z.strictObject({ type: z.literal('workspace_member_deleted'), user_id: Id, workspace_id: Id });
const ByMember = z.object({ id: Id, user_id: Id });

function roleOf(given: string): string {
  return ROLES.find(([provider]) => provider === given)?.[1] ?? given;
}

function shown(workspace: string, { member, role }: { member: string; role: string }): z.infer<typeof MemberForm> {
  const workspace_role = ROLES.find(([, ours]) => ours === role)?.[0] ?? role;
  return { type: 'workspace_member', user_id: member, workspace_id: workspace, workspace_role };
}

function memberIn(project: ListedKinds['projects'], user: string) {
  const found = project.members?.find(({ member }) => member === user);
  if (found === undefined) throw notFound('user_id', `\`${user}\` has no role in \`${project.id}\``);
  return found;
}

/** A page begins behind somebody who has a role here, or who had one before it was taken away. */
async function requirePlaces(call: ManagementCall, { members = [] }: ListedKinds['projects'], asked: PageAsked) {
  for (const [path, id] of [['after_id', asked.after_id] as const, ['before_id', asked.before_id] as const]) {
    if (id === undefined || members.some(({ member }) => member === id)) continue;
    if (!(id in (await call.lastAt('member', [id])))) throw noPlace(path, id);
  }
}

/** The project's form with another list of members. */
function withMembers(project: ListedKinds['projects'], members: { member: string; role: string }[]) {
  return { type: 'project_set' as const, project: { ...formOf(project), members } };
}

const RENAMED: Renamed = [
  [/^members\[\d+\]\.member$/, 'user_id'],
  [/^members\[\d+\]\.role$/, 'workspace_role'],
];
const PATH = '/v1/organizations/workspaces/{id}/members';

export const workspaceMembers: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: PATH,
      ...about('Workspaces', 'projects.read', 'Who has a role in a workspace'),
      request: { params: ById, query: PageQuery },
      responses: answers(pageOf(MemberForm), 'A page of members, by the id of the user.'),
    }),
    async (c) => {
      const project = await c.get('call').find('projects', c.req.valid('param').id);
      const asked = c.req.valid('query');
      const { after, before } = pageAsked(asked);
      await requirePlaces(c.get('call'), project, asked);
      const within = [...(project.members ?? [])]
        .filter(({ member }) => (after === undefined || member > after) && (before === undefined || member < before))
        .sort((one, other) => (one.member < other.member ? -1 : 1));
      const items = before === undefined ? within.slice(0, asked.limit) : within.slice(-asked.limit);
      const has_more = items.length < within.length;
      const data = items.map((each) => shown(project.id, each));
      const [first_id = null, last_id = null] = [data[0]?.user_id, data.at(-1)?.user_id];
      return c.json({ data, has_more, first_id, last_id }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: PATH,
      ...about('Workspaces', 'projects.update', 'Give a member a role in a workspace'),
      request: { params: ById, headers: IfMatch, body: body(NewMember) },
      responses: answers(MemberForm, 'The member in the workspace.'),
    }),
    async (c) => {
      const { user_id: member, workspace_role } = c.req.valid('json');
      const role = roleOf(workspace_role);
      const given = revisionGiven(c.req.valid('header'), undefined);
      const project = await c.get('call').edit('projects', c.req.valid('param').id, given, (found) => {
        const members = found.members ?? [];
        if (members.some((each) => each.member === member)) {
          throw taken('user_id', `\`${member}\` has a role in \`${found.id}\``, 'already_member', 'change that one');
        }
        return withMembers(found, [...members, { member, role }]);
      });
      return c.json(shown(project.id, memberIn(project, member)), 200);
    },
    RENAMED,
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: `${PATH}/{user_id}`,
      ...about('Workspaces', 'projects.read', 'The role of a member in a workspace'),
      request: { params: ByMember },
      responses: answers(MemberForm, 'The member in the workspace.'),
    }),
    async (c) => {
      const { id, user_id } = c.req.valid('param');
      const project = await c.get('call').find('projects', id);
      return c.json(shown(project.id, memberIn(project, user_id)), 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: `${PATH}/{user_id}`,
      ...about('Workspaces', 'projects.update', 'Change the role of a member in a workspace'),
      request: { params: ByMember, headers: IfMatch, body: body(MemberChange) },
      responses: answers(MemberForm, 'The member in the workspace.'),
    }),
    async (c) => {
      const { id, user_id } = c.req.valid('param');
      const role = roleOf(c.req.valid('json').workspace_role);
      const given = revisionGiven(c.req.valid('header'), undefined);
      const project = await c.get('call').edit('projects', id, given, (found) => {
        memberIn(found, user_id);
        const others = (found.members ?? []).filter(({ member }) => member !== user_id);
        return withMembers(found, [...others, { member: user_id, role }]);
      });
      return c.json(shown(project.id, memberIn(project, user_id)), 200);
    },
    RENAMED,
  ),
  endpoint(
    createRoute({
      method: 'delete',
      path: `${PATH}/{user_id}`,
      ...about('Workspaces', 'projects.update', 'Take a role in a workspace away'),
      request: { params: ByMember, headers: IfMatch },
      responses: answers(Removed, 'The member has no role in the workspace any more.'),
    }),
    async (c) => {
      const { id, user_id } = c.req.valid('param');
      await c.get('call').edit('projects', id, revisionGiven(c.req.valid('header'), undefined), (found) => {
        memberIn(found, user_id);
        return withMembers(
          found,
          (found.members ?? []).filter(({ member }) => member !== user_id),
        );
      });
      return c.json({ type: 'workspace_member_deleted' as const, user_id, workspace_id: id }, 200);
    },
  ),
];
