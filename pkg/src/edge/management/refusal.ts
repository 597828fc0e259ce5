/** What an organization refuses, told in the provider's shape. */
import { ApiError, type ErrorDetails } from '../api_error.js';
import type { Problem } from '../../error.js';
import { OrganizationError, OrganizationUnavailable } from '../organization_door.js';
import { told, type ShownProblem } from '../problem.js';
import { shown, valueAt } from './fault.js';
import type { EditedKind } from './forms.js';

const NO_RETRY = { 'x-should-retry': 'false' };

/** Fields that a request calls otherwise than the engine: its place, and the caller's. */
export type Renamed = readonly (readonly [engine: RegExp, caller: string | ((body: unknown) => string)])[];

/** The changes are the caller's own: every place is as the engine has it. */
export const AS_GIVEN: Renamed = [];

/** The request that an organization was asked for. */
export interface Asked {
  method: string;
  renamed?: Renamed;
  /** Whether its revision stands in the header. */
  ifMatch?: boolean;
  body?: unknown;
}

/** The answer to a failed call of the organization; what is no refusal of one is thrown on. */
export function refusal(error: unknown, asked: Asked): ApiError {
  if (error instanceof OrganizationUnavailable) return unavailable();
  if (!(error instanceof OrganizationError)) throw error;
  switch (error.code) {
    case 'unknown_organization':
    case 'unauthenticated':
      return ApiError.unauthenticated();
    case 'unknown_code':
      return new ApiError(401, 'authentication_error', 'code: it is unknown, used or expired: ask for a new one', {
        details: { error_code: error.code },
      });
    case 'caller_key':
      return forbidden(error.code, 'this key calls models and manages nothing: use an admin key, or sign in');
    case 'forbidden_action':
      return forbidden(error.code, `${error.message}: ask an administrator for a role that does`);
    case 'forbidden_change':
      return new ApiError(403, 'permission_error', message(error, asked), { details: detailsOf(error, asked) });
    case 'unknown_project':
      // Only lists are narrowed by one.
      return notFound('workspace_id', error.message.split(': ')[0] ?? error.message);
    case 'not_found':
      return notFound(placeOf(error.path ?? 'id', asked), error.message);
    case 'stale_revision':
      return conflict(placeOfRevision(asked), error.message);
    case 'invalid_policy':
      return contradiction(error, asked);
    case 'invalid_input':
    case 'unknown_page':
      return ApiError.invalidRequest(message(error, asked), detailsOf(error, asked));
    case 'clock_jump':
      return ApiError.clockJumped();
    default:
      return unavailable();
  }
}

export function notFound(path: string, message: string): ApiError {
  return new ApiError(404, 'not_found_error', `${path}: ${message}, or it is not yours to see: look at the list`, {
    details: { error_code: 'not_found' },
  });
}

const NOUNS: Readonly<Record<EditedKind, string>> = {
  organization: 'profile',
  settings: 'settings',
  model_classes: 'model class',
  roles: 'role',
  members: 'member',
  projects: 'workspace',
  service_accounts: 'service account',
  keys: 'key',
  limits: 'limit',
  budgets: 'budget',
  increase_requests: 'increase request',
};

/** Somebody else changed it in between. */
export function stale(of: EditedKind, found: number, given: number, asked: Asked): ApiError {
  return conflict(placeOfRevision(asked), `this ${NOUNS[of]} is at revision ${found} now, not ${given}: read it again`);
}

/** The header and the body name two revisions: one of them is stale. */
export function differing(inHeader: number, inBody: number): ApiError {
  return conflict('revision', `\`${inBody}\` is not the revision \`${inHeader}\` of \`if-match\`: send one of them`);
}

/** Where the caller said from which state the change was made, or what it is the state of. */
function placeOfRevision({ ifMatch = false, body }: Asked): string {
  if (ifMatch) return 'if-match';
  return valueAt(body, ['revision']) === undefined ? 'id' : 'revision';
}

/** What is to be made is there already. */
export function taken(path: string, what: string, error_code: string, remedy: string): ApiError {
  return new ApiError(409, 'conflict_error', `${path}: ${what} already: ${remedy}`, {
    details: { error_code },
    headers: NO_RETRY,
  });
}

/** SDKs repeat a 409, which would be in vain. */
function conflict(path: string, text: string): ApiError {
  return new ApiError(409, 'conflict_error', `${path}: ${text}`, {
    details: { error_code: 'stale_revision' },
    headers: NO_RETRY,
  });
}

function forbidden(error_code: string, message: string): ApiError {
  return new ApiError(403, 'permission_error', message, { details: { error_code } });
}

/**
 * What was asked for does not go with what is there. As the provider does for a model that it does not know, a name of something that
 * does not exist is a 404; what others still need cannot be taken out.
 */
function contradiction(error: OrganizationError, asked: Asked): ApiError {
  const [text, details] = [message(error, asked), detailsOf(error, asked)];
  if (asked.method === 'DELETE') {
    return new ApiError(409, 'conflict_error', text, { details, headers: NO_RETRY });
  }
  if (error.problems.length > 0 && error.problems.every(({ code }) => code === 'not_found')) {
    return new ApiError(404, 'not_found_error', text, { details });
  }
  return ApiError.invalidRequest(text, details);
}

/** Whether a change took effect is not known, so the caller should look before trying again. */
function unavailable(): ApiError {
  return new ApiError(503, 'api_error', 'the organization cannot be asked at the moment: try again', {
    headers: { 'retry-after': '1' },
  });
}

/** The first problem in words; all of them stand in the details. */
function message(error: OrganizationError, asked: Asked): string {
  const [first] = problemsOf(error, asked);
  return first === undefined ? error.message : told(first);
}

function detailsOf(error: OrganizationError, asked: Asked): ErrorDetails {
  return { error_code: error.code, problems: problemsOf(error, asked) };
}

/** What cannot be read is told as one problem, the first. */
export function problemsOf(
  { path, message: text, problems }: { path?: string | null | undefined; message: string; problems: readonly Problem[] },
  asked: Asked,
): ShownProblem[] {
  if (problems.length > 0) return problems.map((problem) => shownProblem(problem, asked));
  const place = placeOf(path ?? '', asked);
  const [fault = text, ...remedy] = text.split(': ');
  return [
    {
      path: place,
      value: shown(given(place, asked)),
      message: fault,
      remedy: remedy.length === 0 ? 'correct it' : remedy.join(': '),
    },
  ];
}

function shownProblem(problem: Problem, asked: Asked): ShownProblem {
  const { path, value, message: text } = problem;
  const place = placeOf(path, asked);
  // Of some values the engine knows only what became of them.
  const known = value === 'null' ? given(place, asked) : undefined;
  return { path: place, value: known === undefined ? value : shown(known), message: text, remedy: remedyOf(problem) };
}

/** What the caller gave at a place of the body. */
function given(place: string, { body }: Asked): unknown {
  return valueAt(body, place.split(/[.[\]]+/).filter((part) => part !== ''));
}

/** Where in the caller's request: `role` instead of `command.changes[0].change.key.role`. */
export function placeOf(path: string, { method, renamed = [], body }: Asked): string {
  if (renamed === AS_GIVEN) return path.replace(/^command\./, '');
  if (path === '' || /^command\.changes\[\d+\]\.change$/.test(path)) return method === 'DELETE' ? 'id' : 'body';
  const place = path.replace(/^command\.changes\[\d+\]\.(?:change\.)?(?:[a-z_]+\.(?=.))?/, '').replace(/^command\./, '');
  const [pattern, caller] = renamed.find(([pattern]) => pattern.test(place)) ?? [];
  if (pattern === undefined || caller === undefined) return place;
  return place.replace(pattern, typeof caller === 'string' ? caller : caller(body));
}

/** How what a request names is made, by what the engine calls it. */
const MADE: ReadonlyMap<string, (id: string) => string> = new Map<string, (id: string) => string>([
  ['role', (id) => `make it with \`PUT /v1/organizations/roles/${id}\`, or use \`admin\`, \`developer\`, \`viewer\` or \`billing\``],
  ['model class', (id) => `make it with \`PUT /v1/organizations/model_classes/${id}\``],
  ['service account', (id) => `make it with \`PUT /v1/organizations/service_accounts/${id}\``],
  ['project', () => 'name one that `GET /v1/organizations/workspaces` lists'],
  ['member', () => 'name one that `GET /v1/organizations/members` lists'],
  ['key', () => 'name one that `GET /v1/api-keys` lists'],
  ['limit', () => 'name one that `GET /v1/organizations/limits` lists'],
  ['budget', () => 'name one that `GET /v1/organizations/budgets` lists'],
]);

/** The engine says where in a policy file something is to be added; here it has an address. */
function remedyOf({ code, value, message: text, remedy }: Problem): string {
  const made = code === 'not_found' ? MADE.get(/^no ([a-z ]+) `/.exec(text)?.[1] ?? '') : undefined;
  if (made === undefined) return remedy;
  const near = /^write `[^`]+`/.exec(remedy)?.[0];
  const otherwise = made(value.replace(/^"|"$/g, ''));
  return near === undefined ? otherwise : `${near}, or ${otherwise}`;
}
