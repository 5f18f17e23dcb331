import { DAY_MS } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { quantileSorted } from '../kernels/stats/quantile.ts';

/** Length of the stretches of time in which incidents are looked for. */
const STRETCH_MS = 14 * DAY_MS;
/** Rows above this quantile of strangeness count as hits. */
const HIT_SHARE = 0.02;
const HITS_MIN = 3;
const CHANCE_MAX = 1e-3;

/**
 * Which rows are ordinary traffic: strange rows of ordinary traffic come one by one, those of an incident (a stolen
 * card, say) in a crowd. A fortnight of an account with more hits than chance explains is set aside, so that what is
 * flagged later is a share of ordinary traffic and not of the incidents the training rows happen to hold.
 */
export function ordinaryRows(
  strangeness: Float64Array,
  rows: readonly Transaction[],
): { readonly kept: Uint8Array; readonly incidentShare: number } {
  const kept = new Uint8Array(rows.length).fill(1);
  if (rows.length === 0) return { kept, incidentShare: 0 };
  const limit = quantileSorted(Float64Array.from(strangeness).sort(), 1 - HIT_SHARE);
  const stretches = new Map<string, { account: string; members: number[]; hits: number }>();
  const accounts = new Map<string, { count: number; hits: number }>();
  for (let i = 0; i < rows.length; i++) {
    const { accountId, at } = rows[i];
    if (accountId === null) continue;
    const key = `${Math.floor(at / STRETCH_MS)} ${accountId}`;
    const isHit = strangeness[i] > limit ? 1 : 0;
    const stretch = stretches.get(key) ?? { account: accountId, members: [], hits: 0 };
    stretches.set(key, stretch);
    stretch.members.push(i);
    stretch.hits += isHit;
    const account = accounts.get(accountId) ?? { count: 0, hits: 0 };
    accounts.set(accountId, account);
    account.count++;
    account.hits += isHit;
  }
  let dropped = 0;
  for (const { account, members, hits } of stretches.values()) {
    if (hits < HITS_MIN) continue;
    const whole = accounts.get(account) as { count: number; hits: number };
    // The account's own rate elsewhere, so that one that is always a little strange is not taken for an incident.
    const elsewhere = (whole.hits - hits + 50 * HIT_SHARE) / (whole.count - members.length + 50);
    if (chanceOf(hits, members.length * Math.max(HIT_SHARE, elsewhere)) >= CHANCE_MAX) continue;
    for (const i of members) kept[i] = 0;
    dropped += members.length;
  }
  return { kept, incidentShare: dropped / rows.length };
}

/** Poisson tail: the chance of at least `hits` where `expected` are usual. */
function chanceOf(hits: number, expected: number): number {
  let term = Math.exp(-expected);
  let below = 0;
  for (let k = 0; k < hits; k++) {
    below += term;
    term *= expected / (k + 1);
  }
  return Math.max(0, 1 - below);
}
