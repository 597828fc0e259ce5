/** Price books from public catalogues, and the report of everything that could not be carried over. */
import { TollgateError } from './error.js';
import { __wbg_reset_state, importCatalogue } from './import.js';
import type { BookForm, Catalogue, ImportReport } from './types.js';

export type {
  BookForm,
  Catalogue,
  ImportNote,
  ImportReport,
  ImportedModels,
  NoteReason,
  ReasonCounts,
} from './types.js';
export { TollgateError } from './error.js';

/** A catalogue that was imported: its price book, and the report. */
export class PriceBookImport {
  #book: BookForm | undefined;
  #report: ImportReport | undefined;

  private constructor(
    /** The file of the book, the bytes that `tollgate prices import -o` writes: `PriceBook.load` takes it. */
    readonly bookText: string,
    /** The report as JSON. */
    readonly reportText: string,
  ) {}

  /**
   * Imports a catalogue, from its text or as it was parsed. Prefer the text: a parsed number has lost how it was written, so
   * that the report shows `2.7e-7` where the catalogue says `2.7e-07`. The book is the same.
   *
   * Throws a {@link TollgateError} for what is no JSON, or not that catalogue. Whatever else does not carry over is a note.
   */
  static of(catalogue: Catalogue, source: string | object): PriceBookImport {
    const text = typeof source === 'string' ? source : spelt(source);
    try {
      const [book = '', report = ''] = importCatalogue(catalogue, text);
      return new PriceBookImport(book, report);
    } catch (thrown) {
      throw typeof thrown === 'string' ? refusal(thrown) : failure(thrown);
    } finally {
      // Nothing of an import stays in the module. A new instance gives the memory back, which otherwise never shrinks.
      __wbg_reset_state();
    }
  }

  /** The book. */
  get book(): BookForm {
    this.#book ??= JSON.parse(this.bookText) as BookForm;
    return this.#book;
  }

  /** What was carried over, what was changed and what was left out. */
  get report(): ImportReport {
    this.#report ??= JSON.parse(this.reportText) as ImportReport;
    return this.#report;
  }
}

/** The text of a parsed catalogue. */
function spelt(source: object): string {
  let why = 'give its text, or the object that it was parsed to';
  try {
    // Of what is no object at all there is no text.
    const text = JSON.stringify(source) as string | undefined;
    if (text !== undefined) return text;
  } catch (thrown) {
    why = String(thrown);
  }
  throw new TollgateError('invalid_input', `the catalogue cannot be written as JSON: ${why}`, 'source');
}

/** What the module throws at a caller's mistake is the text of the error. */
function refusal(thrown: string): TollgateError {
  const { error } = JSON.parse(thrown) as { error: { code: string; message: string; path: string } };
  return new TollgateError(error.code, error.message, error.path);
}

function failure(thrown: unknown): TollgateError {
  return new TollgateError('import_failed', `the importer failed, and was started anew: ${String(thrown)}`);
}
