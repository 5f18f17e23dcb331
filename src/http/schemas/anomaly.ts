import type { AnomalyAnswer } from '../../predict/anomaly.ts';
import { ANSWER_PROPERTIES } from './answer.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { indexedSchema, listReplySchema, listSchema } from './list-body.ts';
import { EXPLAIN, SENSITIVITY } from './options.ts';
import { transactionRequiring } from './transaction.ts';

const TRANSACTION = transactionRequiring('amount');

/** Body of POST /predict/anomaly. */
export const ANOMALY_REQUEST: JsonSchema = {
  title: 'AnomalyRequest',
  type: 'object',
  description:
    'One transaction, with options beside its fields. A field that is null or an empty string counts as not given.',
  ...TRANSACTION,
  properties: {
    ...TRANSACTION.properties,
    [SENSITIVITY.name]: SENSITIVITY.schema,
    [EXPLAIN.name]: EXPLAIN.schema,
  },
  additionalProperties: false,
};

/** Body of POST /predict/anomaly with a list. */
export const ANOMALY_LIST_REQUEST = listSchema('AnomalyListRequest', {
  [SENSITIVITY.name]: SENSITIVITY.schema,
  [EXPLAIN.name]: EXPLAIN.schema,
});

/** The answer of the use case, with what only the route knows. */
export interface AnomalyReply extends AnomalyAnswer {
  readonly success: boolean;
  readonly processing_time_ms: number;
}

/** Reply of POST /predict/anomaly. */
export const ANOMALY_REPLY = closedObject<AnomalyReply>(
  'AnomalyReply',
  {
    success: { type: 'boolean' },
    is_anomaly: { type: 'boolean', description: 'Whether anomaly_score is at least 1 - sensitivity' },
    anomaly_score: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'Share of ordinary traffic that is less strange; higher is stranger',
    },
    risk_level: {
      type: 'string',
      enum: ['low', 'medium', 'high', 'critical'],
      description:
        'critical: one in 1,000 of ordinary traffic is as strange; high: one in 100; medium: one in 20',
    },
    reasons: {
      type: 'array',
      description:
        'What made it strange, strongest first; empty where the score is below .9. A value that is usual by itself is only named where nothing counted more, and its text says so',
      items: closedObject<AnomalyReply['reasons'][number]>('AnomalyReason', {
        feature: { type: 'string' },
        value: { type: 'string', description: 'What this transaction has' },
        usual: { type: 'string', description: 'What is usual' },
        text: { type: 'string', description: 'Both in a sentence' },
        contribution: { type: 'number', minimum: 0, maximum: 1, description: 'Share of all evidence' },
      }),
    },
    still_learning: {
      type: 'array',
      description:
        'What is not known well enough to be compared with; the transaction is judged on what remains',
      items: closedObject<AnomalyReply['still_learning'][number]>('StillLearning', {
        what: { type: 'string', enum: ['account', 'merchant', 'currency'] },
        text: { type: 'string' },
      }),
    },
    sensitivity: { type: 'number', description: 'The sensitivity that was applied' },
    ...ANSWER_PROPERTIES,
  },
  ['explanation'],
);

/** Reply of POST /predict/anomaly to a list. */
export const ANOMALY_LIST_REPLY = listReplySchema(
  'AnomalyListReply',
  indexedSchema('AnomalyResult', ANOMALY_REPLY),
);
