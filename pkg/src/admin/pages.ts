/** Lists: a page at a time, or all of them one after the other. */
import type { PageBody } from './operation.js';

/** Where a list goes on: at an id, or as the page before said. */
export interface Cursor {
  after_id?: string;
  before_id?: string;
  page?: string;
}

type Load<T> = (cursor: Cursor) => Promise<PageBody<T>>;

export class Page<T> implements AsyncIterable<T> {
  readonly data: T[];
  readonly has_more: boolean;
  /** The ids of the first and last of the page; null where the list goes on by cursors, or nothing is on it. */
  readonly first_id: string | null;
  readonly last_id: string | null;
  /** The cursor of the next page; null where the list goes on by ids, or ends here. */
  readonly next_page: string | null;
  readonly #load: Load<T>;
  readonly #backwards: boolean;

  constructor(body: PageBody<T>, load: Load<T>, backwards: boolean) {
    const byCursor = 'next_page' in body;
    this.data = body.data;
    this.has_more = byCursor ? body.next_page !== null : body.has_more;
    this.first_id = byCursor ? null : body.first_id;
    this.last_id = byCursor ? null : body.last_id;
    this.next_page = byCursor ? body.next_page : null;
    this.#load = load;
    this.#backwards = backwards;
  }

  hasNextPage(): boolean {
    return this.#next() !== null;
  }

  /** The page behind this one: with `before_id` the one before it. */
  async getNextPage(): Promise<Page<T>> {
    const cursor = this.#next();
    if (cursor === null) throw new Error('there is no next page: ask `hasNextPage()` first');
    return new Page(await this.#load(cursor), this.#load, this.#backwards);
  }

  /** Everything on this page and on those behind it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let page: Page<T> = this; ; page = await page.getNextPage()) {
      yield* page.#backwards ? page.data.toReversed() : page.data;
      if (!page.hasNextPage()) return;
    }
  }

  #next(): Cursor | null {
    if (!this.has_more) return null;
    if (this.next_page !== null) return { page: this.next_page };
    if (this.#backwards) return this.first_id === null ? null : { before_id: this.first_id };
    return this.last_id === null ? null : { after_id: this.last_id };
  }
}

/**
 * A list that was asked for: `await` gives its first page, `for await` everything, loading each page when it is reached.
 *
 * Nothing is sent before one of the two is done.
 */
export class Pages<T> implements PromiseLike<Page<T>>, AsyncIterable<T> {
  readonly #load: Load<T>;
  readonly #backwards: boolean;
  #first: Promise<Page<T>> | undefined;

  constructor(load: Load<T>, asked: Cursor) {
    this.#load = load;
    this.#backwards = asked.before_id !== undefined;
  }

  then<A = Page<T>, B = never>(
    fulfilled?: ((page: Page<T>) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#page().then(fulfilled, rejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    yield* await this.#page();
  }

  #page(): Promise<Page<T>> {
    this.#first ??= this.#load({}).then((body) => new Page(body, this.#load, this.#backwards));
    return this.#first;
  }
}
