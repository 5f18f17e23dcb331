import { SENSITIVITY_DEFAULT } from '../../predict/anomaly.ts';
import { PREDICTION_TYPES, type PredictionType } from '../../predict/prediction-types.ts';
import type { BodyOption } from './transaction.ts';

const TOP_K_MAX = 50;
const TOP_K_DEFAULT = 3;

/** `top_k`: how many of the likeliest categories to list. */
export const TOP_K: BodyOption<number> = {
  name: 'top_k',
  schema: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: TOP_K_MAX,
    default: TOP_K_DEFAULT,
    description: 'How many of the likeliest categories to list in top_predictions',
    examples: [TOP_K_DEFAULT],
  },
  parse(value) {
    if (value === undefined || value === null) return TOP_K_DEFAULT;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= TOP_K_MAX)
      return value;
    return { pointer: '/top_k', detail: `must be an integer from 1 to ${TOP_K_MAX}` };
  },
};

const SENSITIVITY_MAX = 0.5;

/** `sensitivity`: the share of ordinary traffic one accepts to see flagged. */
export const SENSITIVITY: BodyOption<number> = {
  name: 'sensitivity',
  schema: {
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    maximum: SENSITIVITY_MAX,
    default: SENSITIVITY_DEFAULT,
    description: `Share of ordinary traffic one accepts to see flagged; above 0, at most ${SENSITIVITY_MAX}`,
    examples: [SENSITIVITY_DEFAULT],
  },
  parse(value) {
    if (value === undefined || value === null) return SENSITIVITY_DEFAULT;
    if (typeof value === 'number' && value > 0 && value <= SENSITIVITY_MAX) return value;
    return { pointer: '/sensitivity', detail: `must be a number above 0 and at most ${SENSITIVITY_MAX}` };
  },
};

const LEVEL_MIN = 0.5;
const LEVEL_MAX = 0.99;
const LEVEL_DEFAULT = 0.8;

/** `confidence_level`: share of cases in which an interval is to hold the truth. */
export const CONFIDENCE_LEVEL: BodyOption<number> = {
  name: 'confidence_level',
  schema: {
    type: ['number', 'null'],
    minimum: LEVEL_MIN,
    maximum: LEVEL_MAX,
    default: LEVEL_DEFAULT,
    description: 'Share of cases in which the interval is to hold the truth',
    examples: [LEVEL_DEFAULT],
  },
  parse(value) {
    if (value === undefined || value === null) return LEVEL_DEFAULT;
    if (typeof value === 'number' && value >= LEVEL_MIN && value <= LEVEL_MAX) return value;
    return { pointer: '/confidence_level', detail: `must be a number from ${LEVEL_MIN} to ${LEVEL_MAX}` };
  },
};

/** Items of one request that can be explained at most: each costs tens of milliseconds in a worker thread. */
export const EXPLAIN_ITEMS_MAX = 20;

/** `explain`: whether the reply says why. */
export const EXPLAIN: BodyOption<boolean> = {
  name: 'explain',
  schema: {
    type: ['boolean', 'null'],
    default: false,
    description: `Whether to say why, in \`explanation\`; of at most ${EXPLAIN_ITEMS_MAX} items a request`,
    examples: [true],
  },
  parse(value) {
    if (value === undefined || value === null) return false;
    if (typeof value === 'boolean') return value;
    return { pointer: '/explain', detail: 'must be true or false' };
  },
};

/** `prediction_types`: what to predict of each transaction of a batch. */
export const TYPES: BodyOption<readonly PredictionType[]> = {
  name: 'prediction_types',
  schema: {
    type: ['array', 'null'],
    items: { type: 'string', enum: PREDICTION_TYPES },
    minItems: 1,
    maxItems: PREDICTION_TYPES.length,
    uniqueItems: true,
    default: PREDICTION_TYPES,
    description: 'What to predict of each transaction; by default everything',
    examples: [['category', 'anomaly']],
  },
  parse(value) {
    if (value === undefined || value === null) return PREDICTION_TYPES;
    const isKnown = (type: unknown): boolean => (PREDICTION_TYPES as readonly unknown[]).includes(type);
    const isRight =
      Array.isArray(value) &&
      value.length > 0 &&
      value.every(isKnown) &&
      new Set(value).size === value.length;
    if (isRight) return PREDICTION_TYPES.filter((type) => value.includes(type));
    return {
      pointer: '/prediction_types',
      detail: `must be an array of at least one of ${PREDICTION_TYPES.join(', ')}, each once`,
    };
  },
};
