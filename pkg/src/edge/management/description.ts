/** The API description, made from the endpoints that are mounted. */
import type { OpenAPIHono } from '@hono/zod-openapi';

import type { ManagementEnv } from './endpoint.js';

export function describedBy(app: OpenAPIHono<ManagementEnv>): object {
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'adminKey', { type: 'apiKey', in: 'header', name: 'x-api-key' });
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-tollgate_session',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tollgate management',
      version: '1',
      description: 'Who may use what, at what rate and within which budget, and who changed it.',
    },
  });
}
