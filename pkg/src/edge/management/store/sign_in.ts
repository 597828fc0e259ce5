/** Opens sessions before anybody is known: for a code that works once, or an address that a provider has verified. */
import { EngineRefusal } from '../../engine_port.js';
import { sameAddress } from '../field.js';
import type { ListedKinds, Principal } from '../forms.js';
import type { AddressSignIn, SignIn } from './ask.js';
import type { Office } from './desk.js';

type Member = ListedKinds['members'];

/** Opens a session for whoever has a code, and accepts the invitation that the code came with. */
export function signIn(office: Office, { purpose, code_sha256, session, source }: SignIn): { member: string } {
  const { engine, nowMs, sessions } = office;
  const code = sessions.findCode(code_sha256, purpose, nowMs);
  if (code === null) throw unknownCode();
  const { member, madeBy } = code;
  const result = engine.list(null, 'members', { id: member }, nowMs);
  const [found] = result.type === 'deny' ? [] : result.items;
  if (purpose === 'invite' && found?.status === 'invited') {
    if (!accepted(office, found, source)) throw unknownCode();
  } else if (found?.status !== 'active' || !mayStill(office, madeBy, member)) {
    throw unknownCode();
  }
  sessions.useCode(code_sha256);
  sessions.open(member, session, source, nowMs);
  return { member };
}

/**
 * Whether who made a code could make it now: a key that was revoked or is inactive, or somebody who was removed or holds less by now, lets nobody in
 * any more.
 */
function mayStill({ engine, nowMs }: Office, madeBy: Principal, member: string): boolean {
  const isUsable = !('key' in madeBy) || engine.identify(madeBy, nowMs)?.refused === null;
  return isUsable && engine.can({ principal: madeBy, action: 'members.invite' }, nowMs) && engine.holds(madeBy, member, nowMs);
}

/**
 * Opens a session for the member of an address that a provider has verified. Whoever was invited at that address accepts thereby:
 * the invitation went to it.
 */
export function signInByAddress(office: Office, { email, session, source }: AddressSignIn): { member: string } {
  const { engine, nowMs, sessions } = office;
  const near = engine.list(null, 'members', { search: email, limit: 1_000 }, nowMs);
  const members = near.type === 'deny' ? [] : near.items;
  const meant = members.filter((member) => sameAddress(member.email, email) && member.status !== 'removed');
  const [found] = meant;
  // Of two members with one address nobody could say who came.
  if (found === undefined || meant.length > 1) throw unknownAddress();
  if (found.status === 'invited') {
    if (!accepted(office, found, source)) throw unknownAddress();
    sessions.forgetInvite(found.id);
  }
  sessions.open(found.id, session, source, nowMs);
  return { member: found.id };
}

function accepted(office: Office, invited: Member, source: string | null): boolean {
  const { created_at_ms: _created, revision, ...form } = invited;
  const change = { type: 'member_set', member: { ...form, status: 'active' } };
  const actor = { member: form.id };
  const { decision } = office.submit({ type: 'manage', actor, source, changes: [{ change, revision }] });
  return decision.type !== 'deny';
}

function unknownAddress(): EngineRefusal {
  return new EngineRefusal({
    code: 'unauthenticated',
    message: 'no member has this address: ask an administrator to invite it',
  });
}

function unknownCode(): EngineRefusal {
  return new EngineRefusal({ code: 'unknown_code', message: 'the code is unknown, used or expired' });
}
