/** The API description, made from the endpoints that are mounted. */
import type { OpenAPIHono } from '@hono/zod-openapi';

import type { Endpoint, ManagementEnv } from './endpoint.js';
import { exampleOfId } from './example.js';
import { ID_PATTERN } from './field.js';
import { nounAt, operationId } from './operation_id.js';

interface Schema {
  pattern?: string;
  example?: unknown;
  properties?: Record<string, Schema>;
}

interface Operation {
  operationId?: string;
  requestBody?: { required?: boolean };
  parameters?: { name: string; schema: Schema }[];
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export function describedBy(app: OpenAPIHono<ManagementEnv>, endpoints: readonly Endpoint[]): object {
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'adminKey', { type: 'apiKey', in: 'header', name: 'x-api-key' });
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-tollgate_session',
  });
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tollgate management',
      version: '1',
      description: 'Who may use what, at what rate and within which budget, and who changed it.',
    },
    servers: [{ url: '/', description: 'The gateway that serves this description.' }],
  });
  // The framework shares what it makes with the routes, which still check requests by it.
  const description = JSON.parse(JSON.stringify(document)) as Description;
  for (const { method, path, mayBeEmpty } of endpoints) {
    const operation = description.paths[path]?.[method.toLowerCase()];
    if (operation === undefined) continue;
    operation.operationId = operationId(method, path);
    if (operation.requestBody !== undefined) operation.requestBody.required = !mayBeEmpty;
    for (const { name, schema } of operation.parameters ?? []) {
      // What stands before the place of an id says whose it is.
      const [before = path] = name === 'id' ? path.split('/{id}') : [path];
      setExample(schema, name, nounAt(before));
    }
  }
  for (const [name, schema] of Object.entries(description.components.schemas)) setExamples(schema, name);
  return description;
}

/** Each field that holds an id gets one of its kind. */
function setExamples(schema: Schema, noun: string): void {
  for (const [field, inner] of Object.entries(schema.properties ?? {})) setExample(inner, field, noun);
  for (const inner of Object.values(schema)) {
    for (const each of Array.isArray(inner) ? inner : [inner]) {
      if (typeof each === 'object' && each !== null) setExamples(each as Schema, noun);
    }
  }
}

function setExample(schema: Schema, field: string, noun: string): void {
  const example = exampleOfId(field, noun);
  if (schema.pattern === ID_PATTERN && example !== undefined) schema.example = example;
}
