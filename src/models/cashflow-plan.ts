import { CADENCE_DAYS, dueDays } from '../bank/cadence.ts';
import { nextAmount, type Payment, type Stream } from './recurring.ts';

/** What is known of recurring payments as of one day. */
export interface Plan {
  /** Payments of the streams known by then, up to that day. */
  readonly past: readonly Payment[];
  /** What falls due on each day from then on. */
  readonly ahead: Float64Array;
}

/** Payments after which a stream is known as one; a yearly one is known after two. */
const KNOWN_AFTER = 3;

/**
 * The plan as of day number `today` (the first day ahead): what a detector could have known by then, from the payments
 * before that day alone. A stream that has stopped by then is not planned on; `last` is the end of the whole history.
 */
export function planStreams(streams: readonly Stream[], today: number, days: number, last: number): Plan {
  const ahead = new Float64Array(days);
  const past: Payment[] = [];
  for (const stream of streams) {
    const { schedule, isAmountFixed, isEnded } = stream;
    const known = today >= last ? stream.payments : stream.payments.filter(({ day }) => day < today);
    if (known.length < (schedule.cadence === 'annual' ? 2 : KNOWN_AFTER)) continue;
    past.push(...known);
    if (today >= last && isEnded) continue;
    const latest = known[known.length - 1].day;
    const step = CADENCE_DAYS[schedule.cadence];
    // Overdue by more than half its rhythm: whoever stood here would have taken it for ended.
    if (today - latest > 1.5 * step + 3) continue;
    const amount = nextAmount(known, isAmountFixed);
    for (const due of dueDays(
      schedule,
      Math.max(today - 3, latest + Math.ceil(step / 2)),
      today + days - 1,
    )) {
      // One that is a few days late is expected on the first day ahead.
      ahead[Math.max(0, due - today)] += amount;
    }
  }
  return { past, ahead };
}
