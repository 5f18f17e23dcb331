import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';
import { type AmountArtifact, estimateLog } from './amount.ts';
import { PROBE_PAST, PROBES } from './probes.ts';

/** Median and 80 % interval of each probe as log amounts: the same numbers for the same artifact, on every load. */
export function probeAmount(artifact: AmountArtifact): readonly number[] {
  return PROBES.flatMap((transaction) =>
    askAmount(artifact, transaction, transaction.accountId === null ? [] : PROBE_PAST),
  );
}

/** Median and 80 % interval of one transaction as log amounts. */
export function askAmount(
  artifact: AmountArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
): readonly number[] {
  const { median, lower, upper } = estimateLog(artifact, transaction, past, 'UTC', 0.8);
  return [median, lower, upper];
}
