/** One call: who makes it, of which organization, under which settings, and how long it lives. */
import { ApiError } from './api_error.js';
import { readBody } from './body.js';
import { readCredential } from './credential.js';
import { logError } from './error_log.js';
import { checkEncoding, checkLength } from './headers.js';
import { doorOf, OrganizationError, type OrganizationDoor } from './organization_door.js';
import { setRateHeaders } from './rate_headers.js';
import type { Recording } from './settlement.js';
import type { ResolvedSettings } from './settings.js';
import type { AdmitCommand, Answer } from './wire.js';

export interface Lifetime {
  waitUntil(promise: Promise<unknown>): void;
}

export class CallContext {
  private constructor(
    readonly request: Request,
    readonly settings: ResolvedSettings,
    readonly requestId: string,
    readonly credential: AdmitCommand['credential'],
    readonly door: OrganizationDoor,
    private readonly lifetime: Lifetime,
  ) {}

  /** Checks what can be checked without the body and without the store. */
  static async open(
    request: Request,
    settings: ResolvedSettings,
    requestId: string,
    lifetime: Lifetime,
  ): Promise<CallContext> {
    checkLength(request.headers, settings.maxHeaderBytes);
    const { organization, secretSha256 } = await readCredential(request.headers);
    const door = doorOf(settings, organization);
    return new CallContext(request, settings, requestId, { secret_sha256: secretSha256 }, door, lifetime);
  }

  async readBody(): Promise<Uint8Array<ArrayBuffer>> {
    checkEncoding(this.request.headers);
    return readBody(this.request, this.settings.maxBodyBytes);
  }

  /** The worker stays until the promise settles, whether or not the client does. */
  keepAlive(promise: Promise<unknown>): void {
    this.lifetime.waitUntil(promise);
  }

  /**
   * Waits for the first attempt, so that a client who has its answer finds it in the books; retries go on without it. Whoever waits
   * here is kept alive itself, by the gateway or by the stream that is passed on.
   */
  async recorded({ tried, done }: Recording): Promise<void> {
    if ((await tried) === 'more to come') this.keepAlive(done);
  }

  /**
   * An error that comes without a decision, with what the caller has left. A caller without a valid key is told that instead:
   * whoever is not known learns nothing about a request.
   */
  async withHeadroom(error: ApiError): Promise<ApiError> {
    let headroom: Answer<'headroom'>;
    try {
      headroom = await this.door.query({ type: 'headroom', credential: this.credential });
    } catch (unknown) {
      return unknown instanceof OrganizationError ? this.refused(unknown) : error;
    }
    if (headroom.type === 'deny') return ApiError.unauthenticated();
    setRateHeaders(error.headers, headroom, Date.now());
    return error;
  }

  /** What the engine would not take. The caller's body was judged before, so a command that is wrong is a fault of the gateway. */
  refused(error: OrganizationError): ApiError {
    switch (error.code) {
      case 'unknown_organization':
        return ApiError.unauthenticated();
      case 'invalid_input':
        logError("the engine refused the gateway's own command", {
          request_id: this.requestId,
          code: error.code,
          path: error.path ?? null,
        });
        return ApiError.gatewayFailed();
      case 'clock_jump':
        return ApiError.clockJumped();
      default:
        return ApiError.storeUnavailable();
    }
  }
}
