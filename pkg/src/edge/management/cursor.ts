/**
 * Lists that go on by `page` and `next_page`, as the provider's SDKs read some of them.
 *
 * A cursor says behind what the next page begins, and not how far in: what comes or goes between two pages neither repeats an item nor
 * leaves one out. It is no secret, and bound to its list and organization: one that was cut, altered or taken from elsewhere is refused.
 */
import { z } from '@hono/zod-openapi';

import type { ApiError } from '../api_error.js';
import { checksumOf } from '../key.js';
import { malformed } from '../problem.js';
import { PAGE } from './field.js';

const FORM = /^page_([A-Za-z0-9_-]{1,200})_([0-9A-Za-z]{6})$/;
const REMEDY = 'give the `next_page` of the page before, or nothing for the first page';

export const CURSOR_PAGE = {
  limit: PAGE.limit,
  page: z.string().regex(FORM, REMEDY).optional().openapi({ description: 'the `next_page` of the page before' }),
};

export interface CursorAsked {
  limit: number;
  page?: string | undefined;
}

export function cursorPageOf<S extends z.ZodType>(item: S) {
  const next_page = z
    .string()
    .nullable()
    .openapi({ description: 'What to give as `page` for the page behind this one; null on the last one.' });
  return z.strictObject({ data: z.array(item), next_page });
}

/** The cursors of one list of one organization. */
export class Cursors {
  readonly #of: string;

  constructor(organization: string, list: string) {
    this.#of = `${organization} ${list} `;
  }

  /** Behind what a page begins; undefined for the first one. */
  behind({ page }: CursorAsked): string | undefined {
    if (page === undefined) return undefined;
    const place = decoded(FORM.exec(page)?.[1] ?? '');
    if (place === null || this.#at(place) !== page) throw foreign(page);
    return place;
  }

  /** The cursor of what comes behind a page. */
  next<T>({ items, has_more }: { items: readonly T[]; has_more: boolean }, placeOf: (item: T) => string): string | null {
    const last = items.at(-1);
    return has_more && last !== undefined ? this.#at(placeOf(last)) : null;
  }

  #at(place: string): string {
    return `page_${encoded(place)}_${checksumOf(this.#of + place)}`;
  }
}

/** The first of what was found, and whether there is more. */
export function cut<T>(found: readonly T[], limit: number): { items: T[]; has_more: boolean } {
  return { items: found.slice(0, limit), has_more: found.length > limit };
}

function encoded(place: string): string {
  return btoa(place).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function decoded(text: string): string | null {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return null;
  }
}

function foreign(page: string): ApiError {
  const problem = { path: 'page', value: JSON.stringify(page), message: 'it is no page of this list', remedy: REMEDY };
  return malformed([problem], 'unknown_page');
}
