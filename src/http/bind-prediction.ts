import type { FastifyReply } from 'fastify';
import type { ParseOptions } from '../bank/fields.ts';
import type { Transaction } from '../bank/transaction.ts';
import { inTurns } from '../predict/turns.ts';
import { beginListReply } from './list-reply.ts';
import { elapsedMs } from './plugins/process-time.ts';
import type { Prediction, Reading } from './predictions.ts';
import { bindBody, type Route } from './route.ts';
import { invalidBody } from './schemas/invalid-body.ts';
import type { JsonSchema } from './schemas/json-schema.ts';
import {
  createItemErrors,
  isListBody,
  type ListBody,
  parseItem,
  parseListBody,
} from './schemas/list-body.ts';
import { parseFlatBody } from './schemas/transaction.ts';
import type { HttpServices } from './services.ts';

/** One transaction or a list of them, with the options beside. */
type PredictionBody<Values> =
  | { readonly list: null; readonly transaction: Transaction; readonly options: Values }
  | { readonly list: ListBody<Values> };

/** The `cost` of a route bound by {@link bindPrediction}: its transactions. */
export function costOfPrediction(body: unknown): number {
  const { list } = body as PredictionBody<unknown>;
  return list === null ? 1 : list.items.length;
}

/**
 * Binds a route that predicts one thing of one transaction or of each of a list, whose reply has the form
 * `replySchema`. Both take the same way: the one parser, the one use case, and for a list one version of the model.
 */
export function bindPrediction<Values extends object>(
  prediction: Prediction<Values>,
  replySchema: JsonSchema,
): Route['bind'] {
  return (services) => {
    const readingAt = bindReading(services);

    function parse(json: unknown): PredictionBody<Values> {
      if (isListBody(json)) return { list: parseListBody(json, prediction.options) };
      const body = parseFlatBody(json, prediction.options, readingAt(prediction.reading, services.clock()));
      if (body.ok) return { list: null, transaction: body.transaction, options: body.options };
      throw invalidBody(body.faults);
    }

    async function answerList({ items, options }: ListBody<Values>, reply: FastifyReply) {
      // One instant for the whole request.
      const reading = readingAt(prediction.reading, services.clock());
      const read: { readonly index: number; readonly transaction: Transaction }[] = [];
      const { errors, add } = createItemErrors();
      await inTurns(items, (item, index) => {
        const parsed = parseItem(item, index, reading);
        if ('faults' in parsed) add(index, parsed.faults);
        else read.push({ index, transaction: parsed.transaction });
      });
      const transactions = read.map(({ transaction }) => transaction);
      const predictors = services.predict.pin([prediction.type], transactions);
      const growing = beginListReply(reply, replySchema);
      await inTurns(read, async ({ index, transaction }) => {
        const answer = await prediction.predict(predictors, transaction, options);
        growing.addResult({ index, success: true, ...answer, processing_time_ms: elapsedMs(reply) });
      });
      return growing.finish(errors);
    }

    return bindBody(parse, async (body, reply) => {
      if (body.list !== null) return answerList(body.list, reply);
      const answer = await prediction.predict(services.predict, body.transaction, body.options);
      return { success: true, ...answer, processing_time_ms: elapsedMs(reply) };
    });
  };
}

/** How transactions are read at an instant: the configuration's zone and currency, and what a kind of prediction needs. */
export function bindReading({
  config: { timezone, currency },
}: HttpServices): (reading: Reading, now: number) => ParseOptions {
  return (reading, now) => ({ now, timezone, currency, ...reading });
}
