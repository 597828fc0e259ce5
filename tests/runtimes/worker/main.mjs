/** The worker: it answers the recording that is posted to it. */
import { replay } from '../replay.mjs';

export default {
  /** @param {Request} request */
  async fetch(request) {
    return new Response(await replay(await request.text()));
  },
};
