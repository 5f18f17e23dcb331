import type { Transaction } from '../bank/transaction.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { ANOMALY_STEPS, type AnomalyArtifact, type AnomalyReason, type Learning } from '../models/anomaly.ts';
import { explainAnomaly } from '../models/anomaly-explanation.ts';
import type { Explanation } from '../models/explanation.ts';
import { type ExplainDependencies, explainAnswer } from './explain-answer.ts';
import { countOutcome, type OneDependencies, predictOne } from './predict-one.ts';

/** What the use case needs; bound once at the composition root. */
export type AnomalyDependencies = OneDependencies<AnomalyArtifact>;

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
  const { monitor, newId } = dependencies;
  const { reading, version } = await predictOne(
    'anomaly_detection',
    ANOMALY_STEPS,
    dependencies,
    transaction,
    null,
  );
  const isAnomaly = reading.tailShare <= sensitivity;
  const level = riskLevel(reading.tailShare);
  countOutcome(monitor, 'anomaly_detection', isAnomaly ? 'flagged' : 'answered');
  monitor?.analytics.anomaly(isAnomaly, level);
  return {
    is_anomaly: isAnomaly,
    anomaly_score: reading.score,
    risk_level: level,
    reasons: reading.reasons,
    still_learning: reading.learning,
    sensitivity,
    model_version: version,
    features_used: FEATURE_COUNT,
    prediction_id: newId(),
  };
}
