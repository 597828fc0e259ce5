/** Projects, which the provider calls workspaces. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import { ProjectMembers } from './project_members.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Projects {
  readonly members: ProjectMembers;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.members = new ProjectMembers(transport);
  }

  create(
    body: Body<'POST /v1/organizations/workspaces'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/workspaces'>> {
    return this.#transport.send('POST /v1/organizations/workspaces', { body }, options);
  }

  list(query: Query<'GET /v1/organizations/workspaces'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/workspaces'>> {
    return this.#transport.list('GET /v1/organizations/workspaces', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/workspaces/{id}'>> {
    return this.#transport.send('GET /v1/organizations/workspaces/{id}', { path: { id } }, options);
  }

  update(
    id: string,
    body: Body<'POST /v1/organizations/workspaces/{id}'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/workspaces/{id}'>> {
    return this.#transport.send('POST /v1/organizations/workspaces/{id}', { path: { id }, body }, options);
  }

  /** Archives a project, whose keys are refused from now on. */
  archive(id: string, options?: RequestOptions): Promise<Answer<'POST /v1/organizations/workspaces/{id}/archive'>> {
    return this.#transport.send('POST /v1/organizations/workspaces/{id}/archive', { path: { id } }, options);
  }
}
