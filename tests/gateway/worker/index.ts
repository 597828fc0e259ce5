/** The deployed worker, and a way to break its store and its engine from outside. */
import gateway, { OrganizationObject as Deployed } from '../../../examples/worker/src/index.js';
import { Engine } from '../../../pkg/dist/entry/workerd.js';

interface Sabotage {
  /** Writes to the object's tables, as a second writer on the same disk would. */
  sql?: string;
  /** Makes the engine fail at its next decision, as a panic does. */
  panic?: boolean;
  /** Sets the gateway's clock so far ahead of the machine's. */
  clock_ahead_ms?: number;
  /** Answers with what was logged so far. */
  log?: boolean;
}

const now = Date.now;
const logError = console.error;
const logged: string[] = [];

console.error = (line: string) => {
  logged.push(line);
  logError(line);
};

export class OrganizationObject extends Deployed {
  readonly #state: DurableObjectState;

  constructor(state: DurableObjectState, env: ConstructorParameters<typeof Deployed>[1]) {
    super(state, env);
    this.#state = state;
  }

  override async fetch(request: Request): Promise<Response> {
    if (!request.url.endsWith('/sabotage')) return super.fetch(request);
    const { sql, panic, clock_ahead_ms, log } = await request.json<Sabotage>();
    if (panic) failOnce();
    if (clock_ahead_ms !== undefined) Date.now = () => now() + clock_ahead_ms;
    if (log) return Response.json(logged);
    return Response.json(sql === undefined ? [] : this.#state.storage.sql.exec(sql).toArray());
  }
}

function failOnce(): void {
  const decideText = Engine.prototype.decideText;
  Engine.prototype.decideText = () => {
    Engine.prototype.decideText = decideText;
    throw new WebAssembly.RuntimeError('unreachable');
  };
}

gateway.post('/operator/:organization/sabotage', async (c) => {
  const { ORGANIZATIONS } = c.env;
  const stub = ORGANIZATIONS.get(ORGANIZATIONS.idFromName(c.req.param('organization')));
  return stub.fetch('https://organization/sabotage', { method: 'POST', body: await c.req.text() });
});

export default gateway;
