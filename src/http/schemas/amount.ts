import type { AmountAnswer } from '../../predict/amount.ts';
import { ANSWER_PROPERTIES } from './answer.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { indexedSchema, listReplySchema, listSchema } from './list-body.ts';
import { CONFIDENCE_LEVEL, EXPLAIN } from './options.ts';
import { transactionRequiring } from './transaction.ts';

const TRANSACTION = transactionRequiring('type');

/** Body of POST /predict/amount. */
export const AMOUNT_REQUEST: JsonSchema = {
  title: 'AmountRequest',
  type: 'object',
  description:
    'One transaction, with options beside its fields. A field that is null or an empty string counts as not given; amount and balance_after are not looked at.',
  ...TRANSACTION,
  properties: {
    ...TRANSACTION.properties,
    [CONFIDENCE_LEVEL.name]: CONFIDENCE_LEVEL.schema,
    [EXPLAIN.name]: EXPLAIN.schema,
  },
  additionalProperties: false,
};

/** Body of POST /predict/amount with a list. */
export const AMOUNT_LIST_REQUEST = listSchema('AmountListRequest', {
  [CONFIDENCE_LEVEL.name]: CONFIDENCE_LEVEL.schema,
  [EXPLAIN.name]: EXPLAIN.schema,
});

/** The answer of the use case, with what only the route knows. */
export interface AmountReply extends AmountAnswer {
  readonly success: boolean;
  readonly processing_time_ms: number;
}

/** Reply of POST /predict/amount. */
export const AMOUNT_REPLY = closedObject<AmountReply>(
  'AmountReply',
  {
    success: { type: 'boolean' },
    predicted_amount: {
      type: 'number',
      description: 'In major units of the currency: positive for Income, negative for everything else',
    },
    confidence_interval: closedObject<AmountReply['confidence_interval']>('AmountInterval', {
      lower: { type: 'number', description: 'Not above predicted_amount, also where that is negative' },
      upper: { type: 'number' },
      level: { type: 'number', description: 'Share of cases in which the interval holds the true amount' },
    }),
    ...ANSWER_PROPERTIES,
  },
  ['explanation'],
);

/** Reply of POST /predict/amount to a list. */
export const AMOUNT_LIST_REPLY = listReplySchema(
  'AmountListReply',
  indexedSchema('AmountResult', AMOUNT_REPLY),
);
