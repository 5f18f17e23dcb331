import type { Transaction } from '../bank/transaction.ts';
import type { Config } from '../config.ts';
import type { Table } from '../importing/read-table.ts';
import type { Services } from '../services.ts';

/** What an evaluation may use. */
export interface EvaluationRun {
  readonly services: Services;
  readonly config: Config;
  readonly table: Table;
  readonly onProgress: (step: string, done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Judges one active model on a table, replayed as `titans predict` does; resolves to what is to be printed. */
export type Evaluate = (run: EvaluationRun) => Promise<readonly string[]>;

/** What is said where every judged row may have been learnt. */
export const NOTHING_LATER =
  'No row is later than the training: these figures say nothing about new transactions.';

/** The rows of one stretch of time, under the name they are told by. */
export interface Part {
  readonly name: string;
  readonly rows: readonly Transaction[];
}

/** Cuts rows into those later than a training and those that it may have learnt, the empty part left out. */
export function cutByTraining(rows: readonly Transaction[], trainedUntil: number): Part[] {
  return [
    { name: 'later than its training', rows: rows.filter((row) => row.at > trainedUntil) },
    {
      name: 'not later (may have been learnt)',
      rows: rows.filter((row) => row.at <= trainedUntil),
    },
  ].filter((part) => part.rows.length > 0);
}

/** Where each row stands: its part, and its place there. */
export function placesOf(
  parts: readonly Part[],
): ReadonlyMap<Transaction, readonly [part: number, at: number]> {
  return new Map(
    parts.flatMap(({ rows }, part) =>
      rows.map((row, at): [Transaction, readonly [number, number]] => [row, [part, at]]),
    ),
  );
}

/** The usable rows of a table. */
export function usableRows({ rows }: Pick<Table, 'rows'>): Transaction[] {
  return rows.flatMap(({ transaction }) => transaction ?? []);
}
