/** The organization in one document, to be kept elsewhere. */
import { createRoute, z } from '@hono/zod-openapi';

import { about, endpoint, type Endpoint } from './endpoint.js';
import { REFUSALS } from './error_form.js';
import { sealed } from './store/export.js';

const Document = z
  .looseObject({
    format: z.string(),
    organization: z.string(),
    exported_at: z.string(),
    snapshot_seq: z.number().int(),
    snapshot: z.string(),
    audit_head: z.strictObject({ entries: z.number().int(), hash: z.string() }),
    log: z.array(z.unknown()),
    digest: z.string().openapi({ description: 'The SHA-256 of all that stands before it, which names the end of the audit log.' }),
    audit: z.array(z.unknown()),
  })
  .openapi('Export');

export const exports: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/export',
      ...about('Export', 'state.export', 'Everything that the organization knows, in one document'),
      responses: {
        200: {
          description:
            'The snapshot, the log after it and the audit log. An operator can restore it where nothing has begun yet.',
          content: { 'application/json': { schema: Document } },
        },
        ...REFUSALS,
      },
    }),
    async (c) => {
      // As the object wrote it: reading it and writing it again would take its size twice more.
      return new Response(await sealed(await c.get('call').ask({ type: 'export' })), {
        headers: {
          'content-type': 'application/json',
          'content-disposition': 'attachment; filename="organization.json"',
        },
      }) as never;
    },
  ),
];
