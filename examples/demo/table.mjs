/** The live view: on a terminal, a table that is redrawn in place; elsewhere, a line for each decision. */
import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import { KEYS, keyId, KEY_NAMES } from './company.mjs';

/**
 * @typedef {import('./decisions.mjs').Row} Row
 * @typedef {import('./ledger.mjs').Balances} Balances
 */

const REDRAW_MS = 100;
const NOTHING = '0';

/** @param {NodeJS.WriteStream} stream */
const painter = (stream) => (/** @type {Parameters<typeof styleText>[0]} */ style, /** @type {string} */ text) =>
  stream.isTTY && process.env.NO_COLOR === undefined ? styleText(style, text) : text;

/** What a decision cost, or may. @param {Row} row */
export function costOf({ operation, allowed, outcome, holdUsd, costUsd, estimated }) {
  if (!allowed || operation === 'count_tokens') return 'nothing';
  if (outcome === 'held') return `up to ${holdUsd} usd (held)`;
  const marks = [...(estimated ? ['estimated'] : []), ...(outcome === 'settled' ? [] : [outcome])];
  return `${costUsd} usd${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}

/** @param {Row} row */
const timeOf = (row) => new Date(row.atMs).toISOString().slice(11, 19);

/**
 * @param {Row} row
 * @returns {string[]}
 */
const cells = (row) => [timeOf(row), row.allowed ? 'allow' : 'deny', row.key, row.operation, row.model, row.reason, costOf(row)];

/** @param {string[]} texts */
const logLine = ([time = '', decision = '', key = '', operation = '', model = '', reason = '', cost = '']) =>
  `${time.padEnd(8)}  ${decision.padEnd(5)}  ${key.padEnd(12)}  ${operation.padEnd(12)}  ${model.padEnd(18)}  ${cost}  [${reason}]`;

/** @param {Row} row */
export const lineOf = (row) => logLine(cells(row));

const DECISION_TITLES = ['time', 'what', 'key', 'operation', 'model', 'reason', 'cost'];
const GAP = 2;
/** What is left of a cell that is cut. */
const SHORTEST = 12;

/**
 * @param {string} text
 * @param {number} width
 */
const cut = (text, width) => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`);

/**
 * Columns as wide as their widest cell, every cell plain ASCII. Where they are wider than there is room, first the column `elastic` is cut,
 * then those of `expendable` are left out, one after the other.
 *
 * @param {{ head: string[], rows: string[][], elastic: string, expendable: string[] }} table
 * @param {number} room the width that there is
 */
function columns({ head, rows, elastic, expendable }, room) {
  let shown = head.map((title, at) => ({ title, at, width: Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)) }));
  const excess = () => shown.reduce((sum, { width }) => sum + width + GAP, -GAP) - room;
  const give = () => {
    const column = shown.find(({ title }) => title === elastic);
    if (column === undefined) return 0;
    return Math.max(0, column.width - Math.max(SHORTEST, column.title.length));
  };
  for (const title of expendable) {
    if (excess() <= give()) break;
    shown = shown.filter((column) => column.title !== title);
  }
  const over = Math.min(Math.max(0, excess()), give());
  shown = shown.map((column) => (column.title === elastic ? { ...column, width: column.width - over } : column));
  const line = (/** @type {string[]} */ row) =>
    cut(shown.map(({ at, width }) => cut(row[at] ?? '', width).padEnd(width)).join(' '.repeat(GAP)).trimEnd(), room);
  return [line(head), ...rows.map(line)];
}

/**
 * What the terminal shows: never wider or higher than it is, so that nothing wraps and nothing is pushed out.
 *
 * @param {Pick<import('./decisions.mjs').Decisions, 'counts' | 'rows'>} decisions
 * @param {Balances} balances
 * @param {{ width: number, height: number }} room
 * @param {ReturnType<typeof painter>} paint
 */
export function drawn(decisions, balances, { width, height }, paint) {
  const byKey = new Map(balances.keys.map((each) => [each.key, each]));
  const keys = columns({
    head: ['key', 'allowed', 'denied', 'settled usd', 'assumed usd', 'held usd', 'about'],
    rows: KEY_NAMES.map((name) => {
      const counts = decisions.counts.get(name) ?? { allowed: 0, denied: 0 };
      const balance = byKey.get(keyId(name));
      return [
        name, String(counts.allowed), String(counts.denied),
        balance?.settled_usd ?? NOTHING, balance?.assumed_usd ?? NOTHING, balance?.held_usd ?? NOTHING, KEYS[name].about,
      ];
    }),
    elastic: 'about',
    expendable: ['about', 'assumed usd', 'denied', 'allowed'],
  }, width);
  const budgets = columns({
    head: ['budget', 'cap usd', 'settled usd', 'assumed usd', 'held usd', 'mode'],
    rows: balances.budgets.map((each) => [each.budget, each.cap_usd, each.settled_usd, each.assumed_usd, each.held_usd, each.mode]),
    elastic: 'budget',
    expendable: ['mode', 'assumed usd'],
  }, width);
  const titled = (/** @type {string[]} */ [head = '', ...rows]) => ['', paint('bold', head), ...rows];
  // The newest decisions always have a place: where there is little, the budgets give way, and then the keys.
  const least = 2 + Math.min(3, Math.max(1, decisions.rows.length));
  const both = [...titled(keys), ...titled(budgets)];
  const above = both.length + least <= height ? both : titled(keys).slice(0, Math.max(0, height - least));
  const newest = columns({
    head: DECISION_TITLES,
    rows: decisions.rows.slice(-Math.max(1, height - above.length - 2)).reverse().map(cells),
    elastic: 'reason',
    expendable: ['operation', 'model', 'time'],
  }, width);
  const shown = decisions.rows.slice(-(newest.length - 1)).reverse();
  const [head = '', ...lines] = newest;
  const coloured = lines.map((line, at) => (shown[at]?.allowed === false ? paint('red', line) : line));
  return [...above, ...titled([head]), ...coloured].slice(0, Math.max(1, height)).join('\n');
}

/** Shows decisions and money until it is closed. */
export class Table {
  #closed = false;
  /** @type {NodeJS.Timeout | undefined} */
  #due;
  /** @type {Set<Row>} */
  #unsaid = new Set();

  /**
   * @param {{ decisions: import('./decisions.mjs').Decisions, ledger: import('./ledger.mjs').Ledger, stream: NodeJS.WriteStream }} options
   */
  constructor({ decisions, ledger, stream }) {
    this.decisions = decisions;
    this.ledger = ledger;
    this.stream = stream;
    this.paint = painter(stream);
    this.update = stream.isTTY ? createLogUpdate(stream, { showCursor: true }) : null;
    // What the lines below stand under, for whoever reads them in a file.
    if (this.update === null) stream.write(`${logLine(DECISION_TITLES)}\n`);
    stream.on('resize', () => this.#redrawSoon());
    decisions.on('row', (/** @type {Row} */ row) => this.#changed(row));
    decisions.on('alarm', () => this.#redrawSoon());
    this.#redrawSoon();
  }

  /** A message of the demo itself, above the table. @param {string} message */
  say(message) {
    this.update?.clear();
    this.stream.write(`${message}\n`);
    this.#redrawSoon();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#due);
    this.update?.done();
    if (this.update !== null) return;
    for (const row of this.#unsaid) this.stream.write(`${lineOf(row)}\n`);
    const counts = [...this.decisions.counts.values()];
    const sumOf = (/** @type {'allowed' | 'denied'} */ name) => counts.reduce((sum, each) => sum + each[name], 0);
    this.stream.write(`stopped: ${sumOf('allowed')} allowed, ${sumOf('denied')} denied\n`);
  }

  /** @param {Row} row */
  #changed(row) {
    this.#redrawSoon();
    if (this.update !== null || this.#closed) return;
    // One line a decision: an admission's line waits for its price.
    if (row.outcome === 'held') {
      this.#unsaid.add(row);
      return;
    }
    this.#unsaid.delete(row);
    this.stream.write(`${lineOf(row)}\n`);
  }

  /** Many decisions in a moment are one redraw, and one look at the balances. */
  #redrawSoon() {
    if (this.update === null || this.#closed || this.#due !== undefined) return;
    this.#due = setTimeout(() => {
      this.#redraw().catch((/** @type {unknown} */ error) => this.stream.write(`${error instanceof Error ? error.message : String(error)}\n`));
    }, REDRAW_MS);
  }

  async #redraw() {
    try {
      const balances = await this.ledger.balances();
      const room = { width: this.stream.columns, height: this.stream.rows - 1 };
      if (!this.#closed) this.update?.(drawn(this.decisions, balances, room, this.paint));
    } finally {
      this.#due = undefined;
    }
  }
}
