/** The price book in force: its summary, and another in its place. */
import { createRoute, z } from '@hono/zod-openapi';

import type { BookForm } from '../../types.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { IfMatch, Revision, etag, revisionGiven } from './field.js';
import type { ListedBook } from './forms.js';
import { notFound } from './refusal.js';
import type { ManagementCall } from './call.js';

/** The engine fills the true hash in. */
const ANY_HASH = '0'.repeat(64);

const Summary = z
  .strictObject({
    type: z.literal('price_book'),
    name: z.string(),
    hash: z.string(),
    models: z.number().int(),
    revision: Revision,
  })
  .openapi('PriceBook');

const Book = z
  .strictObject({
    schema_version: z.literal(1),
    name: z.string().min(1).max(200),
    provider: z
      .string()
      .max(200)
      .regex(
        /^[!$%&()+,.0-9:;<=>?@A-Z[\]^_a-z{|}~-]+$/,
        'give visible ASCII characters without quotes, `/`, `*` or `#`',
      ),
    code_execution: z.looseObject({}).nullable().optional(),
    cards: z.array(z.looseObject({ model: z.string(), versions: z.array(z.looseObject({})).min(1) })),
  })
  .openapi('PriceBookFile', {
    description: 'A price book, as docs/prices.md tells its fields. The engine reads it strictly.',
  });

function shown({ name, hash, models, revision }: ListedBook): z.infer<typeof Summary> {
  return { type: 'price_book', name, hash, models, revision };
}

async function inForce(call: ManagementCall): Promise<ListedBook> {
  const [book] = (await call.list('price_books', {})).items;
  if (book === undefined) throw notFound('price_book', 'there is none');
  return book;
}

export const priceBook: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/price_book',
      ...about('Prices', 'prices.read', 'The price book in force'),
      responses: answers(Summary, 'Its summary.'),
    }),
    async (c) => {
      const book = await inForce(c.get('call'));
      return c.json(shown(book), 200, etag(book));
    },
  ),
  endpoint(
    createRoute({
      method: 'put',
      path: '/v1/organizations/price_book',
      ...about('Prices', 'prices.write', 'Put another price book in force'),
      request: { headers: IfMatch, body: body(Book) },
      responses: answers(Summary, 'Its summary. Open holds keep the prices that they were admitted at.'),
    }),
    async (c) => {
      const call = c.get('call');
      // The engine reads it strictly, and tells what is wrong with it.
      const price_book = c.req.valid('json') as object as BookForm;
      const revision = revisionGiven(c.req.valid('header'), undefined);
      await call.manage([{ change: { type: 'price_book_set', hash: ANY_HASH, price_book }, revision }]);
      const book = await inForce(call);
      return c.json(shown(book), 200, etag(book));
    },
  ),
];
