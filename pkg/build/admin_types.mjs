/**
 * The types of `tollgate/admin`, made from the API description that the gateway serves, so that the client cannot drift from it.
 *
 *   node pkg/build/admin_types.mjs     writes pkg/src/admin/api.ts
 *
 * The sources are compiled first, type errors or not: a client that does not fit a changed server any more must not keep its own types
 * from being made anew. A test compares what is written here with what the gateway serves.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {string | string[]} [type]
 * @property {string} [description]
 * @property {unknown} [example]
 * @property {(string | number | boolean | null)[]} [enum]
 * @property {string | number | boolean | null} [const]
 * @property {Schema} [not]
 * @property {Schema[]} [anyOf]
 * @property {Schema[]} [oneOf]
 * @property {Schema[]} [allOf]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {Schema} [items]
 * @property {Schema | boolean} [additionalProperties]
 *
 * @typedef {{ name: string, in: string, required?: boolean, description?: string, schema: Schema }} Parameter
 * @typedef {{ content?: Record<string, { schema: Schema }> }} Content
 * @typedef {{ operationId?: string, summary?: string, parameters?: Parameter[], requestBody?: Content, responses: Record<string, Content> }} Operation
 * @typedef {{ paths: Record<string, Record<string, Operation>>, components: { schemas: Record<string, Schema> }, servers?: { url: string }[] }} Description
 */

const FILE = new URL('../src/admin/api.ts', import.meta.url);
const COMPILER = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const PROJECT = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
const EDGE = new URL('../dist/edge/index.js', import.meta.url);

/** A text that stands at more fields than this tells of a kind of value, and nothing of the field. */
const MANY = 20;

const HEAD = `// Generated from the API description by \`node pkg/build/admin_types.mjs\`. Do not edit.
`;

/** The API description, as the gateway serves it. @returns {Promise<Description>} */
export async function description() {
  const { createGateway } = await import(EDGE.href);
  const gateway = createGateway(() => {
    throw new Error('the API description needs no settings');
  });
  const response = await gateway.request('/openapi.json');
  if (response.status !== 200) throw new Error(`/openapi.json: ${response.status}: expected 200`);
  return response.json();
}

/** The description without the texts that many fields share. @param {Description} described @returns {Description} */
function withoutRepeated(described) {
  const text = JSON.stringify(described);
  /** @type {Map<unknown, number>} */
  const counts = new Map();
  JSON.parse(text, (name, value) => {
    if (name === 'description') counts.set(value, (counts.get(value) ?? 0) + 1);
    return value;
  });
  return JSON.parse(text, (name, value) => (name === 'description' && (counts.get(value) ?? 0) > MANY ? undefined : value));
}

/** The source text of the types. @param {Description} described */
export function typesOf(described) {
  const { paths, components } = withoutRepeated(described);
  const schemas = Object.entries(components.schemas).sort(([one], [other]) => (one < other ? -1 : 1));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationType(`${method.toUpperCase()} ${path}`, operation)),
  );
  return [
    HEAD,
    ...schemas.map(([name, schema]) => `${comment(schema.description, '')}export type ${name} = ${typeOf(schema, '')};\n`),
    `/** What each endpoint takes and answers. */\nexport interface Operations {\n${operations.join('')}}\n`,
  ].join('\n');
}

/** @param {string} name @param {Operation} operation */
function operationType(name, { summary, parameters = [], requestBody, responses }) {
  const of = (/** @type {string} */ place) => fields(parameters.filter((each) => each.in === place));
  const body = requestBody?.content?.['application/json'];
  const [answer] = Object.values(responses['200']?.content ?? {});
  if (answer === undefined) throw new Error(`${name}: no answer is described: describe its 200`);
  return (
    `${comment(summary, '  ')}  '${name}': {\n` +
    `    path: ${of('path')};\n` +
    `    query: ${of('query')};\n` +
    `    body: ${body === undefined ? 'undefined' : typeOf(body.schema, '    ')};\n` +
    `    answer: ${typeOf(answer.schema, '    ')};\n` +
    `  };\n`
  );
}

/** @param {Parameter[]} parameters */
function fields(parameters) {
  if (parameters.length === 0) return 'object';
  const lines = parameters.map(
    ({ name, required, schema }) => `      ${key(name)}${required ? '' : '?'}: ${typeOf(schema, '      ')};\n`,
  );
  return `{\n${lines.join('')}    }`;
}

/** @param {Schema} schema @param {string} indent @returns {string} */
function typeOf(schema, indent) {
  if (schema.$ref !== undefined) return /** @type {string} */ (schema.$ref.split('/').at(-1));
  if (schema.not !== undefined) return 'never';
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  const union = schema.anyOf ?? schema.oneOf;
  if (union !== undefined) return unique(apart(union).map((each) => typeOf(each, indent))).join(' | ');
  if (schema.allOf !== undefined) {
    // One that only describes, or bounds, adds nothing to the type.
    const parts = schema.allOf.filter(says).map((each) => typeOf(each, indent));
    return unique(parts.length === 0 ? ['unknown'] : parts).map(grouped).join(' & ');
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0) return 'unknown';
  return types.map((type) => named(type, schema, indent)).join(' | ');
}

/**
 * Forms of which one has all the fields of another and more: that one says that it has not the rest, or a value that is neither would
 * fit the union.
 *
 * @param {Schema[]} union @returns {Schema[]}
 */
function apart(union) {
  return union.map((schema) => {
    const { properties, additionalProperties } = schema;
    if (properties === undefined || additionalProperties !== false) return schema;
    const larger = union.flatMap(({ properties: others = {} }) =>
      Object.entries(properties).every(([name, field]) => sameWord(field, others[name])) ? [others] : [],
    );
    const rest = larger.flatMap(Object.keys).filter((name) => !(name in properties));
    return { ...schema, properties: { ...properties, ...Object.fromEntries(rest.map((name) => [name, { not: {} }])) } };
  });
}

/** Whether a field is there that no word tells apart from the other. @param {Schema} one @param {Schema} [other] */
function sameWord(one, other) {
  const words = (/** @type {Schema} */ { const: word, enum: words }) => JSON.stringify(word ?? words);
  return other !== undefined && words(one) === words(other);
}

/** @param {string} type @param {Schema} schema @param {string} indent */
function named(type, schema, indent) {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `${grouped(typeOf(schema.items ?? {}, indent))}[]`;
    case 'object':
      return objectType(schema, indent);
    default:
      throw new Error(`type: \`${type}\`: it is not known here: add it to pkg/build/admin_types.mjs`);
  }
}

/** @param {Schema} schema @param {string} indent */
function objectType({ properties = {}, required = [], additionalProperties = true }, indent) {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${comment(schema.description, inner)}${inner}${key(name)}${mark}: ${typeOf(schema, inner)};\n`;
  });
  if (additionalProperties !== false) {
    const more = lines.length === 0 && typeof additionalProperties === 'object' ? typeOf(additionalProperties, inner) : 'unknown';
    lines.push(`${inner}[name: string]: ${more};\n`);
  }
  return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('')}${indent}}`;
}

/** @param {Schema} schema */
function says({ $ref, type, anyOf, oneOf, allOf, enum: values, properties }) {
  return [$ref, type, anyOf, oneOf, allOf, values, properties].some((part) => part !== undefined);
}

/** @param {string | number | boolean | null} value */
function literal(value) {
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}

/** @param {string} name */
function key(name) {
  return /^[A-Za-z_]\w*$/.test(name) ? name : literal(name);
}

/** @param {string} type */
function grouped(type) {
  return / [|&] /.test(type) && !/^\{[^]*\}$/.test(type) ? `(${type})` : type;
}

/** @param {string[]} types */
function unique(types) {
  return [...new Set(types)];
}

/** @param {string | undefined} text @param {string} indent */
function comment(text, indent) {
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  spawnSync(process.execPath, [COMPILER, '--project', PROJECT, '--noEmitOnError', 'false'], { stdio: 'ignore' });
  writeFileSync(FILE, typesOf(await description()));
}
