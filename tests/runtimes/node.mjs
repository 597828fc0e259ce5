/** Node: the package as an ES module of this process. */
import { replay } from './replay.mjs';

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {(recording: string) => Promise<string>} answer answers a recording
 * @property {() => Promise<void>} stop ends what was started
 */

/** @returns {Promise<Runtime>} */
export async function start() {
  return { name: 'Node', answer: replay, stop: async () => {} };
}
