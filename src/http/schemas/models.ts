import {
  MODEL_PATH_NAMES,
  type ModelInfo,
  type ModelState,
  type ModelsHealth,
  type ModelsStatus,
  type ReloadedModel,
  type Reloads,
} from '../../predict/models.ts';
import type { ParamDescription } from '../route.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';

/** A reply of an operation on models: what the operation gives, and that it succeeded. */
export type Succeeded<Report> = Report & { readonly success: boolean };

/** `{model}` in a path. Another name is refused as `model_not_found`, after the credential. */
export const MODEL_PARAM: ParamDescription = {
  description: 'Registry name of a model',
  schema: { type: 'string', enum: MODEL_PATH_NAMES, examples: ['category_prediction'] },
};

const TEXT: JsonSchema = { type: 'string' };
const SUCCESS: JsonSchema = { type: 'boolean' };
const TEXT_OR_NULL: JsonSchema = { type: ['string', 'null'] };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const STATUS: JsonSchema = {
  type: 'string',
  enum: ['ready', 'missing', 'broken'],
  description: 'missing: no version was activated; broken: the activated one cannot be used',
};
const REASON: JsonSchema = {
  ...TEXT_OR_NULL,
  description: 'Why the model, or the version activated last, does not serve',
};
const FIGURES: JsonSchema = {
  type: 'object',
  description: 'Figures of training; null where one could not be computed',
  additionalProperties: { type: ['number', 'null'] },
};

function byModel(items: JsonSchema): JsonSchema {
  return { type: 'object', description: 'By registry name', additionalProperties: items };
}

/** Reply of GET /models/status. */
export const MODELS_STATUS_REPLY = closedObject<Succeeded<ModelsStatus>>('ModelsStatus', {
  success: SUCCESS,
  ready: { type: 'boolean', description: 'What /readyz says while the process is not stopping' },
  models: byModel(
    closedObject<ModelState>('ModelState', {
      status: STATUS,
      reason: REASON,
      active_version: { ...TEXT_OR_NULL, description: 'The version that serves' },
      activated_version: { ...TEXT_OR_NULL, description: 'The version to serve after a reload' },
      newest_version: { ...TEXT_OR_NULL, description: 'The version stored last' },
      trained_at: { ...TEXT_OR_NULL, description: 'When the version that serves was stored' },
      trained_until: { ...TEXT_OR_NULL, description: 'Instant of the newest transaction it has seen' },
      rows: { type: ['integer', 'null'], description: 'Transactions it was trained on' },
      metrics: FIGURES,
    }),
  ),
});

/** Reply of GET /models/health. */
export const MODELS_HEALTH_REPLY = closedObject<Succeeded<ModelsHealth>>('ModelsHealth', {
  success: SUCCESS,
  status: {
    type: 'string',
    enum: ['healthy', 'degraded', 'unavailable'],
    description: 'healthy: every model serves; degraded: some do; unavailable: none does',
  },
  ready: { type: 'boolean' },
  models: byModel(
    closedObject<ModelsHealth['models']['category_prediction']>('ModelCondition', {
      status: STATUS,
      version: TEXT_OR_NULL,
      reason: REASON,
    }),
  ),
});

/** Reply of GET /models/{model}/info. */
export const MODEL_INFO_REPLY = closedObject<Succeeded<ModelInfo>>('ModelInfo', {
  success: SUCCESS,
  model: { ...TEXT, enum: MODEL_PATH_NAMES },
  version: TEXT,
  format: { ...COUNT, description: 'Layout number of the file' },
  trained_at: TEXT,
  trained_until: { ...TEXT, description: 'Instant of the newest transaction it has seen' },
  rows: COUNT,
  seed: { type: 'integer' },
  metrics: FIGURES,
  baselines: {
    type: 'object',
    description: 'What it was compared with on the same rows, by name',
    additionalProperties: FIGURES,
  },
  beats_baseline: { type: ['boolean', 'null'], description: 'Null where the training summary does not say' },
  parameters: { type: 'object', description: 'Chosen hyper-parameters', additionalProperties: true },
  features: { type: 'array', items: TEXT, description: 'Names of the features in its vector, in order' },
  features_hidden: { type: 'array', items: TEXT, description: 'Those of them that it may not see' },
  classes: { type: ['integer', 'null'], description: 'Number of categories it tells apart' },
  bytes: { ...COUNT, description: 'Size of the model file' },
  sha256: TEXT,
  node_version: { ...TEXT, description: 'Node.js that trained it' },
});

/** Reply of POST /models/{model}/reload and /models/reload-all. */
export const RELOAD_REPLY = closedObject<Succeeded<Reloads>>('Reloads', {
  success: SUCCESS,
  reloaded: { ...COUNT, description: 'Models loaded anew' },
  missing: { ...COUNT, description: 'Models of which no version was ever activated' },
  models: byModel(
    closedObject<ReloadedModel>('ReloadedModel', {
      status: STATUS,
      version: { ...TEXT_OR_NULL, description: 'The version that serves now' },
      previous_version: { ...TEXT_OR_NULL, description: 'The version that served before' },
      reason: REASON,
    }),
  ),
});

/** Reply of DELETE /models/cache. */
export const CACHE_REPLY = closedObject<Succeeded<{ cleared: number }>>('ClearedCache', {
  success: SUCCESS,
  cleared: { ...COUNT, description: 'Entries that were dropped' },
});
