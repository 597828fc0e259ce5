/** Who has which role in a project. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class ProjectMembers {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  add(
    project: string,
    body: Body<'POST /v1/organizations/workspaces/{id}/members'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/workspaces/{id}/members'>> {
    return this.#transport.send('POST /v1/organizations/workspaces/{id}/members', { path: { id: project }, body }, options);
  }

  list(project: string, query: Query<'GET /v1/organizations/workspaces/{id}/members'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/workspaces/{id}/members'>> {
    return this.#transport.list('GET /v1/organizations/workspaces/{id}/members', { path: { id: project }, query }, options);
  }

  retrieve(
    project: string,
    user: string,
    options?: RequestOptions,
  ): Promise<Answer<'GET /v1/organizations/workspaces/{id}/members/{user_id}'>> {
    return this.#transport.send('GET /v1/organizations/workspaces/{id}/members/{user_id}', { path: { id: project, user_id: user } }, options);
  }

  update(
    project: string,
    user: string,
    body: Body<'POST /v1/organizations/workspaces/{id}/members/{user_id}'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/workspaces/{id}/members/{user_id}'>> {
    return this.#transport.send('POST /v1/organizations/workspaces/{id}/members/{user_id}', { path: { id: project, user_id: user }, body }, options);
  }

  remove(
    project: string,
    user: string,
    options?: RequestOptions,
  ): Promise<Answer<'DELETE /v1/organizations/workspaces/{id}/members/{user_id}'>> {
    return this.#transport.send('DELETE /v1/organizations/workspaces/{id}/members/{user_id}', { path: { id: project, user_id: user } }, options);
  }
}
