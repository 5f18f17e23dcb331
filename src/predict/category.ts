import type { Transaction } from '../bank/transaction.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { CATEGORY_STEPS, type CategoryArtifact } from '../models/category.ts';
import { explainCategory } from '../models/category-explanation.ts';
import type { Explanation } from '../models/explanation.ts';
import { type ExplainDependencies, explainAnswer } from './explain-answer.ts';
import { countOutcome, type OneDependencies, predictOne } from './predict-one.ts';

/** What the use case needs; bound once at the composition root. */
export type CategoryDependencies = OneDependencies<CategoryArtifact>;

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
  const { monitor, newId } = dependencies;
  const { transaction, topK } = request;
  const { reading, version } = await predictOne(
    'category_prediction',
    CATEGORY_STEPS,
    dependencies,
    transaction,
    topK,
  );
  const { category, confidence } = reading.top[0];
  const band = confidenceBand(confidence);
  const abstained = reading.abstentionReason !== null;
  countOutcome(monitor, 'category_prediction', abstained ? 'abstained' : 'answered');
  monitor?.analytics.category(category, confidence, band, abstained);
  return {
    predicted_category: category,
    confidence_score: confidence,
    confidence_band: band,
    abstained,
    abstention_reason: reading.abstentionReason,
    top_predictions: reading.top,
    model_version: version,
    features_used: FEATURE_COUNT,
    prediction_id: newId(),
  };
}
