import type { ParseOptions } from '../bank/fields.ts';
import type { Fault, Transaction } from '../bank/transaction.ts';
import type { PredictionType } from '../predict/prediction-types.ts';
import { PREDICTIONS, type Reading } from './predictions.ts';
import { invalidBody } from './schemas/invalid-body.ts';
import { parseItem } from './schemas/list-body.ts';

/** One kind of prediction of an item, with the transaction as that kind reads it. */
export interface BatchPart {
  readonly type: PredictionType;
  readonly transaction: Transaction;
}

/** Why some kinds of prediction of an item are not possible. */
export interface BatchFailure {
  readonly types: readonly PredictionType[];
  readonly detail: string;
  readonly faults: readonly Fault[];
}

/**
 * Reads one item for every kind asked for: each needs something else of it (an amount, or a type), so an item may do for
 * some kinds only. A fault that not all of them have says whose it is.
 */
export function readBatchItem(
  item: unknown,
  index: number,
  types: readonly PredictionType[],
  optionsOf: (reading: Reading) => ParseOptions,
): { readonly parts: readonly BatchPart[]; readonly failure: BatchFailure | null } {
  const parts: BatchPart[] = [];
  const failed: { readonly type: PredictionType; readonly faults: readonly Fault[] }[] = [];
  const readings = new Map<Reading, ReturnType<typeof parseItem>>();
  for (const type of types) {
    const { reading } = PREDICTIONS[type];
    // Kinds that need the same share one reading.
    const parsed = readings.get(reading) ?? parseItem(item, index, optionsOf(reading));
    readings.set(reading, parsed);
    if ('transaction' in parsed) parts.push({ type, transaction: parsed.transaction });
    else failed.push({ type, faults: parsed.faults });
  }
  if (failed.length === 0) return { parts, failure: null };
  const faults = joinFaults(failed, types.length);
  const failedTypes = failed.map(({ type }) => type);
  const { detail } = invalidBody(faults);
  return {
    parts,
    failure: {
      types: failedTypes,
      faults,
      detail: parts.length === 0 ? detail : `${failedTypes.join(' and ')} not predicted: ${detail}`,
    },
  };
}

/** Every fault once, and whose it is when it is not everybody's. */
function joinFaults(
  failed: readonly { readonly type: PredictionType; readonly faults: readonly Fault[] }[],
  asked: number,
): Fault[] {
  const joined = new Map<string, { readonly fault: Fault; readonly types: PredictionType[] }>();
  for (const { type, faults } of failed) {
    for (const fault of faults) {
      const key = `${fault.pointer}\n${fault.detail}`;
      const known = joined.get(key);
      if (known === undefined) joined.set(key, { fault, types: [type] });
      else known.types.push(type);
    }
  }
  return [...joined.values()].map(({ fault, types }) =>
    types.length === asked
      ? fault
      : { pointer: fault.pointer, detail: `for ${types.join(' and ')}: ${fault.detail}` },
  );
}
