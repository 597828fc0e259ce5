// Workers: the runtime lets others call the methods of an object only where its class is one of the runtime's own.

import { DurableObject } from 'cloudflare:workers';

import { OrganizationObject as Organization, type OrganizationEnv } from '../../edge/index.js';
import type { ObjectState } from '../../edge/object_state.js';

export * from '../../edge/index.js';

export class OrganizationObject extends DurableObject<OrganizationEnv> {
  readonly #organization: Organization;

  constructor(state: ObjectState, env: OrganizationEnv) {
    super(state, env);
    this.#organization = new Organization(state, env);
  }

  ask(organization: string, verb: string, body: string): Promise<string> {
    return this.#organization.ask(organization, verb, body);
  }

  fetch(request: Request): Promise<Response> {
    return this.#organization.fetch(request);
  }

  alarm(): Promise<void> {
    return this.#organization.alarm();
  }
}
