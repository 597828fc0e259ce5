/** The deployed worker, and a way to break its store and its engine from outside. */
import gateway, { OrganizationObject as Deployed } from '../../../examples/worker/src/index.js';
import { Engine, TollgateError } from '../../../pkg/dist/entry/management/workerd.js';

interface Sabotage {
  /** Writes to the object's tables, as a second writer on the same disk would. */
  sql?: string;
  /** Makes the engine fail at its next decision, as a panic does. */
  panic?: boolean;
  /** Makes the engine refuse its next command, as one does that is older than the gateway. */
  refuse?: boolean;
  /** Sets the gateway's clock so far ahead of the machine's. */
  clock_ahead_ms?: number;
  /** Loses the next admission on its way: its caller hears 503, and it arrives after the first message that follows it. */
  late?: boolean;
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
  #late = false;
  #lost: Parameters<Deployed['ask']> | null = null;

  constructor(state: DurableObjectState, env: ConstructorParameters<typeof Deployed>[1]) {
    super(state, env);
    this.#state = state;
  }

  override async ask(...asked: Parameters<Deployed['ask']>): Promise<string> {
    const [, verb] = asked;
    if (verb === 'decide' && this.#late) return this.#lose(asked);
    if (verb === 'submit' && this.#lost !== null) return this.#deliverAfter(asked, this.#lost);
    return super.ask(...asked);
  }

  override async fetch(request: Request): Promise<Response> {
    if (!request.url.endsWith('/sabotage')) return super.fetch(request);
    const { sql, panic, refuse, clock_ahead_ms, late, log } = await request.json<Sabotage>();
    if (panic) failOnce(new WebAssembly.RuntimeError('unreachable'));
    if (refuse) failOnce(new TollgateError('invalid_input', 'field `surprise` is unknown', 'command.request.surprise'));
    if (late) this.#late = true;
    if (clock_ahead_ms !== undefined) Date.now = () => now() + clock_ahead_ms;
    if (log) return Response.json(logged);
    return Response.json(sql === undefined ? [] : this.#state.storage.sql.exec(sql).toArray());
  }

  #lose(asked: Parameters<Deployed['ask']>): string {
    this.#late = false;
    this.#lost = asked;
    return '{"status":503,"answer":{"error":{"code":"store_unavailable","message":"lost on its way"}}}';
  }

  async #deliverAfter(asked: Parameters<Deployed['ask']>, lost: Parameters<Deployed['ask']>): Promise<string> {
    this.#lost = null;
    const reply = await super.ask(...asked);
    await super.ask(...lost);
    return reply;
  }
}

function failOnce(error: Error): void {
  const decideText = Engine.prototype.decideText;
  Engine.prototype.decideText = () => {
    Engine.prototype.decideText = decideText;
    throw error;
  };
}

gateway.post('/operator/:organization/sabotage', async (c) => {
  const { ORGANIZATIONS } = c.env;
  const stub = ORGANIZATIONS.get(ORGANIZATIONS.idFromName(c.req.param('organization')));
  return stub.fetch('https://organization/sabotage', { method: 'POST', body: await c.req.text() });
});

export default gateway;
