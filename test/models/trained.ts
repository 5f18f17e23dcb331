import type { Transaction } from '../../src/bank/transaction.ts';
import type { AmountArtifact } from '../../src/models/amount.ts';
import type { CategoryArtifact } from '../../src/models/category.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import { type AmountTraining, trainAmount } from '../../src/training/train-amount.ts';
import { type CategoryTraining, trainCategory } from '../../src/training/train-category.ts';

/** A small book of made-up accounts, in order of time. */
export const BOOK: readonly Transaction[] = synthesise({ seed: 5, accounts: 4, days: 200 }).transactions;

export const SIMPLE = { timezone: 'UTC', seed: 3, search: 0, isSimple: true, workers: 1 };

let training: Promise<CategoryTraining> | null = null;

/** A category model trained on {@link BOOK} in simple mode, once a test file. */
export async function trainedCategory(): Promise<CategoryArtifact> {
  training ??= trainCategory(BOOK, null, SIMPLE);
  return (await training).artifact;
}

let amountTraining: Promise<AmountTraining> | null = null;

/** An amount model trained on {@link BOOK} in simple mode, once a test file. */
export async function trainedAmount(): Promise<AmountArtifact> {
  amountTraining ??= trainAmount(BOOK, null, SIMPLE);
  return (await amountTraining).artifact;
}
