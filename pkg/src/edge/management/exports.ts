/** The organization in one document, to be kept elsewhere. */
import { createRoute, z } from '@hono/zod-openapi';

import { about, endpoint, type Endpoint } from './endpoint.js';
import { REFUSALS } from './error_form.js';

const Document = z
  .looseObject({
    format: z.string(),
    organization: z.string(),
    exported_at: z.string(),
    snapshot_seq: z.number().int(),
    snapshot: z.string(),
    log: z.array(z.unknown()),
    audit: z.array(z.unknown()),
    audit_head: z.strictObject({ entries: z.number().int(), hash: z.string() }),
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
      const { document } = await c.get('call').ask({ type: 'export' });
      // As the object wrote it: reading it and writing it again would take its size twice more.
      return new Response(document, {
        headers: {
          'content-type': 'application/json',
          'content-disposition': 'attachment; filename="organization.json"',
        },
      }) as never;
    },
  ),
];
