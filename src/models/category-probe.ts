import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';
import { type CategoryArtifact, judge } from './category.ts';
import { PROBE_PAST, PROBES } from './probes.ts';

/** Likeliest class and calibrated confidence of each probe: the same numbers for the same artifact, on every load. */
export function probeCategory(artifact: CategoryArtifact): readonly number[] {
  return PROBES.flatMap((transaction) =>
    askCategory(artifact, transaction, transaction.accountId === null ? [] : PROBE_PAST),
  );
}

/** Likeliest class and calibrated confidence of one transaction. */
export function askCategory(
  artifact: CategoryArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
): readonly number[] {
  const { best } = judge(artifact, transaction, past, 'UTC');
  return [best, artifact.scratch.joint[best]];
}
