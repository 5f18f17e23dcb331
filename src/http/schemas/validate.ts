import type { ErrorPlace } from '../../errors.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { indexedSchema, placesSchema } from './list-body.ts';
import { TRANSACTION_PROPERTIES } from './transaction.ts';

/** Body of POST /predict/validate: what is wrong with it is the answer, so nothing is required of it here. */
export const VALIDATE_REQUEST: JsonSchema = {
  title: 'ValidateRequest',
  type: 'object',
  description:
    'A transaction, or `{"transactions": [...]}`, with any options of the prediction routes beside',
  additionalProperties: true,
};

/** What is to be said of one transaction. */
export interface Judgement {
  readonly valid: boolean;
  readonly errors: readonly ErrorPlace[];
  readonly warnings: readonly ErrorPlace[];
  readonly normalised: object | null;
}

/** The reply to one transaction. */
export interface ValidateReply extends Judgement {
  readonly success: boolean;
}

/** The reply to a list. */
export interface ValidateListReply {
  readonly success: boolean;
  readonly valid: boolean;
  readonly errors: readonly ErrorPlace[];
  readonly results: readonly (Judgement & { readonly index: number })[];
}

const JUDGEMENT: JsonSchema = closedObject<Judgement>('Judgement', {
  valid: { type: 'boolean', description: 'Whether the prediction routes take it' },
  errors: placesSchema('Every fault, each with its place in the body'),
  warnings: placesSchema('What was changed or assumed'),
  normalised: {
    type: ['object', 'null'],
    description: 'The transaction as it is understood, under the names of the API; null when not valid',
    properties: TRANSACTION_PROPERTIES,
    additionalProperties: false,
  },
});

const SUCCESS: JsonSchema = { type: 'boolean', description: 'The body was judged; see `valid`' };

/** Reply of POST /predict/validate to one transaction. */
export const VALIDATE_REPLY: JsonSchema = {
  ...JUDGEMENT,
  title: 'ValidateReply',
  properties: { success: SUCCESS, ...JUDGEMENT.properties },
  required: ['success', ...(JUDGEMENT.required ?? [])],
};

/** Reply of POST /predict/validate to a list. */
export const VALIDATE_LIST_REPLY = closedObject<ValidateListReply>('ValidateListReply', {
  success: SUCCESS,
  valid: { type: 'boolean', description: 'Whether the list and every item of it is' },
  errors: placesSchema('What is wrong with the list itself or with an option beside it'),
  results: {
    type: 'array',
    description: 'In the order of `transactions`',
    items: indexedSchema('ValidateResult', JUDGEMENT),
  },
});
