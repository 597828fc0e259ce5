/**
 * The organization's Durable Object as the demo runs it: the deployed one, which also tells its decisions on standard output.
 *
 * The log does not hold denials, and no route of the gateway tells them; a line on the process's own output reaches whoever
 * started it and nobody else. A line holds what was decided, never a key and nothing of a prompt.
 *
 * @typedef {{ type: 'limit' | 'budget', limit?: string, budget?: string }} Violated
 * @typedef {{
 *   type: string, hold_usd?: string, deadline_ms?: number, charge_usd?: string, released_usd?: string, estimated?: boolean, gate?: string, reason?: string,
 *   violated?: Violated[], shadow_violated?: Violated[],
 * }} Decision
 * @typedef {{
 *   verb: 'decide' | 'submit' | 'alarm', at_ms: number, reservation: string | null, model: string | null, secret_sha256: string | null,
 *   decision: Decision | null,
 * }} Observation
 */
import { OrganizationObject } from 'tollgate/edge';

export class ObservedOrganization extends OrganizationObject {
  /**
   * @override
   * @param {string} organization
   * @param {string} verb
   * @param {string} body
   */
  async ask(organization, verb, body) {
    const reply = await super.ask(organization, verb, body);
    if (verb !== 'decide' && verb !== 'submit') return reply;
    const { status, answer } = /** @type {{ status: number, answer: { decision: Decision } }} */ (JSON.parse(reply));
    if (status === 200) {
      const command = /** @type {{ reservation?: string, model?: string, credential?: { secret_sha256?: string } }} */ (JSON.parse(body));
      tell({
        verb,
        at_ms: Date.now(),
        reservation: command.reservation ?? null,
        model: command.model ?? null,
        secret_sha256: command.credential?.secret_sha256 ?? null,
        decision: answer.decision,
      });
    }
    return reply;
  }

  /** Holds may have become assumed charges: whoever shows balances looks again. @override */
  async alarm() {
    await super.alarm();
    tell({ verb: 'alarm', at_ms: Date.now(), reservation: null, model: null, secret_sha256: null, decision: null });
  }
}

/** @param {Observation} observed */
function tell(observed) {
  console.log(JSON.stringify({ observed }));
}
