/** One call of the management plane: who makes it, and the organization that it asks. */
import { ApiError } from '../api_error.js';
import { checkLength } from '../headers.js';
import { doorOf, OrganizationError, type OrganizationDoor } from '../organization_door.js';
import type { ResolvedSettings } from '../settings.js';
import { readCaller } from './caller.js';
import type {
  Action,
  Change,
  ChangeRequest,
  EditedKind,
  Listed,
  ListedKinds,
  ListFields,
  ListKind,
  ListResult,
  RevisionForm,
} from './forms.js';
import { notFound, refusal, stale, type Asked, type Renamed } from './refusal.js';
import type { Ask, AskResult, Caller, ManagementRequest, PageAsk } from './store/ask.js';
import type { NewCode } from './store/session_store.js';

/** How often a change that somebody else's came in between of is made anew. */
const ATTEMPTS = 5;

export class ManagementCall {
  private constructor(
    readonly organization: string,
    readonly caller: Caller,
    private readonly door: OrganizationDoor,
    private readonly source: string | null,
    private readonly permission: Action | null,
    private readonly asked: Asked,
  ) {}

  /** Checks what can be checked without the store. */
  static async open(
    request: Request,
    settings: ResolvedSettings,
    { permission, renamed }: { permission: Action | null; renamed: Renamed },
  ): Promise<ManagementCall> {
    checkLength(request.headers, settings.maxHeaderBytes);
    const { organization, caller } = await readCaller(request);
    const door = doorOf(settings, organization);
    const asked = { method: request.method, renamed, ifMatch: request.headers.has('if-match'), body: undefined };
    return new ManagementCall(organization, caller, door, sourceOf(request, settings), permission, asked);
  }

  /** What the request's body is: refusals tell where in it something is wrong. */
  read(body: unknown): void {
    this.asked.body = body;
  }

  ask<A extends Ask>(ask: A): Promise<AskResult<A['type']>> {
    return this.#answered((asked) => this.door.manage({ ...asked, ask }));
  }

  /** What the desk answers to this caller, or its refusal as the caller hears it. */
  async #answered<T>(ask: (asked: Omit<ManagementRequest, 'ask'>) => Promise<T>): Promise<T> {
    const { caller, source, permission: action } = this;
    try {
      return await ask({ caller, source, action });
    } catch (error) {
      if ('session_sha256' in caller && isUnknownCaller(error)) throw ApiError.sessionEnded();
      throw refusal(error, this.asked);
    }
  }

  /** Refuses a caller who may not do what the endpoint is for, or what else it needs. */
  async require(action = this.permission): Promise<void> {
    await this.ask({ type: 'check', action });
  }

  async list<K extends ListKind>(of: K, fields: ListFields & { by_id?: true }): Promise<ListResult<K>> {
    // The object passes on what the engine lists of this kind.
    return (await this.ask({ type: 'list', of, ...fields })) as ListResult<K> & AskResult<'list'>;
  }

  /** All that the caller may see of a kind; only of kinds of which there are few. */
  async everything<K extends 'model_classes' | 'limits' | 'budgets' | 'members'>(
    of: K,
    fields: ListFields = {},
  ): Promise<ListedKinds[K][]> {
    const all: ListedKinds[K][] = [];
    for (let after: string | undefined; ; after = all.at(-1)?.id) {
      const { items, has_more } = await this.list(of, {
        ...fields,
        limit: 1_000,
        ...(after !== undefined && { after }),
      });
      all.push(...items);
      if (!has_more) return all;
    }
  }

  /** A page of what the engine writes as it is shown, as JSON. */
  page(of: PageAsk['of'], fields: ListFields & { by_id?: true }): Promise<BodyInit> {
    return this.#answered((asked) => this.door.page({ ...asked, ask: { type: 'page', of, ...fields } }));
  }

  async find<K extends Exclude<ListKind, 'price_books'>>(of: K, id: string, path = 'id'): Promise<ListedKinds[K]> {
    const { items } = await this.list(of, { id });
    const [item] = items;
    if (item === undefined) throw notFound(path, `no \`${id}\` is known here`);
    return item;
  }

  /** The one organization, or its settings. */
  async only<K extends 'organization' | 'settings'>(of: K): Promise<ListedKinds[K]> {
    const { items } = await this.list(of, {});
    const [item] = items;
    if (item === undefined) throw notFound(of, `the ${of} cannot be read`);
    return item;
  }

  async manage(changes: readonly ChangeRequest[], code?: NewCode): Promise<readonly RevisionForm[]> {
    const kept = code === undefined ? {} : { code };
    return (await this.ask({ type: 'manage', changes: [...changes], ...kept })).changes;
  }

  /** When each of some things that the caller sees was last changed, or had one action done to it. */
  async lastAt(target: string, ids: string[], action: string | null = null): Promise<Record<string, number>> {
    if (ids.length === 0) return {};
    return (await this.ask({ type: 'last_at', target, ids, action })).at_ms;
  }

  /** Makes changes, and answers with what they were made to, as it is then. */
  async change<K extends Exclude<ListKind, 'price_books'>>(
    of: K,
    changes: readonly ChangeRequest[],
    id?: string,
  ): Promise<ListedKinds[K]> {
    const read = { of, ...(id !== undefined && { id }) };
    const { item } = await this.ask({ type: 'manage', changes: [...changes], read });
    if (item === null) throw notFound('id', `no \`${id ?? of}\` is known here`);
    // The object passes on what the engine lists of this kind.
    return item as ListedKinds[K];
  }

  /**
   * Changes what is there: reads it, and writes with the revision that was read. Without a revision of the caller's own it is done
   * again when somebody else was faster.
   */
  edit<K extends EditedKind>(
    of: K,
    id: string,
    given: number | null,
    changesOf: (item: ListedKinds[K]) => Change | Promise<Change>,
  ): Promise<ListedKinds[K]> {
    return this.#edit(of, id, given, changesOf, of);
  }

  /** The same of a key, which is answered as it is shown. */
  editKey(
    id: string,
    given: number | null,
    changesOf: (key: ListedKinds['keys']) => Change | Promise<Change>,
  ): Promise<ListedKinds['api_keys']> {
    return this.#edit('keys', id, given, changesOf, 'api_keys');
  }

  async #edit<K extends EditedKind, S extends EditedKind | 'api_keys'>(
    of: K,
    id: string,
    given: number | null,
    changesOf: (item: ListedKinds[K]) => Change | Promise<Change>,
    shownAs: S,
  ): Promise<ListedKinds[S]> {
    for (let attempt = 1; ; attempt += 1) {
      const item = await this.find(of, id);
      this.checkRevision(of, item, given);
      try {
        const change = await changesOf(item);
        return await this.change(shownAs, [{ change, revision: item.revision }], id);
      } catch (error) {
        if (given !== null || attempt === ATTEMPTS || !isStale(error)) throw error;
      }
    }
  }

  /** Refuses a change that was made from another state than what was found. */
  checkRevision(of: EditedKind, found: Listed, given: number | null): void {
    if (given !== null && found.revision !== given) throw stale(of, found.revision, given, this.asked);
  }
}

export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.details?.error_code === 'stale_revision';
}

function isUnknownCaller(error: unknown): boolean {
  return error instanceof OrganizationError && ['unauthenticated', 'unknown_organization'].includes(error.code);
}

/** Only what can be an address: a header is whatever somebody sends. */
export function sourceOf(request: Request, settings: ResolvedSettings): string | null {
  const address = settings.clientAddress(request);
  return address !== null && /^[0-9A-Fa-f:.]{2,45}$/.test(address) ? address : null;
}
