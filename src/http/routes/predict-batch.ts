import type { FastifyReply } from 'fastify';
import type { PredictionType } from '../../predict/prediction-types.ts';
import { inTurns } from '../../predict/turns.ts';
import { bindReading } from '../bind-prediction.ts';
import { beginListReply } from '../list-reply.ts';
import { elapsedMs } from '../plugins/process-time.ts';
import { ANY_OPTIONS, type AnyOptions, PREDICTIONS } from '../predictions.ts';
import { type BatchPart, readBatchItem } from '../read-batch.ts';
import { bindBody, type Route } from '../route.ts';
import { BATCH_REPLY, BATCH_REQUEST, type BatchError } from '../schemas/batch.ts';
import { invalidBody } from '../schemas/invalid-body.ts';
import {
  createItemErrors,
  ITEMS_MAX,
  isListBody,
  type ListBody,
  parseListBody,
} from '../schemas/list-body.ts';
import { TYPES } from '../schemas/options.ts';
import type { BodyOptions } from '../schemas/transaction.ts';
import type { HttpServices } from '../services.ts';
import { predictAmount } from './predict-amount.ts';
import { predictAnomaly } from './predict-anomaly.ts';
import { predictCategory } from './predict-category.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;

interface BatchOptions extends AnyOptions {
  readonly types: readonly PredictionType[];
}

const OPTIONS: BodyOptions<BatchOptions> = { ...ANY_OPTIONS, types: TYPES };

/** POST /predict/batch */
export const predictBatch: Route = {
  operationId: 'predictBatch',
  tag: 'predictions',
  summary: 'Category, amount and anomaly of up to 1,000 transactions',
  description: `Predicts everything that \`prediction_types\` names (by default all) of 1 to ${ITEMS_MAX} transactions, with the options of the single routes beside the list. Each part is what the single route would answer (ids and times aside).

Items are judged one by one, and for each type by what it needs: \`category\` and \`anomaly\` need an \`amount\`, \`amount\` needs a \`type\` and ignores an amount that is given. What an item does for is in \`results\`; what it does not do for is in \`errors\`, with \`prediction_types\` saying for which, so an item may be in both.

Every model asked for must serve: when one does not, the answer is 503 \`model_not_loaded\`, which names it and the types that do serve, whether \`prediction_types\` named it or left it to the default. A reply therefore never lacks a part in silence.`,
  body: {
    schema: BATCH_REQUEST,
    examples: {
      everything: {
        summary: 'Everything of two transactions, of which the second is not typed',
        value: {
          transactions: [
            { amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' },
            { amount: -5000, description: 'Large unusual purchase' },
          ],
          prediction_types: ['category', 'amount', 'anomaly'],
          top_k: 3,
          sensitivity: 0.01,
        },
      },
    },
  },
  replies: {
    200: {
      description: 'What was predicted, and what could not be',
      schema: BATCH_REPLY,
      example: {
        success: true,
        results: [
          {
            index: 0,
            category: predictCategory.replies[200].example,
            amount: predictAmount.replies[200].example,
            anomaly: predictAnomaly.replies[200].example,
          },
          {
            index: 1,
            category: predictCategory.replies[200].example,
            anomaly: predictAnomaly.replies[200].example,
          },
        ],
        errors: [
          {
            index: 1,
            code: 'invalid',
            detail:
              'amount not predicted: /transactions/1/type for amount: is required: one of Income, Expense, Transfer',
            errors: [
              {
                pointer: '/transactions/1/type',
                detail: 'for amount: is required: one of Income, Expense, Transfer',
              },
            ],
            prediction_types: ['amount'],
          },
        ],
        processing_time_ms: 1.873,
      },
    },
  },
  errors: ['model_not_loaded', 'store_unavailable', 'timeout'],
  bodyBytesMax: BODY_BYTES_MAX,
  cost: (body) => {
    const { items, options } = body as ListBody<BatchOptions>;
    return items.length * options.types.length;
  },
  bind: (services) =>
    bindBody(parse, ({ items, options }, reply) => answerBatch(services, items, options, reply)),
};

function parse(json: unknown): ListBody<BatchOptions> {
  if (isListBody(json)) return parseListBody(json, OPTIONS);
  const detail = `must be an object with "transactions": an array of 1 to ${ITEMS_MAX}`;
  throw invalidBody([{ pointer: '', detail }]);
}

async function answerBatch(
  services: HttpServices,
  items: readonly unknown[],
  options: BatchOptions,
  reply: FastifyReply,
) {
  const readingAt = bindReading(services);
  // One instant for the whole request.
  const now = services.clock();
  const read: { readonly index: number; readonly parts: readonly BatchPart[] }[] = [];
  const { errors, add } = createItemErrors<BatchError>();
  await inTurns(items, (item, index) => {
    const { parts, failure } = readBatchItem(item, index, options.types, (reading) =>
      readingAt(reading, now),
    );
    if (parts.length > 0) read.push({ index, parts });
    if (failure !== null) {
      add(index, failure.faults, { detail: failure.detail, prediction_types: failure.types });
    }
  });
  // Every kind reads the same account and instant of an item, so one of them stands for all.
  const transactions = read.map(({ parts }) => parts[0].transaction);
  const predictors = services.predict.pin(options.types, transactions);
  const growing = beginListReply(reply, BATCH_REPLY);
  await inTurns(read, async ({ index, parts }) => {
    const result: Record<string, unknown> = { index };
    for (const { type, transaction } of parts) {
      const answer = await PREDICTIONS[type].predict(predictors, transaction, options);
      result[type] = { success: true, ...answer, processing_time_ms: elapsedMs(reply) };
    }
    growing.addResult(result);
  });
  return growing.finish(errors);
}
