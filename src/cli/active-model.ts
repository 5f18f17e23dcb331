import { AppError } from '../errors.ts';
import type { AmountArtifact } from '../models/amount.ts';
import type { AnomalyArtifact } from '../models/anomaly.ts';
import type { CategoryArtifact } from '../models/category.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import type { LoadedModel } from '../registry/registry.ts';
import type { Services } from '../services.ts';

/** The models asked for by `--model-type`: the one it names, or else every one. */
export function modelsAsked(type: unknown): readonly ModelName[] {
  const named = MODEL_NAMES.filter((name) => name === type);
  return named.length > 0 ? named : MODEL_NAMES;
}

/** The models `titans predict` asks; null for one that was not asked for or was never trained. */
export interface AskedModels {
  readonly category: LoadedModel<CategoryArtifact> | null;
  readonly amount: LoadedModel<AmountArtifact> | null;
  readonly anomaly: LoadedModel<AnomalyArtifact> | null;
}

/**
 * Loads and verifies the active models of `--model-type`. One that is named must serve; of all, those do that were
 * trained, and at least one must be. Rejects with `model_not_loaded` or `artifact_invalid`.
 */
export async function loadAskedModels(services: Services, type: unknown): Promise<AskedModels> {
  if (type === 'cashflow_forecasting') {
    throw new AppError('usage', `${type} gives no answer a row; ask POST /predict/cashflow`);
  }
  const asked = modelsAsked(type);
  const trained: ModelName[] = [];
  for (const name of asked)
    if (asked.length === 1 || (await services.repository.active(name)) !== null) trained.push(name);
  if (trained.length === 0) trained.push(asked[0]);
  return {
    category: trained.includes('category_prediction')
      ? await services.registry.reload('category_prediction')
      : null,
    amount: trained.includes('amount_prediction')
      ? await services.registry.reload('amount_prediction')
      : null,
    anomaly: trained.includes('anomaly_detection')
      ? await services.registry.reload('anomaly_detection')
      : null,
  };
}
