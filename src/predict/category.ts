import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { HISTORY_MAX, toPastRow } from '../features/past.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { type CategoryArtifact, classify } from '../models/category.ts';
import { explainCategory } from '../models/category-explanation.ts';
import type { Explanation } from '../models/explanation.ts';
import type { HistoryStore } from '../stores/ports.ts';
import { type ExplainDependencies, explainAnswer } from './explain-answer.ts';

/** What the use case needs; bound once at the composition root. */
export interface CategoryDependencies {
  /** The model that serves now, or null when none does. Read once a request, so that a request keeps its model. */
  readonly model: () => { readonly version: string; readonly artifact: CategoryArtifact } | null;
  readonly history: Pick<HistoryStore, 'before'>;
  readonly timezone: string;
  readonly newId: () => string;
}

export interface CategoryRequest {
  readonly transaction: Transaction;
  /** How many of the likeliest categories to list. */
  readonly topK: number;
  /** Whether the answer says why; it then takes some milliseconds in a worker thread. */
  readonly explain?: boolean;
}

/** How much a confidence can be relied on; see {@link confidenceBand}. */
export type ConfidenceBand = 'VERY_HIGH' | 'HIGH' | 'MEDIUM' | 'LOW';

export interface CategoryAnswer {
  readonly predicted_category: string;
  readonly confidence_score: number;
  readonly confidence_band: ConfidenceBand;
  readonly abstained: boolean;
  readonly abstention_reason: string | null;
  readonly top_predictions: readonly { readonly category: string; readonly confidence: number }[];
  readonly model_version: string;
  readonly features_used: number;
  readonly prediction_id: string;
  /** Where it was asked for. */
  readonly explanation?: Explanation;
}

/** The band a calibrated confidence falls in: VERY_HIGH from .98, HIGH from .90, MEDIUM from .70, LOW below. */
export function confidenceBand(confidence: number): ConfidenceBand {
  if (confidence >= 0.98) return 'VERY_HIGH';
  if (confidence >= 0.9) return 'HIGH';
  return confidence >= 0.7 ? 'MEDIUM' : 'LOW';
}

/**
 * Predicts the category of one transaction from its own fields and, when it names an account, from that account's
 * history before it. Rejects with AppError `model_not_loaded` when no model serves, and with
 * `timeout` when an explanation takes too long.
 */
export function predictCategory(
  dependencies: CategoryDependencies & ExplainDependencies,
  request: CategoryRequest,
): Promise<CategoryAnswer> {
  const { transaction } = request;
  return explainAnswer(
    dependencies,
    request,
    (pinned) => answerCategory(pinned, request),
    (artifact, past) => explainCategory(artifact, transaction, past, dependencies.timezone),
  );
}

async function answerCategory(
  dependencies: CategoryDependencies,
  request: CategoryRequest,
): Promise<CategoryAnswer> {
  const { transaction, topK } = request;
  const model = dependencies.model();
  if (model === null) {
    throw new AppError('model_not_loaded', 'category_prediction has no active version');
  }
  const rows =
    transaction.accountId === null
      ? []
      : await dependencies.history.before(transaction.accountId, transaction.at, HISTORY_MAX);
  const past = rows.map((row) => toPastRow(row));
  const reading = classify(model.artifact, transaction, past, dependencies.timezone, topK);
  return {
    predicted_category: reading.top[0].category,
    confidence_score: reading.top[0].confidence,
    confidence_band: confidenceBand(reading.top[0].confidence),
    abstained: reading.abstentionReason !== null,
    abstention_reason: reading.abstentionReason,
    top_predictions: reading.top,
    model_version: model.version,
    features_used: FEATURE_COUNT,
    prediction_id: dependencies.newId(),
  };
}
