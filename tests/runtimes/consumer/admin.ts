// What someone writes who manages an organization. It is compiled as a browser's program, with the package's own declarations checked too.
import { ConflictError, Tollgate } from 'tollgate/admin';

export async function rotated(baseURL: string, apiKey: string): Promise<string[]> {
  const admin = new Tollgate({ baseURL, apiKey });
  const secrets: string[] = [];
  for await (const key of admin.apiKeys.list({ status: 'active' })) {
    const due: string | null = key.rotation_due_at;
    if (due !== null) secrets.push((await admin.apiKeys.rotate(key.id, { overlap_ms: 60_000, revision: key.revision })).key);
  }
  return secrets;
}

export function told(error: unknown): string {
  return error instanceof ConflictError ? `${error.status ?? 0} ${error.code ?? ''} ${error.requestID ?? ''}` : '';
}

// These must not compile: where they did, a type would have become `any`.
export function misused(admin: Tollgate): void {
  // @ts-expect-error a limit is a number
  void admin.apiKeys.create({ name: 'backend', rate_limit: { requests_per_minute: '100' } });
  // @ts-expect-error a threshold is a part of a cap
  void admin.apiKeys.create({ name: 'backend', alert_threshold_percent: 80 });
  // @ts-expect-error a key has no such status
  void admin.apiKeys.list({ status: 'lost' });
  // @ts-expect-error a key has no such field
  void admin.apiKeys.retrieve('key').then(({ secret }) => secret);
  // @ts-expect-error the API has no such field
  void admin.settings.update({ surprise: true });
}
