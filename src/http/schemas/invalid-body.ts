import type { Fault } from '../../bank/transaction.ts';
import { AppError } from '../../errors.ts';

/** The refusal of a body, naming its fault where there is one and counting them where there are several. */
export function invalidBody(faults: readonly Fault[]): AppError {
  const detail =
    faults.length === 1
      ? `${faults[0].pointer || 'the body'} ${faults[0].detail}`
      : `${faults.length} values are wrong; see errors`;
  return new AppError('invalid', detail, { errors: faults });
}
