/** Projects, as the provider's workspaces. */
import { createRoute, z } from '@hono/zod-openapi';

import { newId } from '../key.js';
import type { ManagementCall } from './call.js';
import { listById } from './collection.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import {
  ById,
  Id,
  IfMatch,
  Models,
  Name,
  Revision,
  etag,
  given,
  revisionGiven,
} from './field.js';
import { rfc3339 } from '../instant.js';
import { formOf, type ListedKinds } from './forms.js';

type ListedProject = ListedKinds['projects'];

/** The console tells projects apart by colour; one is as good as another. */
const COLOR = '#6C5BB9';

export const WorkspaceForm = z
  .strictObject({
    id: Id,
    type: z.literal('workspace'),
    name: z.string(),
    created_at: z.string(),
    archived_at: z.string().nullable(),
    display_color: z.string(),
    models: Models.nullable(),
    revision: Revision,
  })
  .openapi('Workspace');

const NewWorkspace = z
  .strictObject({ name: Name, id: Id.optional(), models: Models.nullable().optional() })
  .openapi('NewWorkspace');

const WorkspaceChange = z
  .strictObject({ name: Name.optional(), models: Models.nullable().optional(), revision: Revision.optional() })
  .openapi('WorkspaceChange');

const FILTERS = {
  include_archived: z.enum(['true', 'false']).default('false'),
  search: z.string().min(1).max(100).optional(),
};

function shown(project: ListedProject, archivedAtMs: number | undefined): z.infer<typeof WorkspaceForm> {
  const { id, name, status, models, created_at_ms, revision } = project;
  return {
    id,
    type: 'workspace',
    name: name ?? id,
    created_at: rfc3339(created_at_ms),
    // One that the policy file archived was so from the beginning.
    archived_at: status === 'archived' ? rfc3339(archivedAtMs ?? created_at_ms) : null,
    display_color: COLOR,
    models: models ?? null,
    revision,
  };
}

async function allShown(
  projects: readonly ListedProject[],
  call: ManagementCall,
): Promise<z.infer<typeof WorkspaceForm>[]> {
  const archived = projects.filter(({ status }) => status === 'archived').map(({ id }) => id);
  const archivedAt = await call.lastAt('project', archived, 'project.archived');
  return projects.map((project) => shown(project, archivedAt[project.id]));
}

async function oneShown(call: ManagementCall, project: ListedProject): Promise<z.infer<typeof WorkspaceForm>> {
  const archivedAt =
    project.status === 'archived' ? await call.lastAt('project', [project.id], 'project.archived') : {};
  return shown(project, archivedAt[project.id]);
}

export const workspaces: Endpoint[] = [
  listById({
    path: '/v1/organizations/workspaces',
    of: 'projects',
    tag: 'Workspaces',
    summary: 'The workspaces',
    read: 'projects.read',
    told: 'A page of workspaces.',
    item: WorkspaceForm,
    filters: FILTERS,
    narrowed: ({ include_archived, search }) => ({
      ...(include_archived === 'false' && { status: 'active' }),
      ...given({ search }),
    }),
    shown: allShown,
  }),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/organizations/workspaces',
      ...about('Workspaces', 'projects.create', 'Make a workspace'),
      request: { body: body(NewWorkspace) },
      responses: answers(WorkspaceForm, 'The workspace.'),
    }),
    async (c) => {
      const { name, id = newId('wrkspc'), models = null } = c.req.valid('json');
      const call = c.get('call');
      const change = { type: 'project_set', project: { id, name, models } } as const;
      const project = await call.change('projects', [{ change, revision: 0 }], id);
      return c.json(await oneShown(c.get('call'), project), 200, etag(project));
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/workspaces/{id}',
      ...about('Workspaces', 'projects.read', 'A workspace'),
      request: { params: ById },
      responses: answers(WorkspaceForm, 'The workspace.'),
    }),
    async (c) => {
      const project = await c.get('call').find('projects', c.req.valid('param').id);
      return c.json(await oneShown(c.get('call'), project), 200, etag(project));
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/organizations/workspaces/{id}',
      ...about('Workspaces', 'projects.update', 'Change a workspace'),
      request: { params: ById, headers: IfMatch, body: body(WorkspaceChange) },
      responses: answers(WorkspaceForm, 'The workspace as it is now.'),
    }),
    async (c) => {
      const { revision, ...change } = c.req.valid('json');
      const ifMatch = revisionGiven(c.req.valid('header'), revision);
      const project = await c.get('call').edit('projects', c.req.valid('param').id, ifMatch, (found) => ({
        type: 'project_set',
        project: { ...formOf(found), ...given(change) },
      }));
      return c.json(await oneShown(c.get('call'), project), 200, etag(project));
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/organizations/workspaces/{id}/archive',
      ...about('Workspaces', 'projects.archive', 'Archive a workspace'),
      request: { params: ById, headers: IfMatch },
      responses: answers(WorkspaceForm, 'The workspace; its keys are refused from now on.'),
    }),
    async (c) => {
      const given = revisionGiven(c.req.valid('header'), undefined);
      const project = await c.get('call').edit('projects', c.req.valid('param').id, given, (found) => ({
        type: 'project_set',
        project: { ...formOf(found), status: 'archived' },
      }));
      return c.json(await oneShown(c.get('call'), project), 200, etag(project));
    },
  ),
];
