/** What `state.mjs` uses of the package, which has no types of its own. */
declare module 'fs-native-extensions' {
  /** Locks the whole file for as long as its description is open in any process; false: another description holds it. */
  export function tryLock(descriptor: number): boolean;
}
