/// <reference lib="esnext.disposable" />
/** Prices by themselves: what a usage costs, by a price book, without an organization. */
import { RawBook, __wbg_reset_state, claudeBook, moduleMemory } from './books.js';
import { TollgateError } from './error.js';
import { Instance } from './instance.js';
import type { BookForm, LineItem } from './types.js';
import { UsageNames } from './usage_names.js';
import { READERS } from './usage_reader.js';
import type { Counts } from './usage_value.js';

export type { BookForm, LineItem } from './types.js';
export { TollgateError, type Problem } from './error.js';

const module = new Instance(() => __wbg_reset_state());

/** How a call was made, where its usage object does not say. */
export interface CallContext {
  processing?: string | null;
  service_tier?: string | null;
  speed?: string | null;
  inference_geo?: string | null;
}

/** A usage object as the provider gave it, with what prices it. */
export interface UsageRow {
  /** Who sold it, such as `openai`; where it is left out, the book's own provider, or the only one that has the model. */
  provider?: string;
  model: string;
  /** `anthropic`, `chat`, `responses`, `gemini`, or `default` for the provider's own. */
  api?: string;
  usage: object;
  context?: CallContext;
  /** When it was used: RFC 3339, milliseconds since 1970, or a date. */
  at: string | number | Date;
}

/** Of the lines as the module tells them: how many numbers stand before them, and how many one has. */
const HEAD = 7;
const LINE = 8;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/;
/** Three digits of a decimal, as they stand before others and as they end it. */
const THREE: readonly string[] = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));
const LAST: readonly string[] = THREE.map((digits) => digits.replace(/0+$/, ''));
/** What a rate's units are multiplied by, to be units of 10^-18 USD. */
const SCALE: Readonly<Record<string, bigint>> = { mtok: 1_000_000n, use: 1n, hour: 1_000n };
/** A rate of tokens is in millionths of a millionth of a dollar, and has 32 bits and as many above them. */
const MILLIONTHS = 1_000_000_000_000;
const ABOVE_32_BITS = 4_294_967_296;

/** What a usage costs: the sum of its lines, as a decimal string. */
export interface Price {
  readonly usd: string;
  readonly lines: readonly LineItem[];
}

/** A price whose lines are only spelt out when somebody asks. */
class CountedPrice implements Price {
  #lines: readonly LineItem[] | undefined;

  constructor(
    readonly usd: string,
    private readonly numbers: readonly number[],
    private readonly model: string,
    private readonly source: string,
    private readonly names: UsageNames,
  ) {}

  get lines(): readonly LineItem[] {
    this.#lines ??= this.#spell();
    return this.#lines;
  }

  toJSON(): Price {
    return { usd: this.usd, lines: this.lines };
  }

  #spell(): readonly LineItem[] {
    const at = (index: number): number => this.numbers[index] ?? 0;
    const modifiers: string[] = [];
    if (at(4) > 0) modifiers.push(this.names.tiers[at(4)] ?? '');
    if (at(5) > 0) modifiers.push('fast_mode');
    if (at(6) > 0) modifiers.push(this.names.geos[at(6)] ?? '');
    const version_from = at(3) === 0 ? null : new Date(at(3)).toISOString().replace('.000Z', 'Z');
    const lines: LineItem[] = [];
    for (let start = HEAD; start < this.numbers.length; start += LINE) {
      const position = at(start);
      const per = (this.names.per[position] ?? '') as LineItem['per'];
      lines.push({
        model: this.model,
        class: (this.names.classes[position] ?? '') as LineItem['class'],
        quantity: at(start + 1),
        rate_usd: rateUsd(at(start + 3), at(start + 4), per),
        per,
        modifiers,
        tier_from_tokens: at(start + 2),
        version_from,
        source: this.source,
        usd: ofPieces(at(start + 5), at(start + 6), at(start + 7)),
      });
    }
    return lines;
  }
}

/** A rate in two pieces of 32 bits as a plain decimal. */
function rateUsd(low: number, high: number, per: LineItem['per']): string {
  const small = high * ABOVE_32_BITS + low;
  if (per === 'mtok' && small <= Number.MAX_SAFE_INTEGER) {
    const rest = small % MILLIONTHS;
    return ofPieces(Math.floor(small / MILLIONTHS), Math.floor(rest / 1_000), (rest % 1_000) * 1_000_000);
  }
  return decimal(((BigInt(high) << 32n) + BigInt(low)) * (SCALE[per] ?? 1n));
}

/** Units of 10^-18 USD as a plain decimal without zeros at its end. */
function decimal(units: bigint): string {
  const digits = units.toString().padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -18) : `${digits.slice(0, -18)}.${fraction}`;
}

/** Nine digits of a decimal, without zeros at its end where it ends with them. */
function nineDigits(number: number, ends: boolean): string {
  const first = Math.floor(number / 1_000_000);
  const second = Math.floor(number / 1_000) % 1_000;
  const third = number % 1_000;
  if (!ends) return `${THREE[first]}${THREE[second]}${THREE[third]}`;
  if (third !== 0) return `${THREE[first]}${THREE[second]}${LAST[third]}`;
  return second !== 0 ? `${THREE[first]}${LAST[second]}` : `${LAST[first]}`;
}

/** A plain decimal of its whole part and twice nine digits. */
function ofPieces(whole: number, high: number, low: number): string {
  if (low !== 0) return `${whole}.${nineDigits(high, false)}${nineDigits(low, true)}`;
  return high !== 0 ? `${whole}.${nineDigits(high, true)}` : `${whole}`;
}

/** A model of a provider, as it was looked up before. */
interface Known {
  provider: string;
  flavor: string;
  card: number;
  api: number;
  name: string;
}

/** Places in the module's memory; they stay, but the memory's buffer is another one whenever it grows. */
interface Places extends Counts {
  lines: Float64Array;
}

export class PriceBook {
  static #names: UsageNames | undefined;

  readonly #raw: RawBook;
  readonly #born = module.number;
  readonly #source: string;
  readonly #known = new Map<string, Known[]>();
  #places: Places | undefined;
  #lastAt = { text: '', ms: NaN };
  #freed = false;

  private constructor(raw: RawBook) {
    this.#raw = raw;
    this.#source = raw.name();
    PriceBook.#names ??= new UsageNames();
  }

  /** A price book; every problem of one that is refused is in the error. */
  static load(book: string | BookForm): PriceBook {
    return module.guarded(() => new PriceBook(RawBook.load(typeof book === 'string' ? book : JSON.stringify(book))));
  }

  /** The book of Anthropic's models that ships with the engine. */
  static claude(): PriceBook {
    return module.guarded(() => new PriceBook(RawBook.load(claudeBook())));
  }

  /** What a usage costs. Throws a {@link TollgateError} that says why it has no price. */
  quote(row: UsageRow): Price {
    return this.#counted(row) ?? this.#spelt(row);
  }

  /** The answer to a row of a usage log as JSON; an error is an answer too. */
  quoteText(row: string): string {
    return this.#call((raw) => raw.quoteRow(row));
  }

  /** The book as JSON. */
  toText(): string {
    return this.#call((raw) => raw.bookText());
  }

  /** Frees the book's memory at once; otherwise it is freed when the book is collected. */
  free(): void {
    if (!this.#freed && this.#born === module.number) this.#raw.free();
    this.#freed = true;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** The hot way: nothing but numbers crosses. Undefined where the row has to be spelt out. */
  #counted(row: UsageRow): Price | undefined {
    const known = this.#lookUp(row);
    const names = PriceBook.#names;
    if (known.card < 0 || known.api < 0 || names === undefined || typeof row.usage !== 'object' || row.usage === null) {
      return undefined;
    }
    const read = READERS[known.api];
    if (read === undefined) return undefined;
    const places = this.#memory();
    const said = read(row.usage as Record<string, unknown>, places, names.positions);
    const asked = said < 0 ? -1 : row.context === undefined ? 0 : callContext(row.context, names);
    const ms = this.#instant(row.at);
    if (asked < 0 || !Number.isSafeInteger(ms)) return undefined;
    const count = this.#ask(known, said, asked, places.present, ms);
    if (count < 0) return undefined;
    const { lines } = this.#memory();
    const length = HEAD + LINE * count;
    const numbers = new Array<number>(length);
    for (let index = 0; index < length; index += 1) numbers[index] = lines[index] ?? 0;
    const usd = ofPieces(lines[0] ?? 0, lines[1] ?? 0, lines[2] ?? 0);
    return new CountedPrice(usd, numbers, known.name, this.#source, names);
  }

  /** Without a closure, which the hot way would make each time. */
  #ask(known: Known, said: number, asked: number, present: number, ms: number): number {
    if (this.#freed || this.#born !== module.number) return this.#call(() => -1);
    try {
      return this.#raw.quoteCounts(known.card, known.api, said, asked, present, ms);
    } catch (thrown) {
      return module.guarded(() => {
        throw thrown;
      });
    }
  }

  /** The whole row as text: what it costs, or why it has no price. */
  #spelt(row: UsageRow): Price {
    const at = typeof row.at === 'string' ? row.at : new Date(row.at).toJSON();
    const answer = JSON.parse(this.quoteText(JSON.stringify({ ...row, at }))) as
      | Price
      | { error: { code: string; message: string; path: string } };
    if ('error' in answer) throw new TollgateError(answer.error.code, answer.error.message, answer.error.path);
    return answer;
  }

  #lookUp({ model, provider = '', api = 'default' }: UsageRow): Known {
    const known = this.#known.get(model);
    if (known !== undefined) {
      for (const entry of known) {
        if (entry.provider === provider && entry.flavor === api) return entry;
      }
    }
    const made = this.#call((raw) => {
      const card = raw.card(provider, model);
      const name = card < 0 ? '' : raw.model(card);
      return { provider, flavor: api, card, api: raw.api(provider, api), name };
    });
    // A name that nobody knows is not kept: there is no end to them.
    if (made.card >= 0) this.#known.set(model, [...(known ?? []), made]);
    return made;
  }

  #instant(at: UsageRow['at']): number {
    if (typeof at !== 'string') return Number(at);
    if (at !== this.#lastAt.text) this.#lastAt = { text: at, ms: RFC_3339.test(at) ? Date.parse(at) : NaN };
    return this.#lastAt.ms;
  }

  #memory(): Places {
    // A view of a buffer that is no more has no length.
    if (this.#places === undefined || this.#places.counts.length === 0) {
      this.#places = this.#call((raw) => {
        const { buffer } = moduleMemory() as WebAssembly.Memory;
        return {
          counts: new Float64Array(buffer, raw.countsAt(), 24),
          present: 0,
          lines: new Float64Array(buffer, raw.linesAt(), HEAD + LINE * 40),
        };
      });
    }
    return this.#places;
  }

  #call<T>(call: (raw: RawBook) => T): T {
    if (this.#freed) throw new TollgateError('book_freed', 'the price book was freed: load it again');
    if (this.#born !== module.number) {
      throw new TollgateError('engine_lost', 'the module failed and was replaced: load the price book again');
    }
    return module.guarded(() => call(this.#raw));
  }
}

/** Positions of the tier, speed and place that a call was made with; -1 where the row has to be spelt out. */
function callContext(context: CallContext | null, names: UsageNames): number {
  if (context === null) return 0;
  let asked = 0;
  for (const name in context) {
    const value = context[name as keyof CallContext];
    if (value === undefined || value === null) continue;
    const position = name === 'service_tier' || (name === 'processing' && value === 'batch') ? 0 : name === 'speed' ? 1 : 2;
    if (position === 2 && name !== 'inference_geo') return -1;
    const found = names.positions[position].get(value);
    if (found === undefined || (asked & (0xff << (8 * position))) !== 0) return -1;
    asked |= found << (8 * position);
  }
  return asked;
}
