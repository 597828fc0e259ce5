/**
 * The `anthropic-beta` features that the gateway lets through.
 *
 * Each was read for what it does to a price: none brings input, output or a class of usage that the bound of `bound.ts`
 * leaves out (what it permits in the body is judged there). A name that is not here can, so it is refused.
 */
import { ApiError } from './api_error.js';

const KNOWN: ReadonlySet<string> = new Set([
  'cache-diagnosis-2026-04-07',
  'claude-code-20250219',
  'code-execution-2025-05-22',
  'code-execution-2025-08-25',
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-management-2025-06-27',
  'dev-full-thinking-2025-05-14',
  'extended-cache-ttl-2025-04-11',
  'fast-mode-2026-02-01',
  'files-api-2025-04-14',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'mcp-client-2025-04-04',
  'mcp-client-2025-11-20',
  'model-context-window-exceeded-2025-08-26',
  'output-128k-2025-02-19',
  'output-300k-2026-03-24',
  'pdfs-2024-09-25',
  'prompt-caching-2024-07-31',
  'skills-2025-10-02',
  'structured-outputs-2025-11-13',
  'task-budgets-2026-03-13',
  'thinking-token-count-2026-05-13',
  'token-counting-2024-11-01',
  'token-efficient-tools-2025-02-19',
  'web-fetch-2025-09-10',
]);

/** The header's value as it is forwarded: every name known, either here or to the host. */
export function checkBetas(header: string | null, allowed: readonly string[]): string | null {
  const names = (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    if (!KNOWN.has(name) && !allowed.includes(name)) {
      throw ApiError.invalidRequest(
        `anthropic-beta: \`${name.slice(0, 64)}\` is not known to this gateway, and could change the price: leave it out`,
        { error_code: 'unknown_beta' },
      );
    }
  }
  return names.length === 0 ? null : names.join(',');
}
