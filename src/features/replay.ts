import type { Transaction } from '../bank/transaction.ts';
import { HISTORY_MAX, type PastRow, toPastRow } from './past.ts';

const NO_PAST: readonly PastRow[] = [];

/**
 * The accounts' histories as they grow while a file is replayed in order of time, exactly as serving would have seen
 * them. Categories stay unknown until {@link Replay.confirm} makes those of earlier rows known.
 */
export interface Replay {
  /** The account's rows before this transaction, oldest first; a row of the same instant is not yet history. */
  past(transaction: Transaction): readonly PastRow[];
  /** Adds a transaction to its account's history; `category` is what is known of it now ('' for nothing). */
  remember(transaction: Transaction, category: string): void;
  /** Makes the true categories of all rows remembered so far known, as if their owners had confirmed them. */
  confirm(): void;
}

// Trimming only every so often keeps adding cheap.
const TRIM_EVERY = HISTORY_MAX * 4;

/** Starts with empty histories. Rows without an account have no history. */
export function createReplay(): Replay {
  const rows = new Map<string, PastRow[]>();
  const trimAt = new Map<PastRow[], number>();

  /** Drops rows nobody can ask for: all but the latest {@link HISTORY_MAX} before the newest instant. */
  function trim(account: PastRow[]): void {
    if (account.length <= (trimAt.get(account) ?? TRIM_EVERY)) return;
    let newest = account.length - 1;
    while (newest > 0 && account[newest - 1].at === account[newest].at) newest--;
    account.splice(0, Math.max(0, newest - HISTORY_MAX));
    trimAt.set(account, account.length + TRIM_EVERY);
  }

  const unconfirmed: { account: PastRow[]; row: PastRow; category: string }[] = [];
  return {
    past({ accountId }) {
      return accountId === null ? NO_PAST : (rows.get(accountId) ?? NO_PAST);
    },
    remember(transaction, category) {
      const { accountId } = transaction;
      if (accountId === null) return;
      let account = rows.get(accountId);
      if (account === undefined) {
        account = [];
        rows.set(accountId, account);
      }
      const row = toPastRow(transaction, category);
      account.push(row);
      if (category !== transaction.category)
        unconfirmed.push({ account, row, category: transaction.category });
      trim(account);
    },
    confirm() {
      for (const { account, row, category } of unconfirmed) {
        const index = account.indexOf(row);
        if (index >= 0) account[index] = { ...row, category };
      }
      unconfirmed.length = 0;
    },
  };
}
