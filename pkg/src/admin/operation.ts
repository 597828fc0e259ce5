/** Endpoints by method and address, as the API description types them. */
import type { Operations } from './api.js';

/** An endpoint: `GET /v1/api-keys/{id}`. */
export type Name = keyof Operations & string;

/** What an endpoint answers. */
export type Answer<N extends Name> = Operations[N]['answer'];

/** The body that an endpoint takes. */
export type Body<N extends Name> = Operations[N]['body'];

/** What the list of an endpoint can be narrowed by. */
export type Query<N extends Name> = Operations[N]['query'];

/** What an endpoint is asked with: what has required fields must be given. */
export type Input<N extends Name> = Part<'path', Operations[N]['path']> &
  Part<'query', Operations[N]['query']> &
  ([Body<N>] extends [undefined] ? object : Record<'body', Body<N>>);

type Part<Key extends string, Fields> = object extends Fields ? Partial<Record<Key, Fields>> : Record<Key, Fields>;

/** An endpoint that answers a page at a time. */
export type ListName = { [N in Name]: Answer<N> extends PageBody<unknown> ? N : never }[Name];

/** One of what a list holds. */
export type Item<N extends ListName> = Answer<N> extends PageBody<infer T> ? T : never;

/** A page of a list that goes on by ids, or by cursors. */
export type PageBody<T> = PageById<T> | PageByCursor<T>;

export interface PageById<T> {
  data: T[];
  has_more: boolean;
  first_id: string | null;
  last_id: string | null;
}

export interface PageByCursor<T> {
  data: T[];
  /** What the next page is asked for by; null on the last one. */
  next_page: string | null;
}
