import { bindPrediction, costOfPrediction } from '../bind-prediction.ts';
import { CATEGORY } from '../predictions.ts';
import type { Route } from '../route.ts';
import {
  CATEGORY_LIST_REPLY,
  CATEGORY_LIST_REQUEST,
  CATEGORY_REPLY,
  CATEGORY_REQUEST,
} from '../schemas/category.ts';
import { EXPLANATION_EXAMPLE } from '../schemas/explanation.ts';
import { LIST_DESCRIPTION, listExample } from '../schemas/list-body.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;

const ANSWER = {
  success: true,
  predicted_category: 'Food & Dining',
  confidence_score: 0.87,
  confidence_band: 'MEDIUM',
  abstained: false,
  abstention_reason: null,
  top_predictions: [
    { category: 'Food & Dining', confidence: 0.87 },
    { category: 'Shopping', confidence: 0.08 },
    { category: 'Entertainment', confidence: 0.05 },
  ],
  model_version: '1.0.0',
  processing_time_ms: 0.412,
  features_used: 52,
  prediction_id: '7d9c1f52-1f7e-4a8e-9a35-0d3c8a1f1b11',
};

/** POST /predict/category */
export const predictCategory: Route = {
  operationId: 'predictCategory',
  tag: 'predictions',
  model: 'category_prediction',
  summary: 'The category of a transaction',
  description: `Gives the likeliest category with a calibrated confidence. An abstention still names its best guess; \`abstained\` then says not to act on it.\n\n${LIST_DESCRIPTION}`,
  body: {
    schema: { oneOf: [CATEGORY_REQUEST, CATEGORY_LIST_REQUEST] },
    examples: {
      coffee: {
        summary: 'A card purchase',
        value: {
          amount: -25.5,
          type: 'Expense',
          description: 'Coffee shop purchase',
          payment_method: 'credit_card',
        },
      },
      topOne: {
        summary: 'Only the best, with an account and a date',
        value: {
          date: '2025-01-06T09:30:00Z',
          amount: 1850,
          type: 'Income',
          description: 'SALARY ACME LTD',
          account_id: 'acc-1',
          top_k: 1,
        },
      },
      explained: {
        summary: 'With the reasons',
        value: {
          amount: -25.5,
          type: 'Expense',
          description: 'Coffee shop purchase',
          explain: true,
        },
      },
      list: {
        summary: 'Two at once, one of them without an amount',
        value: {
          transactions: [
            { amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' },
            { type: 'Expense', description: 'GREEN GROCER' },
          ],
          top_k: 3,
        },
      },
    },
  },
  replies: {
    200: {
      description: 'The prediction',
      schema: CATEGORY_REPLY,
      listSchema: CATEGORY_LIST_REPLY,
      example: ANSWER,
      explainedExample: { ...ANSWER, explanation: EXPLANATION_EXAMPLE },
      listExample: listExample(
        ANSWER,
        '/transactions/1/amount',
        'is required: the amount in major units, such as -25.50',
      ),
    },
  },
  errors: ['model_not_loaded', 'store_unavailable', 'timeout'],
  bodyBytesMax: BODY_BYTES_MAX,
  cost: costOfPrediction,
  bind: bindPrediction(CATEGORY, CATEGORY_LIST_REPLY),
};
