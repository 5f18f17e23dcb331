import type { CategoryAnswer } from '../../predict/category.ts';
import { ANSWER_PROPERTIES } from './answer.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { indexedSchema, listReplySchema, listSchema } from './list-body.ts';
import { EXPLAIN, TOP_K } from './options.ts';
import { transactionRequiring } from './transaction.ts';

const TRANSACTION = transactionRequiring('amount');

/** Body of POST /predict/category. */
export const CATEGORY_REQUEST: JsonSchema = {
  title: 'CategoryRequest',
  type: 'object',
  description:
    'One transaction, with options beside its fields. A field that is null or an empty string counts as not given.',
  ...TRANSACTION,
  properties: { ...TRANSACTION.properties, [TOP_K.name]: TOP_K.schema, [EXPLAIN.name]: EXPLAIN.schema },
  additionalProperties: false,
};

/** Body of POST /predict/category with a list. */
export const CATEGORY_LIST_REQUEST = listSchema('CategoryListRequest', {
  [TOP_K.name]: TOP_K.schema,
  [EXPLAIN.name]: EXPLAIN.schema,
});

/** The answer of the use case, with what only the route knows. */
export interface CategoryReply extends CategoryAnswer {
  readonly success: boolean;
  readonly processing_time_ms: number;
}

const PROBABILITY: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };

/** Reply of POST /predict/category. */
export const CATEGORY_REPLY = closedObject<CategoryReply>(
  'CategoryReply',
  {
    success: { type: 'boolean' },
    predicted_category: { type: 'string', description: 'The likeliest category, also when abstained' },
    confidence_score: {
      ...PROBABILITY,
      description: 'Calibrated probability that predicted_category is right',
    },
    confidence_band: {
      type: 'string',
      enum: ['VERY_HIGH', 'HIGH', 'MEDIUM', 'LOW'],
      description: 'VERY_HIGH from .98, HIGH from .90, MEDIUM from .70, LOW below',
    },
    abstained: { type: 'boolean', description: 'True: do not act on the category, have a person look' },
    abstention_reason: { type: ['string', 'null'], description: 'Why the model abstained' },
    top_predictions: {
      type: 'array',
      items: closedObject<CategoryReply['top_predictions'][number]>('CategoryScore', {
        category: { type: 'string' },
        confidence: PROBABILITY,
      }),
      description: 'The top_k likeliest categories, likeliest first',
    },
    ...ANSWER_PROPERTIES,
  },
  ['explanation'],
);

/** Reply of POST /predict/category to a list. */
export const CATEGORY_LIST_REPLY = listReplySchema(
  'CategoryListReply',
  indexedSchema('CategoryResult', CATEGORY_REPLY),
);
