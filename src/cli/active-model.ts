import { AppError } from '../errors.ts';
import type { CategoryArtifact } from '../models/category.ts';
import type { ModelName } from '../models/model.ts';
import { MODELS } from '../models/models.ts';
import type { FileModels } from '../predict/file.ts';
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

/** Models that answer row by row, and are therefore what `titans predict FILE` can ask. */
const ROW_MODELS = ['category_prediction', 'amount_prediction'] as const;

/**
 * Loads and verifies the models that `titans predict` is to ask: the one that is named, or all that are active. Rejects
 * with `model_not_loaded` when there is none.
 */
export async function loadRowModels(
  { registry, repository }: Services,
  type: unknown,
): Promise<FileModels & Readonly<Record<string, LoadedModel<unknown>>>> {
  const asked = modelsAsked(type);
  const names = ROW_MODELS.filter((name) => asked.includes(name));
  const active: (typeof ROW_MODELS)[number][] = [];
  for (const name of names) if ((await repository.active(name)) !== null) active.push(name);
  const loaded: Record<string, LoadedModel<unknown>> = {};
  for (const name of active.length > 0 ? active : names) loaded[name] = await registry.reload(name);
  return loaded;
}
