import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { HISTORY_MAX, toPastRow } from '../features/past.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { type AmountArtifact, estimateAmount } from '../models/amount.ts';
import { explainAmount } from '../models/amount-explanation.ts';
import type { Explanation } from '../models/explanation.ts';
import type { HistoryStore } from '../stores/ports.ts';
import { type ExplainDependencies, explainAnswer } from './explain-answer.ts';

/** What the use case needs; bound once at the composition root. */
export interface AmountDependencies {
  /** The model that serves now, or null when none does. Read once a request, so that a request keeps its model. */
  readonly model: () => { readonly version: string; readonly artifact: AmountArtifact } | null;
  readonly history: Pick<HistoryStore, 'before'>;
  readonly timezone: string;
  readonly newId: () => string;
}

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
  const model = dependencies.model();
  if (model === null) throw new AppError('model_not_loaded', 'amount_prediction has no active version');
  const rows =
    transaction.accountId === null
      ? []
      : await dependencies.history.before(transaction.accountId, transaction.at, HISTORY_MAX);
  const past = rows.map((row) => toPastRow(row));
  const { amount, lower, upper } = estimateAmount(
    model.artifact,
    transaction,
    past,
    dependencies.timezone,
    level,
  );
  return {
    predicted_amount: amount,
    confidence_interval: { lower, upper, level },
    model_version: model.version,
    features_used: FEATURE_COUNT,
    prediction_id: dependencies.newId(),
  };
}
