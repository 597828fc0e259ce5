/** Opens sessions: for a code that works once, before anybody is known. */
import { EngineRefusal } from '../../engine_port.js';
import type { SignIn } from './ask.js';
import type { Office } from './desk.js';

/** Opens a session for whoever has a code, and accepts the invitation that the code came with. */
export function signIn(office: Office, { purpose, code_sha256, session, source }: SignIn): { member: string } {
  const { engine, nowMs, sessions } = office;
  const member = sessions.memberOfCode(code_sha256, purpose, nowMs);
  if (member === null) throw unknownCode();
  const result = engine.list(null, 'members', { id: member }, nowMs);
  const [found] = result.type === 'deny' ? [] : result.items;
  if (purpose === 'invite' && found?.status === 'invited') {
    const { created_at_ms: _created, revision, ...form } = found;
    const change = { type: 'member_set', member: { ...form, status: 'active' } };
    const actor = { member };
    const { decision } = office.submit({ type: 'manage', actor, source, changes: [{ change, revision }] });
    if (decision.type === 'deny') throw unknownCode();
  } else if (found?.status !== 'active') {
    throw unknownCode();
  }
  sessions.useCode(code_sha256);
  sessions.open(member, session, source, nowMs);
  return { member };
}

function unknownCode(): EngineRefusal {
  return new EngineRefusal({ code: 'unknown_code', message: 'the code is unknown, used or expired' });
}
