import type { ParseOptions } from '../../bank/fields.ts';
import type { CategoryRequest } from '../../predict/category.ts';
import { elapsedMs } from '../plugins/process-time.ts';
import { bindBody, type Route } from '../route.ts';
import { CATEGORY_REPLY, CATEGORY_REQUEST, type CategoryReply } from '../schemas/category.ts';
import { invalidBody } from '../schemas/invalid-body.ts';
import { EXPLAIN, TOP_K } from '../schemas/options.ts';
import { parseFlatBody } from '../schemas/transaction.ts';
import type { HttpServices } from '../services.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const OPTIONS = { topK: TOP_K, explain: EXPLAIN };

/** POST /predict/category */
export const predictCategory: Route = {
  operationId: 'predictCategory',
  tag: 'predictions',
  model: 'category_prediction',
  summary: 'The category of a transaction',
  description:
    'Gives the likeliest category with a calibrated confidence. An abstention still names its best guess; `abstained` then says not to act on it.',
  body: {
    schema: CATEGORY_REQUEST,
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
    },
  },
  replies: {
    200: {
      description: 'The prediction',
      schema: CATEGORY_REPLY,
      example: {
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
        model_version: '20250106-093000',
        processing_time_ms: 0.412,
        features_used: 52,
        prediction_id: '7d9c1f52-1f7e-4a8e-9a35-0d3c8a1f1b11',
      },
    },
  },
  errors: ['model_not_loaded', 'store_unavailable', 'timeout'],
  bodyBytesMax: BODY_BYTES_MAX,
  bind: (services) =>
    bindBody(createParser(services), async (input, reply): Promise<CategoryReply> => {
      const answer = await services.predict.category(input);
      return { success: true, ...answer, processing_time_ms: elapsedMs(reply) };
    }),
};

function createParser({ config, clock }: HttpServices): (json: unknown) => CategoryRequest {
  const { timezone, currency } = config;
  return function parse(json) {
    const options: ParseOptions = { now: clock(), timezone, currency, amount: 'required' };
    const body = parseFlatBody(json, OPTIONS, options);
    if (body.ok) return { transaction: body.transaction, ...body.options };
    throw invalidBody(body.faults);
  };
}
