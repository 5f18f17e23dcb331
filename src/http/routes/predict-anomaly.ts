import type { ParseOptions } from '../../bank/fields.ts';
import type { AnomalyRequest } from '../../predict/anomaly.ts';
import { elapsedMs } from '../plugins/process-time.ts';
import { bindBody, type Route } from '../route.ts';
import { ANOMALY_REPLY, ANOMALY_REQUEST, type AnomalyReply } from '../schemas/anomaly.ts';
import { invalidBody } from '../schemas/invalid-body.ts';
import { EXPLAIN, SENSITIVITY } from '../schemas/options.ts';
import { parseFlatBody } from '../schemas/transaction.ts';
import type { HttpServices } from '../services.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const OPTIONS = { sensitivity: SENSITIVITY, explain: EXPLAIN };

/** POST /predict/anomaly */
export const predictAnomaly: Route = {
  operationId: 'predictAnomaly',
  tag: 'predictions',
  model: 'anomaly_detection',
  summary: 'How strange a transaction is, and why',
  description:
    "Compares a transaction with the account's and merchant's own past and with all traffic. `sensitivity` is the share of ordinary traffic one accepts to see flagged. `still_learning` names what is too new to be compared with.",
  body: {
    schema: ANOMALY_REQUEST,
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
    },
  },
  replies: {
    200: {
      description: 'The judgement',
      schema: ANOMALY_REPLY,
      example: {
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
      },
    },
  },
  errors: ['model_not_loaded', 'store_unavailable', 'timeout'],
  bodyBytesMax: BODY_BYTES_MAX,
  bind: (services) =>
    bindBody(createParser(services), async (input, reply): Promise<AnomalyReply> => {
      const answer = await services.predict.anomaly(input);
      return { success: true, ...answer, processing_time_ms: elapsedMs(reply) };
    }),
};

function createParser({ config, clock }: HttpServices): (json: unknown) => AnomalyRequest {
  const { timezone, currency } = config;
  return function parse(json) {
    const options: ParseOptions = { now: clock(), timezone, currency, amount: 'required' };
    const body = parseFlatBody(json, OPTIONS, options);
    if (body.ok) return { transaction: body.transaction, ...body.options };
    throw invalidBody(body.faults);
  };
}
