/** The page: it fetches the recording that the runner puts up, and gives back the answers. */
import { replay } from '../replay.mjs';

/** @type {Window & { answer?: () => Promise<string> }} */ (window).answer = async () => {
  const recording = await fetch('/recording');
  return replay(await recording.text());
};
