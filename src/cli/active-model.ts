import { AppError } from '../errors.ts';
import type { ModelName } from '../models/model.ts';
import type { LoadedModel } from '../registry/registry.ts';
import type { Services } from '../services.ts';

/** Which of the models asked for exist in this version; refuses when it is none. */
export function modelsAsked(type: unknown): readonly ModelName[] {
  if (type === undefined || type === 'all' || type === 'simple' || type === 'category_prediction') {
    return ['category_prediction'];
  }
  throw new AppError(
    'usage',
    `${type} comes with a later version; this one has category_prediction (or all, for every model there is)`,
  );
}

type CategoryModel = NonNullable<ReturnType<Services['registry']['get']>>;

/** Loads and verifies the category model that is active; says what to do when none is. */
export async function loadCategoryModel(services: Services): Promise<CategoryModel & LoadedModel<unknown>> {
  return services.registry.reload('category_prediction');
}
