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

/** @param {Row} row */
export const lineOf = (row) => {
  const [time = '', decision = '', key = '', operation = '', model = '', reason = '', cost = ''] = cells(row);
  return `${time}  ${decision.padEnd(5)}  ${key.padEnd(12)}  ${operation.padEnd(12)}  ${model.padEnd(18)}  ${cost}  [${reason}]`;
};

/**
 * Columns as wide as their widest cell; every cell is plain ASCII.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
function columns(head, rows) {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (/** @type {string[]} */ row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd();
  return [line(head), ...rows.map(line)];
}

/**
 * @param {import('./decisions.mjs').Decisions} decisions
 * @param {Balances} balances
 * @param {number} height how many lines there is room for
 * @param {ReturnType<typeof painter>} paint
 */
function drawn(decisions, balances, height, paint) {
  const byKey = new Map(balances.keys.map((each) => [each.key, each]));
  const keys = columns(
    ['key', 'allowed', 'denied', 'settled usd', 'assumed usd', 'held usd', 'about'],
    KEY_NAMES.map((name) => {
      const counts = decisions.counts.get(name) ?? { allowed: 0, denied: 0 };
      const balance = byKey.get(keyId(name));
      return [
        name, String(counts.allowed), String(counts.denied),
        balance?.settled_usd ?? NOTHING, balance?.assumed_usd ?? NOTHING, balance?.held_usd ?? NOTHING, KEYS[name].about,
      ];
    }),
  );
  const budgets = columns(
    ['budget', 'cap usd', 'settled usd', 'assumed usd', 'held usd', 'mode'],
    balances.budgets.map((each) => [each.budget, each.cap_usd, each.settled_usd, each.assumed_usd, each.held_usd, each.mode]),
  );
  const room = Math.max(1, height - keys.length - budgets.length - 5);
  const newest = columns(
    ['time', 'what', 'key', 'operation', 'model', 'reason', 'cost'],
    decisions.rows.slice(-room).reverse().map(cells),
  );
  const titled = (/** @type {string[]} */ [head = '', ...rows]) => [paint('bold', head), ...rows];
  const coloured = newest.slice(1).map((line) => (/^\S+ {2}deny/.test(line) ? paint('red', line) : line));
  return ['', ...titled(keys), '', ...titled(budgets), '', paint('bold', newest[0] ?? ''), ...coloured].join('\n');
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
    for (const row of this.#unsaid) this.stream.write(`${lineOf(row)}\n`);
    this.update?.done();
  }

  /** @param {Row} row */
  #changed(row) {
    this.#redrawSoon();
    if (this.update !== null) return;
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
      if (!this.#closed) this.update?.(drawn(this.decisions, balances, this.stream.rows - 1, this.paint));
    } finally {
      this.#due = undefined;
    }
  }
}
