/** Every endpoint of the management plane. */
import { apiKeys } from './api_keys.js';
import { auditLogs } from './audit_logs.js';
import { collections } from './collections.js';
import { denials } from './denials.js';
import { effectiveSpend } from './effective_spend.js';
import type { Endpoint } from './endpoint.js';
import { exports } from './exports.js';
import { increaseRequests } from './increase_requests.js';
import { invites } from './invites.js';
import { members } from './members.js';
import { organization } from './organization.js';
import { preview } from './preview.js';
import { priceBook } from './price_book.js';
import { rateLimits } from './rate_limits.js';
import { sessions } from './sessions.js';
import { spendLimits } from './spend_limits.js';
import { workspaceMembers } from './workspace_members.js';
import { workspaces } from './workspaces.js';

export const ENDPOINTS: readonly Endpoint[] = [
  ...organization,
  ...members,
  ...invites,
  ...workspaces,
  ...workspaceMembers,
  ...apiKeys,
  ...rateLimits,
  ...spendLimits,
  ...effectiveSpend,
  ...collections,
  ...priceBook,
  ...increaseRequests,
  ...denials,
  ...preview,
  ...auditLogs,
  ...sessions,
  ...exports,
];
