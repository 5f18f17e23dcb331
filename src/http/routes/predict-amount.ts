import { bindPrediction, costOfPrediction } from '../bind-prediction.ts';
import { AMOUNT } from '../predictions.ts';
import type { Route } from '../route.ts';
import { AMOUNT_LIST_REPLY, AMOUNT_LIST_REQUEST, AMOUNT_REPLY, AMOUNT_REQUEST } from '../schemas/amount.ts';
import { LIST_DESCRIPTION, listExample } from '../schemas/list-body.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;

const ANSWER = {
  success: true,
  predicted_amount: -38.4,
  confidence_interval: { lower: -71.2, upper: -16.9, level: 0.8 },
  model_version: '1.0.0',
  processing_time_ms: 0.398,
  features_used: 52,
  prediction_id: '0b9f7a44-6a0e-4c8c-b4a2-6a4c4f0d9f55',
};

/** POST /predict/amount */
export const predictAmount: Route = {
  operationId: 'predictAmount',
  tag: 'predictions',
  model: 'amount_prediction',
  summary: 'The amount of a transaction',
  description: `Gives the amount that such a transaction usually has, with the sign of its type, and an interval that holds the true amount in the asked-for share of cases. An amount that is given is ignored.\n\n${LIST_DESCRIPTION}`,
  body: {
    schema: { oneOf: [AMOUNT_REQUEST, AMOUNT_LIST_REQUEST] },
    examples: {
      dinner: {
        summary: 'What dinner costs',
        value: { type: 'Expense', description: 'Restaurant dinner', category: 'Food & Dining' },
      },
      salary: {
        summary: 'A salary with a wider interval, from the history of the account',
        value: {
          date: '2025-01-31',
          type: 'Income',
          description: 'SALARY ACME LTD',
          account_id: 'acc-1',
          confidence_level: 0.95,
        },
      },
      explained: {
        summary: 'With the reasons',
        value: { type: 'Expense', description: 'Restaurant dinner', explain: true },
      },
      list: {
        summary: 'Two at once, one of them without a type',
        value: {
          transactions: [
            { type: 'Expense', description: 'Restaurant dinner' },
            { description: 'GREEN GROCER' },
          ],
          confidence_level: 0.8,
        },
      },
    },
  },
  replies: {
    200: {
      description: 'The prediction',
      schema: AMOUNT_REPLY,
      listSchema: AMOUNT_LIST_REPLY,
      example: ANSWER,
      listExample: listExample(
        ANSWER,
        '/transactions/1/type',
        'is required: one of Income, Expense, Transfer',
      ),
    },
  },
  errors: ['model_not_loaded', 'store_unavailable', 'timeout'],
  bodyBytesMax: BODY_BYTES_MAX,
  cost: costOfPrediction,
  bind: bindPrediction(AMOUNT, AMOUNT_LIST_REPLY),
};
