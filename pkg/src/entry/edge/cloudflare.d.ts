/** What is used of the runtime's own module, so that the package needs no runtime's types. */
declare module 'cloudflare:workers' {
  /** Whose methods other workers may call. */
  export class DurableObject<Env = unknown> {
    constructor(state: unknown, env: Env);
  }
}
