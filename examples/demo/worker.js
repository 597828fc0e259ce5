// What the demo bundles: the deployed worker, with an object that can be watched.
export { default } from '../worker/src/index.ts';
export { ObservedOrganization as OrganizationObject } from './observer.mjs';
