import { DAY_MS } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { type PastRow, toPastRow } from '../features/past.ts';
import { type AnomalyArtifact, measure } from './anomaly.ts';
import { CARD_PAYMENT, PROBE_AT } from './probes.ts';

const COFFEE: Transaction = { ...CARD_PAYMENT, amountMinor: -450 };

/** Transactions that between them touch every part: no past, a short and a long one, income, a bare date, odd hours. */
const PROBES: readonly (readonly [Transaction, number])[] = [
  [COFFEE, 0],
  [{ ...COFFEE, amountMinor: -500_000, description: 'Large unusual purchase' }, 0],
  [{ ...COFFEE, description: '', type: null, amountMinor: null, timeKnown: false, paymentMethod: '' }, 0],
  [{ ...COFFEE, accountId: 'probe', amountMinor: -9_000 }, 4],
  [
    { ...COFFEE, accountId: 'probe', at: PROBE_AT - 6 * 3_600_000, location: 'Leeds', amountMinor: -90_000 },
    60,
  ],
  [{ ...COFFEE, accountId: 'probe', currency: 'JPY', amountMinor: 5000, type: 'Income' }, 60],
];

/** Share of ordinary traffic stranger than each probe: the same numbers for the same artifact, on every load. */
export function probeAnomaly(artifact: AnomalyArtifact): readonly number[] {
  return PROBES.flatMap(([transaction, count]) => {
    const past = Array.from({ length: count }, (_, i) =>
      toPastRow({
        ...COFFEE,
        accountId: 'probe',
        at: PROBE_AT - (count - i) * DAY_MS,
        amountMinor: -400 - 10 * (i % 7),
        description: i % 3 === 0 ? 'Green grocer' : COFFEE.description,
        location: 'York',
      }),
    );
    return askAnomaly(artifact, transaction, past);
  });
}

/** Share of ordinary traffic stranger than one transaction. */
export function askAnomaly(
  artifact: AnomalyArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
): readonly number[] {
  return [measure(artifact, transaction, past, 'UTC').tailShare];
}
