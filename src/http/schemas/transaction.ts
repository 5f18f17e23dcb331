import {
  FIELDS,
  type Field,
  type ParseOptions,
  parseTransaction,
  TAG_LENGTH_MAX,
} from '../../bank/fields.ts';
import { AMOUNT_MAX } from '../../bank/money.ts';
import { type Fault, TRANSACTION_TYPES, type Transaction } from '../../bank/transaction.ts';
import type { JsonSchema } from './json-schema.ts';

/** More fields than this are refused without looking at each: nobody means them. */
const FIELDS_MAX = 64;

/** The form of an RFC 3339 date or date-time whose offset and seconds may be missing; whether there is such a day is not its business. */
export const DATE_PATTERN =
  '^\\d{4}-\\d{2}-\\d{2}([Tt ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?([Zz]|[+-]\\d{2}:\\d{2})?)?$';
/** The form of an ISO 4217 code. */
export const CURRENCY_PATTERN = '^[A-Za-z]{3}$';

/** The wire fields of a transaction as JSON Schema, made from the table that parses them. */
export const TRANSACTION_PROPERTIES: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  FIELDS.map((field) => [
    field.name,
    { ...shapeOf(field), description: field.meaning, examples: [field.example] },
  ]),
);

function shapeOf(field: Field): JsonSchema {
  switch (field.kind) {
    case 'amount':
      return { type: ['number', 'null'], minimum: -AMOUNT_MAX, maximum: AMOUNT_MAX };
    case 'type':
      return { type: ['string', 'null'], enum: [...TRANSACTION_TYPES, null] };
    case 'tags':
      return {
        type: ['array', 'null'],
        maxItems: field.lengthMax,
        items: { type: 'string', maxLength: TAG_LENGTH_MAX },
      };
    case 'date':
      return { type: ['string', 'null'], maxLength: field.lengthMax, pattern: DATE_PATTERN };
    case 'currency':
      return { type: ['string', 'null'], pattern: CURRENCY_PATTERN };
    default:
      return { type: ['string', 'null'], maxLength: field.lengthMax };
  }
}

/** The fields of a transaction where `name` must be given; null then does not do. */
export function transactionRequiring(name: 'amount' | 'type'): Pick<JsonSchema, 'properties' | 'required'> {
  const { type, ...rest } = TRANSACTION_PROPERTIES[name];
  const named: JsonSchema = {
    ...rest,
    type: (type as readonly string[]).find((kind) => kind !== 'null'),
    ...(rest.enum && { enum: rest.enum.filter((value) => value !== null) }),
  };
  return { properties: { ...TRANSACTION_PROPERTIES, [name]: named }, required: [name] };
}

/** One option beside the fields of a transaction. Null and absence both mean the default. */
export interface BodyOption<Value> {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly parse: (value: unknown) => Value | Fault;
}

/** The options a flat body may carry, by the name the handler knows them under. */
export type BodyOptions<Values> = { readonly [Name in keyof Values]: BodyOption<Values[Name]> };

/** A flat body, read: the transaction and its options, or every fault of both. */
export type ParsedBody<Values> =
  | {
      readonly ok: true;
      readonly transaction: Transaction;
      readonly options: Values;
      readonly warnings: readonly Fault[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads a body that holds the fields of one transaction and options side by side. */
export function parseFlatBody<Values extends object>(
  json: unknown,
  bodyOptions: BodyOptions<Values>,
  parseOptions: ParseOptions,
): ParsedBody<Values> {
  const excess = tooManyFields(json);
  if (excess !== null) return { ok: false, faults: [excess] };
  const { given, rest } = takeOptions(json, bodyOptions);
  const faults: Fault[] = [];
  const options = readOptions(given, bodyOptions, faults);
  const parsed = parseTransaction(rest, parseOptions);
  if (!parsed.ok) return { ok: false, faults: [...faults, ...parsed.faults] };
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, transaction: parsed.transaction, options, warnings: parsed.warnings };
}

/** What is wrong with an object of more fields than anybody means, or null. */
export function tooManyFields(json: unknown): Fault | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const count = Object.keys(json).length;
  if (count <= FIELDS_MAX) return null;
  return { pointer: '', detail: `has ${count} fields; at most ${FIELDS_MAX} are read` };
}

/** Splits a body into the options it carries, by their wire names, and the rest; what is no object has none. */
export function takeOptions<Values extends object>(
  json: unknown,
  bodyOptions: BodyOptions<Values>,
): { readonly given: Readonly<Record<string, unknown>>; readonly rest: object } {
  const given: Record<string, unknown> = {};
  let rest = json as object;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { given, rest };
  for (const key in bodyOptions) {
    const { name } = bodyOptions[key];
    if (!Object.hasOwn(json, name)) continue;
    given[name] = (json as Record<string, unknown>)[name];
    // Copied once at most: the caller's object is not changed.
    if (rest === json) rest = { ...json };
    delete (rest as Record<string, unknown>)[name];
  }
  return { given, rest };
}

/** Reads the options given; their faults are added to `faults`. */
export function readOptions<Values extends object>(
  given: Readonly<Record<string, unknown>>,
  bodyOptions: BodyOptions<Values>,
  faults: Fault[],
): Values {
  const options = {} as Values;
  for (const key in bodyOptions) {
    const option = bodyOptions[key];
    const value = option.parse(given[option.name]);
    if (isFault(value)) faults.push(value);
    else options[key] = value;
  }
  return options;
}

/** The JSON pointer of a field of the body. */
export function pointerTo(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'pointer' in value;
}
