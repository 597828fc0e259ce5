/** What fails and is nobody's answer: a line of JSON in the log. A cause may be of any origin, and quote what it was given. */
import { jsonWithoutSecrets } from './secret_mask.js';

export function logError(message: string, more: Record<string, unknown> = {}): void {
  console.error(jsonWithoutSecrets({ level: 'error', message, ...more }));
}
