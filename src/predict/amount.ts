import type { Transaction } from '../bank/transaction.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { AMOUNT_STEPS, type AmountArtifact, hideAmount } from '../models/amount.ts';
import { explainAmount } from '../models/amount-explanation.ts';
import type { Explanation } from '../models/explanation.ts';
import { type ExplainDependencies, explainAnswer } from './explain-answer.ts';
import { countOutcome, type OneDependencies, predictOne } from './predict-one.ts';

/** What the use case needs; bound once at the composition root. */
export type AmountDependencies = OneDependencies<AmountArtifact>;

export interface AmountRequest {
  /** Its type gives the answer its sign; its amount and balance are not looked at. */
  readonly transaction: Transaction;
  /** Share of cases in which the interval is to hold the true amount. */
  readonly level: number;
  /** Whether the answer says why; it then takes some milliseconds in a worker thread. */
  readonly explain?: boolean;
}

export interface AmountAnswer {
  readonly predicted_amount: number;
  readonly confidence_interval: { readonly lower: number; readonly upper: number; readonly level: number };
  readonly model_version: string;
  readonly features_used: number;
  readonly prediction_id: string;
  /** Where it was asked for. */
  readonly explanation?: Explanation;
}

/**
 * Predicts the amount of one transaction from its other fields and, when it names an account, from that account's
 * history before it. Rejects with AppError `model_not_loaded` when no model serves, and with
 * `timeout` when an explanation takes too long.
 */
export function predictAmount(
  dependencies: AmountDependencies & ExplainDependencies,
  request: AmountRequest,
): Promise<AmountAnswer> {
  const { transaction } = request;
  return explainAnswer(
    dependencies,
    request,
    (pinned) => answerAmount(pinned, request),
    (artifact, past) => explainAmount(artifact, transaction, past, dependencies.timezone, request.level),
  );
}

async function answerAmount(
  dependencies: AmountDependencies,
  { transaction, level }: AmountRequest,
): Promise<AmountAnswer> {
  const { monitor, newId } = dependencies;
  const { reading, version } = await predictOne(
    'amount_prediction',
    AMOUNT_STEPS,
    dependencies,
    hideAmount(transaction),
    level,
  );
  const { amount, lower, upper } = reading;
  countOutcome(monitor, 'amount_prediction', 'answered');
  monitor?.analytics.amount(amount);
  return {
    predicted_amount: amount,
    confidence_interval: { lower, upper, level },
    model_version: version,
    features_used: FEATURE_COUNT,
    prediction_id: newId(),
  };
}
