import type { FastifyReply } from 'fastify';
import { type ParseOptions, parseTransaction } from '../../bank/fields.ts';
import type { Fault, Transaction } from '../../bank/transaction.ts';
import { toWire } from '../../bank/wire.ts';
import { inTurns } from '../../predict/turns.ts';
import { bindReading } from '../bind-prediction.ts';
import { serialiserOf } from '../list-reply.ts';
import { ANY_OPTIONS, WITH_AMOUNT } from '../predictions.ts';
import { bindBody, type Route } from '../route.ts';
import { isListBody, PLACES_MAX, parseItem, readListBody } from '../schemas/list-body.ts';
import { TYPES } from '../schemas/options.ts';
import { readOptions, takeOptions, tooManyFields } from '../schemas/transaction.ts';
import {
  type Judgement,
  VALIDATE_LIST_REPLY,
  VALIDATE_REPLY,
  VALIDATE_REQUEST,
  type ValidateListReply,
  type ValidateReply,
} from '../schemas/validate.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const OPTIONS = { ...ANY_OPTIONS, types: TYPES };

const COFFEE = { amount: -25.505, description: 'Coffee shop purchase' };
const JUDGED: Judgement = {
  valid: true,
  errors: [],
  warnings: [
    { pointer: '/date', detail: 'not given: taken as now' },
    { pointer: '/amount', detail: 'rounded half-even to 2 decimals' },
    { pointer: '/type', detail: 'not given: taken as Expense, from the sign of the amount' },
  ],
  normalised: {
    date: '2025-01-06T09:30:00Z',
    amount: -25.5,
    type: 'Expense',
    description: 'Coffee shop purchase',
  },
};

/** POST /predict/validate */
export const predictValidate: Route = {
  operationId: 'validate',
  tag: 'predictions',
  summary: 'What is wrong with a transaction, and how it is understood',
  description: `Judges one transaction, or each of \`{"transactions": [...]}\`, as \`/predict/category\` and \`/predict/anomaly\` would read it, without a prediction. Options of the prediction routes may stand beside and are judged too. The answer is 200 for whatever JSON is sent: \`errors\` names every fault at its place; \`warnings\` names what was changed or assumed (roundings, replaced characters, defaults); \`normalised\` is the transaction as it is understood, to be sent again without a warning. (\`/predict/amount\` alone needs no \`amount\`, but a \`type\`.)`,
  body: {
    schema: VALIDATE_REQUEST,
    examples: {
      one: { summary: 'A purchase with half a penny too much', value: COFFEE },
      list: {
        summary: 'Two at once',
        value: { transactions: [COFFEE, { amount: -5, type: 'Gift' }] },
      },
    },
  },
  replies: {
    200: {
      description: 'The judgement',
      schema: VALIDATE_REPLY,
      listSchema: VALIDATE_LIST_REPLY,
      example: { success: true, ...JUDGED },
      listExample: {
        success: true,
        valid: false,
        errors: [],
        results: [
          {
            index: 0,
            ...JUDGED,
            warnings: JUDGED.warnings.map(({ pointer, detail }) => ({
              pointer: `/transactions/0${pointer}`,
              detail,
            })),
          },
          {
            index: 1,
            valid: false,
            errors: [{ pointer: '/transactions/1/type', detail: 'must be one of Income, Expense, Transfer' }],
            warnings: [],
            normalised: null,
          },
        ],
      },
    },
  },
  errors: [],
  takesAnyValue: true,
  bodyBytesMax: BODY_BYTES_MAX,
  bind: (services) => {
    const readingAt = bindReading(services);
    return bindBody(
      (json) => json,
      async (json, reply) => {
        const options = { ...readingAt(WITH_AMOUNT, services.clock()), reportsChanges: true };
        return isListBody(json) ? judgeList(json, options, reply) : judgeOne(json, options);
      },
    );
  },
};

function judge(
  read: { readonly transaction: Transaction; readonly warnings: readonly Fault[] } | null,
  errors: readonly Fault[],
  timezone: string,
): Judgement {
  const isValid = read !== null && errors.length === 0;
  return {
    valid: isValid,
    errors,
    warnings: isValid ? read.warnings : [],
    normalised: isValid ? toWire(read.transaction, timezone) : null,
  };
}

function judgeOne(json: unknown, options: ParseOptions): ValidateReply {
  const excess = tooManyFields(json);
  if (excess !== null) return { success: true, ...judge(null, [excess], options.timezone) };
  const { given, rest } = takeOptions(json, OPTIONS);
  const errors: Fault[] = [];
  readOptions(given, OPTIONS, errors);
  const parsed = parseTransaction(rest, options);
  if (!parsed.ok) errors.push(...parsed.faults);
  return { success: true, ...judge(parsed.ok ? parsed : null, errors, options.timezone) };
}

async function judgeList(
  json: Record<string, unknown>,
  options: ParseOptions,
  reply: FastifyReply,
): Promise<ValidateListReply> {
  const { items, faults } = readListBody(json, OPTIONS);
  const results: ValidateListReply['results'][number][] = [];
  let places = 0;
  await inTurns(items, (item, index) => {
    const parsed = parseItem(item, index, options);
    let errors = 'faults' in parsed ? parsed.faults : [];
    places += errors.length;
    if (places > PLACES_MAX && errors.length > 1) {
      const detail = `${errors.length} values are wrong (not listed: a reply names ${PLACES_MAX} faults at most)`;
      errors = [{ pointer: `/transactions/${index}`, detail }];
    }
    results.push({
      index,
      ...judge('faults' in parsed ? null : parsed, errors, options.timezone),
    });
  });
  const serialise = serialiserOf(reply, VALIDATE_LIST_REPLY);
  reply.type('application/json; charset=utf-8').serializer((body) => serialise(body as object));
  const isValid = faults.length === 0 && results.every(({ valid }) => valid);
  return { success: true, valid: isValid, errors: faults, results };
}
