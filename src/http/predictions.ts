import type { ParseOptions } from '../bank/fields.ts';
import type { Transaction } from '../bank/transaction.ts';
import type { AmountRequest } from '../predict/amount.ts';
import type { AnomalyRequest } from '../predict/anomaly.ts';
import type { CategoryRequest } from '../predict/category.ts';
import type { Predictors } from '../predict/many.ts';
import type { PredictionType } from '../predict/prediction-types.ts';
import { CONFIDENCE_LEVEL, EXPLAIN, SENSITIVITY, TOP_K } from './schemas/options.ts';
import type { BodyOptions } from './schemas/transaction.ts';

/** What a transaction must have for a kind of prediction. */
export type Reading = Pick<ParseOptions, 'amount' | 'requiresType'>;

/** What is judged or remembered has an amount. */
export const WITH_AMOUNT: Reading = { amount: 'required' };
const WITH_TYPE: Reading = { amount: 'ignored', requiresType: true };

/** One kind of prediction of a transaction, as its own route and the batch both ask for it. */
export interface Prediction<Values extends object> {
  readonly type: PredictionType;
  /** The options a body may carry for it. */
  readonly options: BodyOptions<Values>;
  readonly reading: Reading;
  readonly predict: (predictors: Predictors, transaction: Transaction, options: Values) => Promise<object>;
}

type CategoryOptions = Omit<CategoryRequest, 'transaction'>;
type AmountOptions = Omit<AmountRequest, 'transaction'>;
type AnomalyOptions = Omit<AnomalyRequest, 'transaction'>;

export const CATEGORY: Prediction<CategoryOptions> = {
  type: 'category',
  options: { topK: TOP_K, explain: EXPLAIN },
  reading: WITH_AMOUNT,
  predict: ({ category }, transaction, options) => category({ transaction, ...options }),
};

export const AMOUNT: Prediction<AmountOptions> = {
  type: 'amount',
  options: { level: CONFIDENCE_LEVEL, explain: EXPLAIN },
  reading: WITH_TYPE,
  predict: ({ amount }, transaction, options) => amount({ transaction, ...options }),
};

export const ANOMALY: Prediction<AnomalyOptions> = {
  type: 'anomaly',
  options: { sensitivity: SENSITIVITY, explain: EXPLAIN },
  reading: WITH_AMOUNT,
  predict: ({ anomaly }, transaction, options) => anomaly({ transaction, ...options }),
};

/** The options of all kinds together. */
export type AnyOptions = CategoryOptions & AmountOptions & AnomalyOptions;

/** THE table of what may be asked of a transaction. */
export const PREDICTIONS: Readonly<
  Record<PredictionType, Pick<Prediction<AnyOptions>, 'reading' | 'predict'>>
> = {
  category: CATEGORY,
  amount: AMOUNT,
  anomaly: ANOMALY,
};

/** The options of all kinds, by the names the use cases know them under. */
export const ANY_OPTIONS: BodyOptions<AnyOptions> = {
  ...CATEGORY.options,
  ...AMOUNT.options,
  ...ANOMALY.options,
};
