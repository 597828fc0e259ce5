/** The gateway, as it is deployed: the plugin, its Durable Object, and a door for the operator. */
import { createGateway } from 'tollgate/edge';

import type { Env } from './env.js';
import { operator } from './operator.js';
import { settingsOf } from './settings.js';

export { OrganizationObject } from 'tollgate/edge';

const gateway = createGateway<Env>((env) => settingsOf(env, env.ORGANIZATIONS));

gateway.route('/operator', operator);

export default gateway;
