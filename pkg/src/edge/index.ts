/** `tollgate/edge`: the gateway for workers. */
export { createGateway } from './gateway.js';
export type { GatewaySettings, OpenIdSettings } from './settings.js';
export { OrganizationObject, type OrganizationEnv } from './organization_object.js';
export {
  OrganizationDoor,
  OrganizationError,
  OrganizationUnavailable,
  type EventPage,
  type OrganizationNamespace,
} from './organization_door.js';
export { digestOfKey, generateKey, keyFromBits, organizationOfKey, type GeneratedKey } from './key.js';
