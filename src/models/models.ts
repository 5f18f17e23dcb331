import type { CategoryArtifact } from './category.ts';
import { CATEGORY_FORMAT, decodeCategory, encodeCategory } from './category-file.ts';
import { probeCategory } from './category-probe.ts';
import type { Model } from './model.ts';

export const CATEGORY_MODEL: Model<CategoryArtifact> = {
  name: 'category_prediction',
  format: CATEGORY_FORMAT,
  encode: encodeCategory,
  decode: decodeCategory,
  probe: probeCategory,
};

/** THE table of models that can be trained, stored and served. */
export const MODELS = [CATEGORY_MODEL] as const;
