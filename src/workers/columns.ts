import { setImmediate } from 'node:timers/promises';
import type { Transaction, TransactionType } from '../bank/transaction.ts';

/**
 * What a forecast reads of transactions, column by column, in memory that threads share: a history is neither copied nor
 * held as objects outside the thread that adds it up.
 */
export interface Columns {
  readonly at: Float64Array;
  /** NaN where the amount is not known. */
  readonly amountMinor: Float64Array;
  readonly timeKnown: Uint8Array;
  /** {@link TEXTS} a row: places in the list of all distinct texts. */
  readonly codes: Uint32Array;
  /**
   * The distinct texts in UTF-8, in parts, each joined by line feeds: no text holds one, because control characters
   * become spaces at the door.
   */
  readonly texts: readonly Uint8Array[];
}

/** Takes transactions one by one, in order; both directions keep it. */
export interface ColumnWriter {
  readonly rows: number;
  add(transaction: Transaction): void;
  /** Forgets all but the newest `rows` transactions. */
  keep(rows: number): void;
  /** The columns of what was added; the event loop turns while many texts are written. */
  finish(): Promise<Columns>;
}

/** Rows of one step, which takes a millisecond or two. */
const STEP_ROWS = 1000;
const TEXTS = 7;
const EMPTY = '\u0001';
/** Distinct texts written at once, so that no moment has them all to do. */
const PART_TEXTS = 8192;
const ROWS_FIRST = 1024;

/** A writer of columns, empty. */
export function createColumnWriter(): ColumnWriter {
  let rows = 0;
  let at = new Float64Array(ROWS_FIRST);
  let amountMinor = new Float64Array(ROWS_FIRST);
  let timeKnown = new Uint8Array(ROWS_FIRST);
  let codes = new Uint32Array(ROWS_FIRST * TEXTS);
  let words: string[] = [];
  let known = new Map<string, number>();

  function codeOf(text: string): number {
    const code = known.get(text);
    if (code !== undefined) return code;
    known.set(text, words.length);
    return words.push(text) - 1;
  }

  function grow(): void {
    const length = 2 * at.length;
    at = extend(at, new Float64Array(length));
    amountMinor = extend(amountMinor, new Float64Array(length));
    timeKnown = extend(timeKnown, new Uint8Array(length));
    codes = extend(codes, new Uint32Array(TEXTS * length));
  }

  return {
    get rows() {
      return rows;
    },
    add(row) {
      if (rows === at.length) grow();
      at[rows] = row.at;
      amountMinor[rows] = row.amountMinor ?? Number.NaN;
      timeKnown[rows] = row.timeKnown ? 1 : 0;
      const place = TEXTS * rows;
      codes[place] = codeOf(row.accountId ?? EMPTY);
      codes[place + 1] = codeOf(row.currency ?? EMPTY);
      codes[place + 2] = codeOf(row.type ?? EMPTY);
      codes[place + 3] = codeOf(row.description);
      codes[place + 4] = codeOf(row.merchantName);
      codes[place + 5] = codeOf(row.category);
      codes[place + 6] = codeOf(row.paymentMethod);
      rows++;
    },
    keep(newest) {
      if (newest >= rows) return;
      at.copyWithin(0, rows - newest, rows);
      amountMinor.copyWithin(0, rows - newest, rows);
      timeKnown.copyWithin(0, rows - newest, rows);
      codes.copyWithin(0, TEXTS * (rows - newest), TEXTS * rows);
      rows = newest;
      // Texts that only forgotten rows had go as well.
      const before = words;
      words = [];
      known = new Map();
      for (let i = 0; i < TEXTS * rows; i++) codes[i] = codeOf(before[codes[i]]);
    },
    async finish() {
      const texts: Uint8Array[] = [];
      const encoder = new TextEncoder();
      for (let start = 0; start < words.length; start += PART_TEXTS) {
        if (start > 0) await setImmediate();
        texts.push(share(encoder.encode(words.slice(start, start + PART_TEXTS).join('\n'))));
      }
      return {
        at: share(at.subarray(0, rows)),
        amountMinor: share(amountMinor.subarray(0, rows)),
        timeKnown: share(timeKnown.subarray(0, rows)),
        codes: share(codes.subarray(0, TEXTS * rows)),
        texts,
      };
    },
  };
}

/** The columns of transactions, written step by step so that the event loop turns between. */
export async function toColumns(transactions: readonly Transaction[]): Promise<Columns> {
  const writer = createColumnWriter();
  for (const transaction of transactions) {
    writer.add(transaction);
    if (writer.rows % STEP_ROWS === 0) await setImmediate();
  }
  return writer.finish();
}

/** Transactions again; what a forecast does not read is empty. Equal texts are one. */
export function fromColumns({ at, amountMinor, timeKnown, codes, texts }: Columns): Transaction[] {
  const decoder = new TextDecoder();
  // A decoder reads no shared memory, hence the copy.
  const words = texts.flatMap((part) => decoder.decode(part.slice()).split('\n'));
  const orNull = (text: string) => (text === EMPTY ? null : text);
  return Array.from(at, (instant, i) => ({
    id: null,
    accountId: orNull(words[codes[TEXTS * i]]),
    at: instant,
    timeKnown: timeKnown[i] === 1,
    amountMinor: Number.isNaN(amountMinor[i]) ? null : amountMinor[i],
    currency: orNull(words[codes[TEXTS * i + 1]]),
    type: orNull(words[codes[TEXTS * i + 2]]) as TransactionType | null,
    description: words[codes[TEXTS * i + 3]],
    merchantName: words[codes[TEXTS * i + 4]],
    category: words[codes[TEXTS * i + 5]],
    paymentMethod: words[codes[TEXTS * i + 6]],
    location: '',
    merchantCategoryCode: '',
    country: '',
    reference: '',
    tags: [],
    balanceAfterMinor: null,
  }));
}

/** Bytes that columns take. */
export function sizeOfColumns({ at, amountMinor, timeKnown, codes, texts }: Columns): number {
  const parts = [at, amountMinor, timeKnown, codes, ...texts];
  return parts.reduce((bytes, part) => bytes + part.byteLength, 0);
}

type Column = Float64Array | Uint8Array | Uint32Array;

function extend<T extends Column>(values: T, longer: T): T {
  longer.set(values);
  return longer;
}

function share<T extends Column>(values: T): T {
  const type = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const shared = new type(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
