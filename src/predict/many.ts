import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { type AmountAnswer, type AmountDependencies, type AmountRequest, predictAmount } from './amount.ts';
import {
  type AnomalyAnswer,
  type AnomalyDependencies,
  type AnomalyRequest,
  predictAnomaly,
} from './anomaly.ts';
import {
  type CategoryAnswer,
  type CategoryDependencies,
  type CategoryRequest,
  predictCategory,
} from './category.ts';
import { notServing } from './not-serving.ts';
import type { PredictionType } from './prediction-types.ts';
import { readOnce } from './read-once.ts';

/** The use cases that look at one transaction. */
export interface Predictors {
  readonly category: (request: CategoryRequest) => Promise<CategoryAnswer>;
  readonly amount: (request: AmountRequest) => Promise<AmountAnswer>;
  readonly anomaly: (request: AnomalyRequest) => Promise<AnomalyAnswer>;
}

/** What each of the use cases needs. */
export interface PredictorDependencies {
  readonly category: CategoryDependencies;
  readonly amount: AmountDependencies;
  readonly anomaly: AnomalyDependencies;
}

const MODEL_OF: Readonly<Record<PredictionType, string>> = {
  category: 'category_prediction',
  amount: 'amount_prediction',
  anomaly: 'anomaly_detection',
};

/** The use cases of the single routes. */
export function bindPredictors(dependencies: PredictorDependencies): Predictors {
  return {
    category: (request) => predictCategory(dependencies.category, request),
    amount: (request) => predictAmount(dependencies.amount, request),
    anomaly: (request) => predictAnomaly(dependencies.anomaly, request),
  };
}

/**
 * The same use cases for all transactions of one request: the versions that serve now answer to its end, whatever is
 * activated meanwhile, and the past of each account is read once. Answers are those of the single use case. Throws
 * AppError `model_not_loaded` when a model that `types` asks for does not serve.
 */
export function pinPredictors(
  dependencies: PredictorDependencies,
  types: readonly PredictionType[],
  transactions: readonly Transaction[],
): Predictors {
  const missing = types.filter((type) => dependencies[type].model() === null);
  if (missing.length > 0) throw notLoaded(missing, types);
  const histories = new Map<unknown, PredictorDependencies[PredictionType]['history']>();

  function pin<Dependencies extends PredictorDependencies[PredictionType]>(
    given: Dependencies,
  ): Dependencies {
    const model = given.model();
    // All kinds of prediction look at one history, so they share its readings.
    let history = histories.get(given.history);
    if (history === undefined) {
      history = readOnce(given.history, transactions);
      histories.set(given.history, history);
    }
    return { ...given, model: () => model, history };
  }

  return bindPredictors({
    category: pin(dependencies.category),
    amount: pin(dependencies.amount),
    anomaly: pin(dependencies.anomaly),
  });
}

function notLoaded(missing: readonly PredictionType[], types: readonly PredictionType[]): AppError {
  const rest = types.filter((type) => !missing.includes(type));
  const hint = rest.length === 0 ? '' : `; these serve: "prediction_types": ["${rest.join('", "')}"]`;
  return new AppError('model_not_loaded', notServing(missing.map((type) => MODEL_OF[type])) + hint);
}
