/** What an organization refuses, told in the provider's shape. */
import { ApiError, type ErrorDetails } from '../api_error.js';
import type { Problem } from '../../error.js';
import { OrganizationError, OrganizationUnavailable } from '../organization_door.js';

/** A problem as callers see it: the status says what its code says. */
type ShownProblem = Omit<Problem, 'code'>;

const NO_RETRY = { 'x-should-retry': 'false' };

/** The answer to a failed call of the organization; what is no refusal of one is thrown on. */
export function refusal(error: unknown, method: string): ApiError {
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
      return new ApiError(403, 'permission_error', told(error), { details: detailsOf(error) });
    case 'unknown_project':
    case 'not_found':
      return notFound(error.path ?? 'id', error.message);
    case 'stale_revision':
      return conflict(error);
    case 'invalid_policy':
      return contradiction(error, method);
    case 'invalid_input':
      return invalid(error.path === undefined ? error.message : `${placeOf(error.path)}: ${error.message}`, error);
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

/** Somebody else changed it in between. SDKs repeat a 409, which would be in vain. */
export function stale(path: string, given: number | string): ApiError {
  return new ApiError(
    409,
    'conflict_error',
    `${path}: \`${given}\` is not its revision any more: read it again, and change what you find`,
    { details: { error_code: 'stale_revision' }, headers: NO_RETRY },
  );
}

/** What is to be made is there already. */
export function taken(path: string, what: string, error_code: string, remedy: string): ApiError {
  return new ApiError(409, 'conflict_error', `${path}: ${what} already: ${remedy}`, {
    details: { error_code },
    headers: NO_RETRY,
  });
}

function conflict(error: OrganizationError): ApiError {
  return new ApiError(409, 'conflict_error', `revision: ${error.message}: read it again, and change what you find`, {
    details: { error_code: error.code },
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
function contradiction(error: OrganizationError, method: string): ApiError {
  const details = detailsOf(error);
  if (method === 'DELETE') {
    return new ApiError(409, 'conflict_error', told(error), { details, headers: NO_RETRY });
  }
  if (error.problems.length > 0 && error.problems.every(({ code }) => code === 'not_found')) {
    return new ApiError(404, 'not_found_error', told(error), { details });
  }
  return invalid(told(error), error);
}

function detailsOf({ code, problems }: OrganizationError): ErrorDetails {
  return { error_code: code, ...(problems.length > 0 && { problems: problems.map(shownProblem) }) };
}

function invalid(message: string, error: OrganizationError): ApiError {
  return ApiError.invalidRequest(message, detailsOf(error));
}

/** Whether a change took effect is not known, so the caller should look before trying again. */
function unavailable(): ApiError {
  return new ApiError(503, 'api_error', 'the organization cannot be asked at the moment: try again', {
    headers: { 'retry-after': '1' },
  });
}

/** The first problem in words; all of them stand in the details. */
function told(error: OrganizationError): string {
  const [problem] = error.problems;
  if (problem === undefined) return error.message;
  const { path, value, message, remedy } = shownProblem(problem);
  return `${path}: \`${value}\`: ${message}: ${remedy}`;
}

function shownProblem({ path, value, message, remedy }: Problem): ShownProblem {
  return { path: placeOf(path), value, message, remedy };
}

/** Where in the caller's body: `role` instead of `command.changes[0].change.key.role`. */
function placeOf(path: string): string {
  return path.replace(/^command\.changes\[\d+\]\.(?:change\.)?(?:[a-z_]+\.(?=.))?/, '').replace(/^command\./, '');
}
