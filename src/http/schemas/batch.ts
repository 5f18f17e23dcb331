import { PREDICTION_TYPES, type PredictionType } from '../../predict/prediction-types.ts';
import { AMOUNT_REPLY, type AmountReply } from './amount.ts';
import { ANOMALY_REPLY, type AnomalyReply } from './anomaly.ts';
import { CATEGORY_REPLY, type CategoryReply } from './category.ts';
import type { JsonSchema } from './json-schema.ts';
import { ITEM_ERROR, type ItemError, indexedSchema, listReplySchema, listSchema } from './list-body.ts';
import { CONFIDENCE_LEVEL, EXPLAIN, SENSITIVITY, TOP_K, TYPES } from './options.ts';

/** Body of POST /predict/batch. */
export const BATCH_REQUEST = listSchema('BatchRequest', {
  [TYPES.name]: TYPES.schema,
  [TOP_K.name]: TOP_K.schema,
  [CONFIDENCE_LEVEL.name]: CONFIDENCE_LEVEL.schema,
  [SENSITIVITY.name]: SENSITIVITY.schema,
  [EXPLAIN.name]: EXPLAIN.schema,
});

/** What was predicted of one transaction; each part is the body of the single route. */
export interface BatchResult {
  readonly index: number;
  readonly category?: CategoryReply;
  readonly amount?: AmountReply;
  readonly anomaly?: AnomalyReply;
}

/** What could not be predicted of one transaction, and why. */
export interface BatchError extends ItemError {
  readonly prediction_types: readonly PredictionType[];
}

const BATCH_RESULT: JsonSchema = indexedSchema('BatchResult', {
  type: 'object',
  description: 'Each part is the body of the route of its name; one that could not be predicted is left out',
  properties: { category: CATEGORY_REPLY, amount: AMOUNT_REPLY, anomaly: ANOMALY_REPLY },
  additionalProperties: false,
});

const FAILED: JsonSchema = {
  type: 'array',
  items: { type: 'string', enum: PREDICTION_TYPES },
  description: 'What could not be predicted; the rest of what was asked for is in `results`',
};

const BATCH_ERROR: JsonSchema = {
  ...ITEM_ERROR,
  title: 'BatchError',
  properties: { ...ITEM_ERROR.properties, prediction_types: FAILED },
  required: [...(ITEM_ERROR.required ?? []), 'prediction_types'],
};

/** Reply of POST /predict/batch. */
export const BATCH_REPLY = listReplySchema('BatchReply', BATCH_RESULT, BATCH_ERROR);
