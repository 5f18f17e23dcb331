import { bindPrediction, costOfPrediction } from '../bind-prediction.ts';
import { ANOMALY } from '../predictions.ts';
import type { Route } from '../route.ts';
import {
  ANOMALY_LIST_REPLY,
  ANOMALY_LIST_REQUEST,
  ANOMALY_REPLY,
  ANOMALY_REQUEST,
} from '../schemas/anomaly.ts';
import { LIST_DESCRIPTION, listExample } from '../schemas/list-body.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;

const ANSWER = {
  success: true,
  is_anomaly: true,
  anomaly_score: 0.9973,
  risk_level: 'high',
  reasons: [
    {
      feature: 'amount_overall',
      value: '5,000.00',
      usual: '1.4 to 131 (median 17)',
      text: 'the amount of 5,000.00 is unusually large (299 times the median) for an expense; usual is 1.4 to 131 (median 17)',
      contribution: 1,
    },
  ],
  still_learning: [{ what: 'account', text: 'no account is named, so no habits are known' }],
  sensitivity: 0.01,
  model_version: '1.0.0',
  processing_time_ms: 0.412,
  features_used: 52,
  prediction_id: '7d9c1f52-1f7e-4a8e-9a35-0d3c8a1f1b11',
};

/** POST /predict/anomaly */
export const predictAnomaly: Route = {
  operationId: 'predictAnomaly',
  tag: 'predictions',
  model: 'anomaly_detection',
  summary: 'How strange a transaction is, and why',
  description: `Compares a transaction with the account's and merchant's own past and with all traffic. \`sensitivity\` is the share of ordinary traffic one accepts to see flagged. \`still_learning\` names what is too new to be compared with.\n\n${LIST_DESCRIPTION}`,
  body: {
    schema: { oneOf: [ANOMALY_REQUEST, ANOMALY_LIST_REQUEST] },
    examples: {
      large: {
        summary: 'A large purchase',
        value: {
          amount: -5000,
          type: 'Expense',
          description: 'Large unusual purchase',
          payment_method: 'credit_card',
        },
      },
      strict: {
        summary: 'Of an account, flagging one in a thousand',
        value: {
          date: '2025-01-06T09:30:00Z',
          amount: -4.5,
          description: 'COFFEE CORNER 12',
          account_id: 'acc-1',
          currency: 'EUR',
          sensitivity: 0.001,
        },
      },
      explained: {
        summary: 'With the evidence of every sign',
        value: { amount: -5000, type: 'Expense', description: 'Large unusual purchase', explain: true },
      },
      list: {
        summary: 'Two at once, one of them without an amount',
        value: {
          transactions: [
            { amount: -5000, type: 'Expense', description: 'Large unusual purchase' },
            { type: 'Expense', description: 'GREEN GROCER' },
          ],
          sensitivity: 0.01,
        },
      },
    },
  },
  replies: {
    200: {
      description: 'The judgement',
      schema: ANOMALY_REPLY,
      listSchema: ANOMALY_LIST_REPLY,
      example: ANSWER,
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
  bind: bindPrediction(ANOMALY, ANOMALY_LIST_REPLY),
};
