import {
  type CompiledQuery,
  type Kysely,
  type Selectable,
  type Transaction as SqlTransaction,
  sql,
} from 'kysely';
import type { Transaction, TransactionType } from '../../bank/transaction.ts';
import { sha256 } from '../../lib/hash.ts';
import type { AppendCounts, HistoryRange, HistoryStore } from '../ports.ts';
import { guardFailures, isCollision } from './failure.ts';
import type { HistoryTable, Tables } from './schema.ts';

/** Rows per statement and transaction: long enough to share one sync, short enough not to hold the event loop. */
const APPEND_ROWS_MAX = 250;
const PAGE_ROWS = 1000;
const WRITE_ATTEMPTS_MAX = 5;
/** 128 bits: far from any chance of two contents meeting. */
const CONTENT_HASH_LENGTH = 32;

type Row = Omit<Selectable<HistoryTable>, 'seq'>;
type Key = Pick<Row, 'account_id' | 'identity'>;
type Content = Omit<Row, 'identity' | 'content_hash'>;

/** Where a page ended. */
interface Position {
  readonly at: number;
  readonly seq: number;
}

const CONTENT_COLUMNS = [
  'account_id',
  'transaction_id',
  'at',
  'time_known',
  'amount_minor',
  'currency',
  'type',
  'description',
  'merchant_name',
  'category',
  'payment_method',
  'location',
  'merchant_category_code',
  'country',
  'reference',
  'tags',
  'balance_after_minor',
] as const satisfies readonly (keyof Content)[];
const COLUMNS = ['identity', 'content_hash', ...CONTENT_COLUMNS] as const satisfies readonly (keyof Row)[];

/** A row with what an earlier row of the same append under the same identity did to it. */
interface Pending {
  row: Row;
  readonly firstHash: string;
  updated: number;
  unchanged: number;
}

function toRow(transaction: Transaction): Row {
  const row = {
    account_id: transaction.accountId ?? '',
    identity: '',
    content_hash: '',
    transaction_id: transaction.id,
    at: transaction.at,
    time_known: transaction.timeKnown ? 1 : 0,
    amount_minor: transaction.amountMinor,
    currency: transaction.currency,
    type: transaction.type,
    description: transaction.description,
    merchant_name: transaction.merchantName,
    category: transaction.category,
    payment_method: transaction.paymentMethod,
    location: transaction.location,
    merchant_category_code: transaction.merchantCategoryCode,
    country: transaction.country,
    reference: transaction.reference,
    tags: JSON.stringify(transaction.tags),
    balance_after_minor: transaction.balanceAfterMinor,
  };
  row.content_hash = sha256(JSON.stringify(row)).slice(0, CONTENT_HASH_LENGTH);
  return row;
}

function toTransaction(row: Content): Transaction {
  return {
    id: row.transaction_id,
    accountId: row.account_id === '' ? null : row.account_id,
    at: row.at,
    timeKnown: row.time_known === 1,
    amountMinor: row.amount_minor,
    currency: row.currency,
    type: row.type as TransactionType | null,
    description: row.description,
    merchantName: row.merchant_name,
    category: row.category,
    paymentMethod: row.payment_method,
    location: row.location,
    merchantCategoryCode: row.merchant_category_code,
    country: row.country,
    reference: row.reference,
    tags: row.tags === '[]' ? [] : JSON.parse(row.tags),
    balanceAfterMinor: row.balance_after_minor,
  };
}

/**
 * Names what makes a row itself within its account: its id, or else its content and how many equal ones came before
 * it in the same append. The category is no part of it, so that a corrected label replaces the row instead of adding
 * one. The leading sign keeps the two kinds apart.
 */
function identify(row: Row, occurrences: Map<string, number>): string {
  if (row.transaction_id !== null) return `=${row.transaction_id}`;
  const unlabelled = JSON.stringify({ ...row, content_hash: '', category: '' });
  const hash = sha256(unlabelled).slice(0, CONTENT_HASH_LENGTH);
  const occurrence = occurrences.get(hash) ?? 0;
  occurrences.set(hash, occurrence + 1);
  return `#${hash}.${occurrence}`;
}

/** One entry per identity, in order of first appearance, holding the content that was given last. */
function collapse(transactions: readonly Transaction[]): Pending[] {
  const occurrences = new Map<string, number>();
  const pendings = new Map<string, Pending>();
  for (const transaction of transactions) {
    const row = toRow(transaction);
    row.identity = identify(row, occurrences);
    const key = keyText(row);
    const earlier = pendings.get(key);
    if (earlier === undefined) {
      pendings.set(key, { row, firstHash: row.content_hash, updated: 0, unchanged: 0 });
    } else if (earlier.row.content_hash === row.content_hash) {
      earlier.unchanged++;
    } else {
      earlier.row = row;
      earlier.updated++;
    }
  }
  return [...pendings.values()];
}

function keyText(key: Key): string {
  return `${key.account_id}\n${key.identity}`;
}

/** The history on any SQL database that Kysely speaks to; `place` names it in logs. */
export function createSqlHistory(db: Kysely<Tables>, place: string): HistoryStore {
  const guarded = guardFailures(place);
  // Building a query costs more than running it. Those that never change are built once, and get their
  // parameters in the order in which they stand in the text.
  const beforeQuery = db
    .selectFrom('history')
    .select(CONTENT_COLUMNS)
    .where('account_id', '=', '')
    .where('at', '<', 0)
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(1)
    .compile();
  const revisionQuery = db.selectFrom('history_revision').select('revision').where('id', '=', 1).compile();
  const insertQueries = new Map<number, CompiledQuery<Key>>();
  const hashQueries = new Map<number, CompiledQuery<Key & { content_hash: string }>>();

  function insertQuery(rows: number): CompiledQuery<Key> {
    let query = insertQueries.get(rows);
    if (query === undefined) {
      const blank = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as unknown as Row;
      query = db
        .insertInto('history')
        .values(Array.from({ length: rows }, () => blank))
        .onConflict((conflict) => conflict.columns(['account_id', 'identity']).doNothing())
        .returning(['account_id', 'identity'])
        .compile();
      insertQueries.set(rows, query);
    }
    return query;
  }

  function hashQuery(rows: number): CompiledQuery<Key & { content_hash: string }> {
    let query = hashQueries.get(rows);
    if (query === undefined) {
      const pairs = sql.join(Array.from({ length: rows }, () => sql`(${''}, ${''})`));
      query = db
        .selectFrom('history')
        .select(['account_id', 'identity', 'content_hash'])
        .where(sql<boolean>`(account_id, identity) in (values ${pairs})`)
        .compile();
      hashQueries.set(rows, query);
    }
    return query;
  }

  /** The stored content hash of each of `keys`, in one round trip however many there are. */
  async function storedHashes(
    transaction: SqlTransaction<Tables>,
    keys: readonly Key[],
  ): Promise<ReadonlyMap<string, string>> {
    if (keys.length === 0) return new Map();
    const parameters = keys.flatMap((key) => [key.account_id, key.identity]);
    const { rows } = await transaction.executeQuery<Key & { content_hash: string }>({
      ...hashQuery(keys.length),
      parameters,
    });
    return new Map(rows.map((row) => [keyText(row), row.content_hash]));
  }

  /** Stores rows of distinct identities in one transaction. */
  async function write(
    transaction: SqlTransaction<Tables>,
    pendings: readonly Pending[],
  ): Promise<AppendCounts> {
    const parameters = pendings.flatMap(({ row }) => COLUMNS.map((column) => row[column]));
    const { rows } = await transaction.executeQuery<Key>({ ...insertQuery(pendings.length), parameters });
    const insertedKeys = new Set(rows.map(keyText));
    const known = pendings.filter(({ row }) => !insertedKeys.has(keyText(row))).map(({ row }) => row);
    const hashes = await storedHashes(transaction, known);
    let updated = 0;
    let unchanged = 0;
    let replaced = 0;
    for (const pending of pendings) {
      const { row } = pending;
      updated += pending.updated;
      unchanged += pending.unchanged;
      if (insertedKeys.has(keyText(row))) continue;
      const stored = hashes.get(keyText(row));
      if (stored === pending.firstHash) unchanged++;
      else updated++;
      if (stored === row.content_hash) continue;
      replaced++;
      await transaction
        .updateTable('history')
        .set(row)
        .where('account_id', '=', row.account_id)
        .where('identity', '=', row.identity)
        .execute();
    }
    if (rows.length > 0 || replaced > 0) {
      await transaction
        .updateTable('history_revision')
        .set((expression) => ({ revision: expression('revision', '+', 1) }))
        .where('id', '=', 1)
        .execute();
    }
    return { inserted: rows.length, updated, unchanged };
  }

  /** Two appends that store the same rows in another order may block each other; the server then refuses one. */
  async function writePatiently(pendings: readonly Pending[]): Promise<AppendCounts> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.transaction().execute((transaction) => write(transaction, pendings));
      } catch (error) {
        if (attempt === WRITE_ATTEMPTS_MAX || !isCollision(error)) throw error;
      }
    }
  }

  async function append(transactions: readonly Transaction[]): Promise<AppendCounts> {
    const pendings = collapse(transactions);
    const total = { inserted: 0, updated: 0, unchanged: 0 };
    for (let start = 0; start < pendings.length; start += APPEND_ROWS_MAX) {
      if (start > 0) await new Promise((resolve) => setImmediate(resolve));
      const chunk = pendings.slice(start, start + APPEND_ROWS_MAX);
      const counts = await writePatiently(chunk);
      total.inserted += counts.inserted;
      total.updated += counts.updated;
      total.unchanged += counts.unchanged;
    }
    return total;
  }

  async function before(accountId: string, at: number, limit: number): Promise<Transaction[]> {
    const { rows } = await db.executeQuery<Content>({ ...beforeQuery, parameters: [accountId, at, limit] });
    return rows.map(toTransaction).reverse();
  }

  async function* all(range: HistoryRange = {}): AsyncGenerator<Transaction> {
    let query = db.selectFrom('history').select(CONTENT_COLUMNS).select('seq').orderBy('at').orderBy('seq');
    if (range.accountId !== undefined) query = query.where('account_id', '=', range.accountId);
    if (range.until !== undefined) query = query.where('at', '<', range.until);
    if (range.from !== undefined) query = query.where('at', '>=', range.from);
    let last: Position | null = null;
    for (;;) {
      let page = query;
      if (last !== null) {
        const { at, seq } = last;
        page = query
          .where('at', '>=', at)
          .where((expression) => expression.or([expression('at', '>', at), expression('seq', '>', seq)]));
      }
      const rows: (Content & Position)[] = await guarded(() => page.limit(PAGE_ROWS).execute());
      for (const row of rows) yield toTransaction(row);
      if (rows.length < PAGE_ROWS) return;
      last = rows[rows.length - 1];
    }
  }

  async function count(): Promise<number> {
    const row = await db
      .selectFrom('history')
      .select((expression) => expression.fn.countAll().as('rows'))
      .executeTakeFirstOrThrow();
    return Number(row.rows);
  }

  async function revision(): Promise<number> {
    const { rows } = await db.executeQuery(revisionQuery);
    return Number(rows[0].revision);
  }

  return {
    append: (transactions) => guarded(() => append(transactions)),
    before: (accountId, at, limit) => guarded(() => before(accountId, at, limit)),
    all,
    count: () => guarded(count),
    revision: () => guarded(revision),
    close: () => guarded(() => db.destroy()),
  };
}
