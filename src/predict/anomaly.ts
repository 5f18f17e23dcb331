import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { HISTORY_MAX, toPastRow } from '../features/past.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { type AnomalyArtifact, type AnomalyReason, assess, type Learning } from '../models/anomaly.ts';
import { explainAnomaly } from '../models/anomaly-explanation.ts';
import type { Explanation } from '../models/explanation.ts';
import type { HistoryStore } from '../stores/ports.ts';
import { type ExplainDependencies, explainAnswer } from './explain-answer.ts';

/** What the use case needs; bound once at the composition root. */
export interface AnomalyDependencies {
  /** The model that serves now, or null when none does. Read once a request, so that a request keeps its model. */
  readonly model: () => { readonly version: string; readonly artifact: AnomalyArtifact } | null;
  readonly history: Pick<HistoryStore, 'before'>;
  readonly timezone: string;
  readonly newId: () => string;
}

export interface AnomalyRequest {
  readonly transaction: Transaction;
  /** Share of ordinary traffic one accepts to see flagged. */
  readonly sensitivity: number;
  /** Whether the answer says why; it then takes some milliseconds in a worker thread. */
  readonly explain?: boolean;
}

/** How strange, whatever the sensitivity; see {@link riskLevel}. */
export type RiskLevel = 'low' | 'medium' | 'high' | 'critical';

export interface AnomalyAnswer {
  readonly is_anomaly: boolean;
  readonly anomaly_score: number;
  readonly risk_level: RiskLevel;
  readonly reasons: readonly AnomalyReason[];
  readonly still_learning: readonly Learning[];
  readonly sensitivity: number;
  readonly model_version: string;
  readonly features_used: number;
  readonly prediction_id: string;
  /** Where it was asked for. */
  readonly explanation?: Explanation;
}

/** Share of ordinary traffic flagged where nothing else is asked for. */
export const SENSITIVITY_DEFAULT = 0.01;

/** Share of ordinary traffic up to which a level reaches. */
const RISK_LEVELS: readonly { readonly level: RiskLevel; readonly share: number }[] = [
  { level: 'critical', share: 0.001 },
  { level: 'high', share: 0.01 },
  { level: 'medium', share: 0.05 },
];

/** The level of a transaction than which `tailShare` of ordinary traffic is stranger: critical .001, high .01, medium .05. */
export function riskLevel(tailShare: number): RiskLevel {
  return RISK_LEVELS.find(({ share }) => tailShare <= share)?.level ?? 'low';
}

/**
 * Judges how strange one transaction is, from its own fields and, when it names an account, from that account's history
 * before it. Rejects with AppError `model_not_loaded` when no model serves, and with
 * `timeout` when an explanation takes too long.
 */
export function predictAnomaly(
  dependencies: AnomalyDependencies & ExplainDependencies,
  request: AnomalyRequest,
): Promise<AnomalyAnswer> {
  const { transaction } = request;
  return explainAnswer(
    dependencies,
    request,
    (pinned) => answerAnomaly(pinned, request),
    (artifact, past) => explainAnomaly(artifact, transaction, past, dependencies.timezone),
  );
}

async function answerAnomaly(
  dependencies: AnomalyDependencies,
  { transaction, sensitivity }: AnomalyRequest,
): Promise<AnomalyAnswer> {
  const model = dependencies.model();
  if (model === null) throw new AppError('model_not_loaded', 'anomaly_detection has no active version');
  const rows =
    transaction.accountId === null
      ? []
      : await dependencies.history.before(transaction.accountId, transaction.at, HISTORY_MAX);
  const past = rows.map((row) => toPastRow(row));
  const reading = assess(model.artifact, transaction, past, dependencies.timezone);
  return {
    is_anomaly: reading.tailShare <= sensitivity,
    anomaly_score: reading.score,
    risk_level: riskLevel(reading.tailShare),
    reasons: reading.reasons,
    still_learning: reading.learning,
    sensitivity,
    model_version: model.version,
    features_used: FEATURE_COUNT,
    prediction_id: dependencies.newId(),
  };
}
