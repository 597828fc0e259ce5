/** A worker that manages an organization at another gateway by `tollgate/admin`: it answers with the keys that it has read page by page. */
import { Tollgate } from 'tollgate/admin';

export default {
  /** @param {Request} _request @param {{ UPSTREAM_BASE_URL: string, UPSTREAM_API_KEY: string }} env */
  async fetch(_request, env) {
    const admin = new Tollgate({ baseURL: env.UPSTREAM_BASE_URL, apiKey: env.UPSTREAM_API_KEY });
    const made = await admin.apiKeys.create({ name: 'by a worker' });
    /** @type {string[]} */
    const names = [];
    for await (const { name } of admin.apiKeys.list({ limit: 2 })) names.push(name);
    const refused = await admin.apiKeys.retrieve('nobody').catch((error) => `${error.name} ${error.status}`);
    await admin.apiKeys.revoke(made.id);
    return Response.json({ names, refused });
  },
};

/** The configuration of the deployed worker names one; nobody asks this one. */
export class OrganizationObject {}
