/**
 * The words by which the audit log is narrowed: what an entry says, and what the rest of the API calls the same.
 *
 * A word that is none is refused: an empty list would look like a log in which nothing of the kind has happened.
 */
import { z } from '@hono/zod-openapi';

import type { AuditEntry, Target } from './forms.js';

type Noun<T> = T extends T ? keyof T : never;

const SET = ['created', 'updated'];
const SET_AND_REMOVED = [...SET, 'removed'];

/** What is done to each thing that an entry can be of. */
const VERBS: Readonly<Record<Noun<Target>, readonly string[]>> = {
  organization: SET,
  settings: SET,
  price_book: SET,
  model_class: SET_AND_REMOVED,
  role: SET_AND_REMOVED,
  member: ['invited', 'accepted', ...SET_AND_REMOVED],
  project: [...SET, 'archived'],
  service_account: SET_AND_REMOVED,
  key: [...SET, 'rotated', 'revoked'],
  limit: SET_AND_REMOVED,
  budget: SET_AND_REMOVED,
  increase_request: [...SET, 'approved', 'denied', 'withdrawn'],
  reservation: [],
};

/** What is done otherwise than to a thing of its own. */
const DEEDS = ['charge.adjusted', 'clock.advanced', 'denial.recorded'];

/** The API's own word, and the log's. */
const ALIASES: Readonly<Record<string, Noun<Target>>> = { workspace: 'project', api_key: 'key', user: 'member' };

const NOUNS = Object.keys(VERBS);
const TARGETS = new Map<string, string>([...NOUNS.map((noun) => [noun, noun] as const), ...Object.entries(ALIASES)]);

const ACTIONS = new Map<string, string>(
  [...TARGETS].flatMap(([word, noun]) =>
    VERBS[noun as Noun<Target>].map((verb) => [`${word}.${verb}`, `${noun}.${verb}`] as const),
  ),
);
for (const deed of DEEDS) ACTIONS.set(deed, deed);

const PRINCIPALS: readonly Noun<NonNullable<AuditEntry['actor']>>[] = ['member', 'service_account', 'key'];
const ACTORS = new Map<string, string>(
  [...TARGETS].flatMap(([word, noun]) =>
    PRINCIPALS.filter((principal) => principal === noun).map((principal) => [word, principal] as const),
  ),
);
// As an entry's `actor.type` has it.
for (const word of ['user', 'service_account', 'api_key']) ACTORS.set(`${word}_actor`, ACTORS.get(word) ?? 'member');

/** One of the words, read as the log has it. */
function oneOf(words: ReadonlyMap<string, string>, example: string) {
  const known = [...words.keys()] as [string, ...string[]];
  return z
    .enum(known)
    .transform((word) => words.get(word) ?? word)
    .openapi({ type: 'string', enum: known, example });
}

export const ActorType = oneOf(ACTORS, 'user_actor');
export const TargetType = oneOf(TARGETS, 'key');
export const AuditAction = oneOf(ACTIONS, 'key.created');
