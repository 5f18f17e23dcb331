import type { RememberAnswer } from '../../predict/remember.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { listSchema } from './list-body.ts';
import { transactionRequiring } from './transaction.ts';

const ONE: JsonSchema = {
  title: 'RememberRequest',
  type: 'object',
  description: 'One transaction. A field that is null or an empty string counts as not given.',
  ...transactionRequiring('amount'),
  additionalProperties: false,
};

/** Body of POST /transactions. */
export const REMEMBER_REQUEST: JsonSchema = { oneOf: [ONE, listSchema('RememberListRequest', {}, ONE)] };

/** The answer of the use case, with what only the route knows. */
export interface RememberReply extends RememberAnswer {
  readonly success: boolean;
}

const COUNT: JsonSchema = { type: 'integer', minimum: 0 };

/** Reply of POST /transactions. */
export const REMEMBER_REPLY = closedObject<RememberReply>('RememberReply', {
  success: { type: 'boolean' },
  received: { ...COUNT, description: 'Transactions in the body: inserted + updated + unchanged' },
  inserted: { ...COUNT, description: 'New ones' },
  updated: { ...COUNT, description: 'Known by their transaction_id, with other content: replaced' },
  unchanged: { ...COUNT, description: 'Stored already with the same content' },
});
