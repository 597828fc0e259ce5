/**
 * What a client asks the upstream to do, in the text of its last user message: `[[stall 500]]`, `[[tokens in=120 out=80]]`.
 *
 * Unmodified clients carry their own instructions this way: no header, no test-only field, nothing that a gateway would
 * have to let through. A directive that is not in the table, or one with a wrong parameter, is refused: a misspelt
 * directive that did nothing would make a test pass for the wrong reason.
 */

/** @param {string} raw */
const count = (raw) => {
  if (!/^\d{1,9}$/.test(raw)) throw new DirectiveError(`\`${raw}\` is not an integer from 0 to 999999999`);
  return Number(raw);
};

/** @param {string} raw */
const status = (raw) => {
  const code = count(raw);
  if (code < 400 || code > 599) throw new DirectiveError(`\`${raw}\` is not a status from 400 to 599`);
  return code;
};

/** @param {string} raw */
const word = (raw) => raw;

/**
 * @template {string} T
 * @param {T[]} allowed
 */
const oneOf = (...allowed) => (/** @type {string} */ raw) => {
  const found = allowed.find((each) => each === raw);
  if (found === undefined) throw new DirectiveError(`\`${raw}\` is none of ${allowed.join(', ')}`);
  return found;
};

/** Each directive's parameters. `value` is the one that is written without a name. */
const FORMS = {
  tokens: { in: count, out: count, cache_read: count, cache_5m: count, cache_1h: count, thinking: count },
  iteration: {
    type: oneOf('message', 'compaction', 'advisor_message', 'fallback_message'),
    model: word, in: count, out: count, cache_read: count, cache_5m: count, cache_1h: count,
  },
  search: { value: count },
  tool: {},
  seed: { value: count },
  chunk: { value: count },
  usage: { value: oneOf('missing', 'unsplit') },
  tier: { value: oneOf('standard', 'priority', 'batch') },
  geo: { value: word },
  speed: { value: oneOf('standard', 'fast') },
  status: { value: status, type: word, retry_after: count, times: count, id: word },
  error: { after: count, type: word },
  stall: { value: count, after: count },
  hold: { value: word, after: count },
  pace: { value: count },
  reset: { after: count },
  truncate: { after: count },
  split: { value: count },
  newline: { value: oneOf('lf', 'crlf') },
  gzip: {},
};

/**
 * @typedef {typeof FORMS} Forms
 * @typedef {{ [N in keyof Forms]: { name: N } & { [P in keyof Forms[N]]?: Forms[N][P] extends (raw: string) => infer V ? V : never } }[keyof Forms]} Directive
 */

export class DirectiveError extends Error {}

/**
 * @param {string} name
 * @returns {name is keyof Forms}
 */
const isKnown = (name) => Object.hasOwn(FORMS, name);

/**
 * @param {string} text
 * @returns {Directive[]}
 */
export function directivesIn(text) {
  /** @type {Set<string>} */
  const seen = new Set();
  return Array.from(text.matchAll(/\[\[([^\]]*)\]\]/g), ([whole, inside]) => {
    const [name, ...parameters] = (inside ?? '').trim().split(/\s+/);
    if (name === undefined || !isKnown(name)) {
      throw new DirectiveError(`\`${whole}\` is no directive: use one of ${Object.keys(FORMS).join(', ')}`);
    }
    // Two of one kind would contradict each other; iterations are a list.
    if (seen.has(name) && name !== 'iteration') throw new DirectiveError(`\`[[${name}]]\` stands twice: keep one`);
    seen.add(name);
    /** @type {Record<string, (raw: string) => string | number>} */
    const form = FORMS[name];
    /** @type {Record<string, string | number>} */
    const read = { name };
    for (const parameter of parameters) {
      const at = parameter.indexOf('=');
      const key = at < 0 ? 'value' : parameter.slice(0, at);
      const parse = Object.hasOwn(form, key) ? form[key] : undefined;
      if (parse === undefined || Object.hasOwn(read, key)) {
        throw new DirectiveError(`\`${parameter}\` does not belong in \`${whole}\`: it takes ${Object.keys(form).join(', ') || 'nothing'}, each once`);
      }
      read[key] = parse(parameter.slice(at + 1));
    }
    return /** @type {Directive} */ (read);
  });
}

/**
 * The one directive of that name.
 *
 * @template {Directive['name']} N
 * @param {Directive[]} directives
 * @param {N} name
 * @returns {Extract<Directive, { name: N }> | undefined}
 */
export function the(directives, name) {
  return all(directives, name)[0];
}

/**
 * @template {Directive['name']} N
 * @param {Directive[]} directives
 * @param {N} name
 * @returns {Extract<Directive, { name: N }>[]}
 */
export function all(directives, name) {
  return directives.filter((each) => each.name === name).map((each) => /** @type {Extract<Directive, { name: N }>} */ (each));
}
