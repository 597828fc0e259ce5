/**
 * The worker's side of an organization's Durable Object: one call, one round trip, wire JSON both ways.
 *
 * A call is one of the object's method, with texts: of a request and an answer for each, the runtime would have ten objects to clear away
 * afterwards, all at once and while everybody waits. A method takes and gives 32 MiB at most, so that what may be longer comes by a request.
 */
import { ApiError } from './api_error.js';
import { logError } from './error_log.js';
import type { ResolvedSettings } from './settings.js';
import type {
  AdmitCommand,
  Allow,
  Answer,
  CommandForm,
  Counted,
  CountTokensCommand,
  Deny,
  Headroom,
  OutcomeForm,
  QueryForm,
  WireError,
} from './wire.js';
import type { Problem } from '../error.js';
import type { EventForm } from '../types.js';
import { sealed, type ExportParts } from './management/store/export.js';
import type { Ask, AskResult, ManagementRequest, AddressSignIn, PageAsk, SignIn } from './management/store/ask.js';

/** The binding, as far as it is used. */
export interface OrganizationNamespace {
  idFromName(name: string): OrganizationId;
  get(id: OrganizationId): OrganizationStub;
}

/** Opaque: the runtime makes it and takes it back. */
export interface OrganizationId {
  toString(): string;
}

export interface OrganizationStub {
  fetch(url: string, init: { method: string; body?: string }): Promise<Response>;
  /** Of `OrganizationObject`. The runtime's types know it only where they are told the object's class. */
  ask?(organization: string, verb: string, body: string): Promise<string>;
}

/** How the object answers: an HTTP status, and a document or the error. */
interface Reply {
  status: number;
  answer: unknown;
}

/** The object runs, but could not do what it was asked; nothing was changed. */
export class OrganizationError extends Error {
  readonly code: string;
  readonly path: string | undefined;
  readonly problems: readonly Problem[];

  constructor({ code, message, path, problems = [] }: WireError) {
    super(message);
    this.code = code;
    this.path = path;
    this.problems = problems;
  }
}

/** The object could not be reached, or could not record; whether the command took effect is not known. */
export class OrganizationUnavailable extends Error {}

export interface Decided<D> {
  decision: D;
  /** What the caller has left after it; null where its key is not valid, and for counting. */
  headroom: Headroom | null;
}

export interface EventPage {
  events: { seq: number; event: EventForm }[];
  /** Events up to this one live in the snapshot only. */
  compacted_seq: number;
  last_seq: number;
}

/** What the desk may answer at such length that a method could not: items of a list, entries and changes have no small bound. */
const LONG: ReadonlySet<(Ask | PageAsk)['type']> = new Set(['audit', 'export', 'preview']);
const MOST_LISTED = 100;
/** The longest text, in characters, that a method is given: of two bytes each it is a quarter of what it takes. */
const MOST_ASKED = 4 * 1024 * 1024;

export class OrganizationDoor {
  readonly #namespace: OrganizationNamespace;
  readonly #organization: string;
  #id: OrganizationId | null = null;

  constructor(namespace: OrganizationNamespace, organization: string) {
    this.#namespace = namespace;
    this.#organization = organization;
  }

  /** Decides for a caller. */
  admit(command: AdmitCommand): Promise<Decided<Allow | Deny>> {
    return this.#call('decide', command);
  }

  countTokens(command: CountTokensCommand): Promise<Decided<Counted | Deny>> {
    return this.#call('decide', command);
  }

  /** Records what became of a reservation, or any other command; answers with the whole outcome. */
  submit(command: CommandForm): Promise<OutcomeForm> {
    return this.#call('submit', command);
  }

  /** What a command would decide now; changes nothing. */
  preview(command: CommandForm): Promise<OutcomeForm> {
    return this.#carry('preview', command);
  }

  query<Q extends QueryForm>(query: Q): Promise<Answer<Q['type']>> {
    return this.#call('query', query);
  }

  /** The log after a sequence number, oldest first. */
  events(options: { after: number; limit: number }): Promise<EventPage> {
    return this.#carry('events', options);
  }

  /** Asks the management desk, as whoever the caller is. */
  manage<A extends Ask>(request: Omit<ManagementRequest, 'ask'> & { ask: A }): Promise<AskResult<A['type']>> {
    return isLong(request.ask) ? this.#carry('manage', request) : this.#call('manage', request);
  }

  /** A page of a list as JSON: a long one as the object wrote it, unread. */
  async page(request: Omit<ManagementRequest, 'ask'> & { ask: PageAsk }): Promise<BodyInit> {
    if (!isLong(request.ask)) return JSON.stringify(await this.#call('manage', request));
    return this.#carried<BodyInit>('manage', JSON.stringify(request), (response) => response.arrayBuffer());
  }

  /** Opens a session with a code that works once. */
  signIn(request: SignIn): Promise<{ member: string }> {
    return this.#call('sign_in', request);
  }

  /** Opens a session for the member of an address that a provider has verified. */
  signInByAddress(request: AddressSignIn): Promise<{ member: string }> {
    return this.#call('sign_in_by_address', request);
  }

  /** The whole organization as one document, for whoever holds the binding. */
  async export(): Promise<object> {
    return JSON.parse(await sealed(await this.#carry<ExportParts>('export', {}))) as object;
  }

  /** Starts an organization from what `export` gave, where it has not begun yet. */
  restore(document: unknown): Promise<{ organization: string; seq: number; audit_entries: number }> {
    return this.#carry('restore', document);
  }

  #call<T>(verb: string, body: unknown): Promise<T> {
    const text = JSON.stringify(body);
    if (text.length > MOST_ASKED) return this.#carried(verb, text);
    return this.#answered(async (stub) => {
      // Read once: a method is an object of the runtime's each time.
      const { ask } = stub;
      if (ask === undefined) throw new TypeError('the object has no method `ask`: bind `OrganizationObject`');
      return JSON.parse(await Reflect.apply(ask, stub, [this.#organization, verb, text])) as Reply;
    });
  }

  /** The same, of any length. */
  #carry<T>(verb: string, body: unknown): Promise<T> {
    return this.#carried(verb, JSON.stringify(body));
  }

  #carried<T>(verb: string, body: string, read = (response: Response): unknown => response.json()): Promise<T> {
    const url = `https://organization/${encodeURIComponent(this.#organization)}/${verb}`;
    return this.#answered(async (stub) => {
      const response = await stub.fetch(url, { method: 'POST', body });
      return { status: response.status, answer: await (response.status === 200 ? read(response) : response.json()) };
    });
  }

  async #answered<T>(ask: (stub: OrganizationStub) => Promise<Reply>): Promise<T> {
    let reply: Reply;
    try {
      this.#id ??= this.#namespace.idFromName(this.#organization);
      // A stub that has failed once fails for ever, and one of another request is of no use: each call takes a new one.
      reply = await ask(this.#namespace.get(this.#id));
    } catch (error) {
      // Whoever asks is told to try again; what never passes by itself, an operator reads here.
      logError('the organization could not be reached', { organization: this.#organization, cause: String(error) });
      throw new OrganizationUnavailable('the organization could not be reached', { cause: error });
    }
    const { status, answer } = reply;
    if (status === 200) return answer as T;
    const { error } = answer as { error: WireError };
    if (status === 503) throw new OrganizationUnavailable(error.message);
    throw new OrganizationError(error);
  }
}

/** The door of whoever comes from outside. An object is made by asking it, so that of others than are served none is asked. */
export function doorOf(
  { organizations, onlyOrganization }: Pick<ResolvedSettings, 'organizations' | 'onlyOrganization'>,
  organization: string,
): OrganizationDoor {
  if (onlyOrganization !== null && organization !== onlyOrganization) throw ApiError.unauthenticated();
  return new OrganizationDoor(organizations, organization);
}

function isLong(ask: Ask | PageAsk): boolean {
  return LONG.has(ask.type) || ('limit' in ask && (ask.limit ?? 0) > MOST_LISTED);
}
