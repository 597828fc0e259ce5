/**
 * Whose sessions and codes a change outdates.
 *
 * Whoever makes a code must hold what its member holds. That is looked at once, so that both end when the member comes to another role,
 * to another address, or back: whoever made the code would hold more by it than was looked at. And they end when the member goes.
 *
 * INVARIANT: whoever has a session is an active member, so that nobody else has to ask.
 */
import type { AuditEntry } from '../forms.js';

interface Member {
  role: string;
  email: string;
  status: string;
}

interface Bound {
  members: { member: string; role: string }[];
}

/** The members whose sessions and codes end, by the entries of what was changed. */
export function outdated(entries: readonly string[]): string[] {
  return entries.flatMap((text) => {
    const { target, action, before, after } = JSON.parse(text) as AuditEntry;
    if ('member' in target && before !== null && after !== null && action !== 'member.accepted') {
      const [was, is] = [before as unknown as Member, after as unknown as Member];
      const same = was.role === is.role && was.email === is.email && was.status === is.status;
      return same ? [] : [target.member];
    }
    if ('project' in target && after !== null) {
      const known = (before as unknown as Bound | null)?.members ?? [];
      const given = (after as unknown as Bound).members;
      const had = (one: Bound['members'][number]) => known.some(({ member, role }) => member === one.member && role === one.role);
      return given.filter((binding) => !had(binding)).map(({ member }) => member);
    }
    return [];
  });
}
