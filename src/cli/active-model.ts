import { AppError } from '../errors.ts';
import type { CategoryArtifact } from '../models/category.ts';
import type { ModelName } from '../models/model.ts';
import { MODELS } from '../models/models.ts';
import type { LoadedModel } from '../registry/registry.ts';
import type { Services } from '../services.ts';

/** Which of the models asked for by `--model-type` there are; refuses a model of a later version. */
export function modelsAsked(type: unknown): readonly ModelName[] {
  const names = MODELS.map(({ name }) => name);
  if (type === undefined || type === 'all' || type === 'simple') return names;
  const asked = names.filter((name) => name === type);
  if (asked.length > 0) return asked;
  throw new AppError(
    'usage',
    `${type} comes with a later version; this one has ${names.join(', ')} (all: every model there is)`,
  );
}

/** Loads and verifies the category model that is active. Rejects with `model_not_loaded` or `artifact_invalid`. */
export function loadCategoryModel(services: Services): Promise<LoadedModel<CategoryArtifact>> {
  return services.registry.reload('category_prediction');
}
