import { AMOUNT_TRAINER } from './amount-trainer.ts';
import { ANOMALY_TRAINER } from './anomaly-trainer.ts';

import { CASHFLOW_TRAINER } from './cashflow-trainer.ts';

import { CATEGORY_TRAINER } from './category-trainer.ts';
import type { Trainer } from './trainer.ts';

/** THE table of models that can be trained, in the order `--model-type all` trains them. */
export const TRAINERS: readonly Trainer[] = [
  CATEGORY_TRAINER,
  AMOUNT_TRAINER,
  ANOMALY_TRAINER,
  CASHFLOW_TRAINER,
];
