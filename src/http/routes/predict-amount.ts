import type { ParseOptions } from '../../bank/fields.ts';
import type { AmountRequest } from '../../predict/amount.ts';
import { elapsedMs } from '../plugins/process-time.ts';

import { bindBody, type Route } from '../route.ts';
import { AMOUNT_REPLY, AMOUNT_REQUEST, type AmountReply } from '../schemas/amount.ts';
import { invalidBody } from '../schemas/invalid-body.ts';
import { CONFIDENCE_LEVEL, EXPLAIN } from '../schemas/options.ts';
import { parseFlatBody } from '../schemas/transaction.ts';
import type { HttpServices } from '../services.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const OPTIONS = { level: CONFIDENCE_LEVEL, explain: EXPLAIN };

/** POST /predict/amount */
export const predictAmount: Route = {
  operationId: 'predictAmount',
  tag: 'predictions',
  model: 'amount_prediction',
  summary: 'The amount of a transaction',
  description:
    'Gives the amount that such a transaction usually has, with the sign of its type, and an interval that holds the true amount in the asked-for share of cases. An amount that is given is ignored.',
  body: {
    schema: AMOUNT_REQUEST,
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
    },
  },
  replies: {
    200: {
      description: 'The prediction',
      schema: AMOUNT_REPLY,
      example: {
        success: true,
        predicted_amount: -38.4,
        confidence_interval: { lower: -71.2, upper: -16.9, level: 0.8 },
        model_version: '20250106-093000',
        processing_time_ms: 0.398,
        features_used: 52,
        prediction_id: '0b9f7a44-6a0e-4c8c-b4a2-6a4c4f0d9f55',
      },
    },
  },
  errors: ['model_not_loaded', 'store_unavailable', 'timeout'],
  bodyBytesMax: BODY_BYTES_MAX,
  bind: (services) =>
    bindBody(createParser(services), async (input, reply): Promise<AmountReply> => {
      const answer = await services.predict.amount(input);
      return { success: true, ...answer, processing_time_ms: elapsedMs(reply) };
    }),
};

function createParser({ config, clock }: HttpServices): (json: unknown) => AmountRequest {
  const { timezone, currency } = config;
  return function parse(json) {
    const options: ParseOptions = {
      now: clock(),
      timezone,
      currency,
      amount: 'ignored',
      requiresType: true,
    };
    const body = parseFlatBody(json, OPTIONS, options);
    if (body.ok) return { transaction: body.transaction, ...body.options };
    throw invalidBody(body.faults);
  };
}
