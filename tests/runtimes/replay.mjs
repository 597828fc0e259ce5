/**
 * A recording answered again. This file runs in every runtime, so it touches nothing but the package and the language.
 *
 * A recording is JSONL, and each line is an organization: `{"now_ms": …, "policy": "…", "lines": ["…", …]}`. It is answered by
 * the engine's answer to each line, and by the digest of its last snapshot. The engine that only decides goes along: it must
 * answer the same wherever it answers, and end in the same state. Or a recording is a catalogue,
 * `{"catalogue": "…", "text": "…"}`, which is answered by the lines of its book and by the report of its import.
 */
import { PriceBookImport } from 'tollgate/import';

import { create, createManaged } from './door.mjs';

/**
 * @typedef {object} Recorded
 * @property {number} now_ms when the organization is created
 * @property {string} policy the text of its policy
 * @property {string[]} lines what it is asked
 */

/**
 * @typedef {object} RecordedCatalogue
 * @property {import('tollgate/import').Catalogue} catalogue whose it is
 * @property {string} text
 */

/**
 * @param {string} recording
 * @returns {Promise<string>} the answers, each with a line end
 */
export async function replay(recording) {
  const answers = [];
  for (const text of recording.split('\n')) {
    if (text === '') continue;
    /** @type {Recorded | RecordedCatalogue} */
    const recorded = JSON.parse(text);
    if ('catalogue' in recorded) {
      const { bookText, reportText } = PriceBookImport.of(recorded.catalogue, recorded.text);
      answers.push(`${bookText}${reportText}`);
      continue;
    }
    const engine = createManaged(recorded.policy, recorded.now_ms);
    const deciding = create(recorded.policy, recorded.now_ms);
    for (const line of recorded.lines) {
      const answer = engine.runLine(line);
      const same = follow(deciding, line, answer);
      answers.push(same === undefined ? answer : `the engine that only decides answers otherwise: ${same}`);
    }
    answers.push(JSON.stringify({ snapshot_sha256: await sha256(engine.snapshot()) }));
    if ((await sha256(deciding.snapshot())) !== (await sha256(engine.snapshot()))) {
      answers.push('the engine that only decides has come to another state');
    }
    engine.free();
    deciding.free();
  }
  return answers.map((answer) => `${answer}\n`).join('');
}

/**
 * Asks the engine that only decides; what it is not asked for, it takes over from the log.
 *
 * @param {ReturnType<typeof create>} deciding
 * @param {string} line
 * @param {string} answer the other engine's
 * @returns {string | undefined} what it says instead, where that is something else
 */
function follow(deciding, line, answer) {
  const own = deciding.runLine(line);
  if (own === answer) return undefined;
  if (!own.startsWith('{"error":{"code":"unmanaged"')) return own;
  /** @type {{ events?: import('tollgate').EventForm[] }} */
  const { events } = JSON.parse(answer);
  if ('command' in JSON.parse(line) && events !== undefined && events.length > 0) deciding.apply(events);
  return undefined;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<string>} lower-case hex
 */
export async function sha256(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
