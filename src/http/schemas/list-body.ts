import { type ParseOptions, parseTransaction } from '../../bank/fields.ts';
import type { Fault, Transaction } from '../../bank/transaction.ts';
import { AppError, type ErrorPlace } from '../../errors.ts';
import { invalidBody } from './invalid-body.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { EXPLAIN_ITEMS_MAX } from './options.ts';
import {
  type BodyOptions,
  pointerTo,
  readOptions,
  TRANSACTION_PROPERTIES,
  takeOptions,
  tooManyFields,
} from './transaction.ts';

/** Transactions one request may bring; of more, 413. */
export const ITEMS_MAX = 1000;

/** Faults listed in one reply to a list; of further items they are counted, so that a reply stays bounded. */
export const PLACES_MAX = 5000;

const LIST_FIELD = 'transactions';

/** A body `{"transactions": [...]}`, with its options beside the list; the items are not read yet. */
export interface ListBody<Values> {
  readonly items: readonly unknown[];
  readonly options: Values;
}

/** One item that could not be used, in the reply to a list. */
export interface ItemError {
  readonly index: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly ErrorPlace[];
}

/** Whether a body is meant as a list, right or wrong. */
export function isListBody(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && Object.hasOwn(json, LIST_FIELD);
}

/** What is wrong with the list itself, its items aside. Throws AppError `too_large` when it is too long. */
export function listFaults(list: unknown): Fault[] {
  const pointer = `/${LIST_FIELD}`;
  if (!Array.isArray(list)) return [{ pointer, detail: 'must be an array of transactions' }];
  if (list.length === 0) return [{ pointer, detail: `is empty; send 1 to ${ITEMS_MAX} transactions` }];
  if (list.length > ITEMS_MAX) {
    const detail = `${pointer} has ${list.length} entries; at most ${ITEMS_MAX} are read`;
    throw new AppError('too_large', detail);
  }
  return [];
}

/** Reads the envelope of a list, with every fault of it. Throws AppError `too_large`. */
export function readListBody<Values extends object>(
  json: Record<string, unknown>,
  bodyOptions: BodyOptions<Values>,
): ListBody<Values> & { readonly faults: readonly Fault[] } {
  const list = json[LIST_FIELD];
  const faults = listFaults(list);
  const excess = tooManyFields(json);
  const { given, rest } = excess === null ? takeOptions(json, bodyOptions) : { given: {}, rest: {} };
  if (excess !== null) faults.push(excess);
  const options = readOptions(given, bodyOptions, faults);
  if ('explain' in options && options.explain === true && Array.isArray(list)) {
    const count = list.length;
    const detail = `at most ${EXPLAIN_ITEMS_MAX} transactions can be explained in one request; this has ${count}`;
    if (count > EXPLAIN_ITEMS_MAX) faults.push({ pointer: '/explain', detail });
  }
  const known = [LIST_FIELD];
  for (const key in bodyOptions) known.push(bodyOptions[key].name);
  for (const name of Object.keys(rest)) {
    if (name === LIST_FIELD) continue;
    const detail = `unknown field beside a list; known are ${known.join(', ')}`;
    faults.push({ pointer: pointerTo(name), detail });
  }
  return { items: Array.isArray(list) ? list : [], options, faults };
}

/** Reads the envelope of a list. Throws AppError `too_large`, or `invalid` with every fault of the envelope. */
export function parseListBody<Values extends object>(
  json: Record<string, unknown>,
  bodyOptions: BodyOptions<Values>,
): ListBody<Values> {
  const { items, options, faults } = readListBody(json, bodyOptions);
  if (faults.length > 0) throw invalidBody(faults);
  return { items, options };
}

/** Reads one item of a list; its faults have their places in the whole body. */
export function parseItem(
  item: unknown,
  index: number,
  options: ParseOptions,
):
  | { readonly transaction: Transaction; readonly warnings: readonly Fault[] }
  | { readonly faults: readonly Fault[] } {
  const excess = tooManyFields(item);
  const parsed = excess === null ? parseTransaction(item, options) : { ok: false as const, faults: [excess] };
  if (!parsed.ok) return { faults: placeFaults(parsed.faults, index) };
  return { transaction: parsed.transaction, warnings: placeFaults(parsed.warnings, index) };
}

/** The faults of an item, with their places in the whole body. */
export function placeFaults(faults: readonly Fault[], index: number): Fault[] {
  if (faults.length === 0) return [];
  return faults.map(({ pointer, detail }) => ({ pointer: `/${LIST_FIELD}/${index}${pointer}`, detail }));
}

/** Collects the items that could not be used, listing at most {@link PLACES_MAX} places altogether. */
export function createItemErrors<Entry extends ItemError = ItemError>(): {
  readonly errors: readonly Entry[];
  readonly add: (
    index: number,
    faults: readonly Fault[],
    more?: Partial<ItemError> & Omit<Entry, keyof ItemError>,
  ) => void;
} {
  const errors: Entry[] = [];
  let places = 0;
  return {
    errors,
    add(index, faults, more) {
      const isListed = places + faults.length <= PLACES_MAX;
      if (isListed) places += faults.length;
      const detail = more?.detail ?? invalidBody(faults).detail;
      errors.push({
        index,
        code: 'invalid',
        ...more,
        detail: isListed ? detail : `${detail} (not listed: a reply names ${PLACES_MAX} faults at most)`,
        errors: isListed ? faults : [],
      } as unknown as Entry);
    },
  };
}

/** Places and what is said of them, as in a problem reply. */
export function placesSchema(description: string): JsonSchema {
  return {
    type: 'array',
    description,
    items: closedObject<ErrorPlace>('ProblemPlace', {
      pointer: { type: 'string', description: 'JSON Pointer (RFC 6901) into the body; empty for the whole' },
      detail: { type: 'string' },
    }),
  };
}

const INDEX: JsonSchema = { type: 'integer', minimum: 0, description: 'Place in `transactions`, from 0' };

/** Properties of an item that could not be used. */
const ITEM_ERROR_PROPERTIES: Readonly<Record<keyof ItemError, JsonSchema>> = {
  index: INDEX,
  code: { type: 'string', description: 'The kind of problem for programs, as in a problem reply' },
  detail: { type: 'string', description: 'What is wrong with this item' },
  errors: placesSchema('Every fault of the item, each with its place in the body'),
};

export const ITEM_ERROR: JsonSchema = closedObject<ItemError>('ItemError', ITEM_ERROR_PROPERTIES);

/** A transaction of a list. Nothing is required of it here: an item that lacks something is told so, the others answered. */
const LISTED_TRANSACTION: JsonSchema = {
  title: 'ListedTransaction',
  type: 'object',
  description:
    'One transaction, judged by itself. A field that is null or an empty string counts as not given.',
  properties: TRANSACTION_PROPERTIES,
  additionalProperties: false,
};

/** What a route says of lists. */
export const LIST_DESCRIPTION = `A body \`{"transactions": [...]}\` asks for 1 to ${ITEMS_MAX} at once, options beside the list: items are judged one by one, \`errors\` names those that could not be used, and each result is what a request of its own would get (ids and times aside). All are answered by one version of the model; they never see each other as history.`;

/** A body with 1 to {@link ITEMS_MAX} transactions and options beside the list. */
export function listSchema(
  title: string,
  options: Readonly<Record<string, JsonSchema>> = {},
  item: JsonSchema = LISTED_TRANSACTION,
): JsonSchema {
  return {
    title,
    type: 'object',
    description: `1 to ${ITEMS_MAX} transactions${Object.keys(options).length > 0 ? ', with options beside the list' : ''}.`,
    properties: {
      [LIST_FIELD]: { type: 'array', minItems: 1, maxItems: ITEMS_MAX, items: item },
      ...options,
    },
    required: [LIST_FIELD],
    additionalProperties: false,
  };
}

/** A result of a list: its index and the properties of `body`. */
export function indexedSchema(title: string, body: JsonSchema): JsonSchema {
  return {
    ...body,
    title,
    properties: { index: INDEX, ...body.properties },
    required: ['index', ...(body.required ?? [])],
  };
}

/** The reply to a list. */
export interface ListReply<Result> {
  readonly success: boolean;
  readonly results: readonly Result[];
  readonly errors: readonly ItemError[];
  readonly processing_time_ms: number;
}

/** The reply to a list whose results are of the form `result`. */
export function listReplySchema(title: string, result: JsonSchema, error = ITEM_ERROR): JsonSchema {
  return closedObject<ListReply<unknown>>(title, {
    success: {
      type: 'boolean',
      description: 'The list was worked through; `errors` has the items without a result',
    },
    results: { type: 'array', description: 'In the order of `transactions`', items: result },
    errors: { type: 'array', description: 'In the order of `transactions`', items: error },
    processing_time_ms: { type: 'number', minimum: 0, description: 'From the first byte read to the answer' },
  });
}

/** The documented reply to a list of two: the first is answered, the second lacks what `pointer` names. */
export function listExample(answer: object, pointer: string, detail: string): object {
  return {
    success: true,
    results: [{ index: 0, ...answer }],
    errors: [{ index: 1, code: 'invalid', detail: `${pointer} ${detail}`, errors: [{ pointer, detail }] }],
    processing_time_ms: 0.634,
  };
}
