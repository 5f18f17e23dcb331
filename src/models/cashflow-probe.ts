import { daysFromCivil } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { type CashflowArtifact, forecastCashflow } from './cashflow.ts';
import { answerCashflow } from './cashflow-answer.ts';

const FIRST = daysFromCivil(2024, 1, 1);

/** Days of outgoings with a weekly rhythm and a monthly income, of three lengths so that every prior is read. */
const PROBES = [10, 70, 200].map((days) => ({
  first: FIRST,
  income: Float64Array.from({ length: days }, (_, day) => (day % 30 === 24 ? 2500 : 0)),
  expense: Float64Array.from({ length: days }, (_, day) => 20 + 5 * (day % 7) + ((day * 13) % 11)),
  streams: [],
}));

/** First and last day of each probe's forecast with its bounds: the same numbers for the same artifact, always. */
export function probeCashflow(artifact: CashflowArtifact): readonly number[] {
  return PROBES.flatMap((history) => {
    const { net, lower, upper, total } = forecastCashflow(
      artifact,
      history,
      { horizon: 14, level: 0.8, gap: 0 },
      null,
    );
    return [net[0], lower[0], upper[0], net[13], lower[13], upper[13], total.lower, total.upper];
  });
}

const QUESTION = {
  timezone: 'UTC',
  horizon: 14,
  level: 0.8,
  startingBalance: null,
  asOf: null,
  currency: null,
  today: null,
};

/** Net and its bounds of each of the 14 days after a history of one transaction; nothing where it has no amount. */
export function askCashflow(artifact: CashflowArtifact, transaction: Transaction): readonly number[] {
  const reading = answerCashflow(artifact, [transaction], QUESTION, null);
  return reading?.forecast.flatMap(({ net, lower, upper }) => [net, lower, upper]) ?? [];
}
