/**
 * A recording answered again. This file runs in every runtime, so it touches nothing but the package and the language.
 *
 * A recording is JSONL, and each line is an organization: `{"now_ms": …, "policy": "…", "lines": ["…", …]}`. It is answered by
 * the engine's answer to each line, and by the digest of its last snapshot. Or it is a catalogue,
 * `{"catalogue": "…", "text": "…"}`, which is answered by the lines of its book and by the report of its import.
 */
import { PriceBookImport } from 'tollgate/import';

import { create } from './door.mjs';

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
    const engine = create(recorded.policy, recorded.now_ms);
    for (const line of recorded.lines) answers.push(engine.runLine(line));
    answers.push(JSON.stringify({ snapshot_sha256: await sha256(engine.snapshot()) }));
    engine.free();
  }
  return answers.map((answer) => `${answer}\n`).join('');
}

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<string>} lower-case hex
 */
export async function sha256(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
