import type { Transaction } from '../src/bank/transaction.ts';
import { CATEGORY_MODEL } from '../src/models/models.ts';
import type { Services } from '../src/services.ts';
import { trainCategory } from '../src/training/train-category.ts';

/** Trains a category model quickly on `learnt` and stores it as the active version, whose name is returned. */
export async function activateModel(
  { repository }: Services,
  learnt: readonly Transaction[],
): Promise<string> {
  const options = { timezone: 'UTC', seed: 1, search: 0, isSimple: true, workers: 1 };
  const { artifact, trainedUntil } = await trainCategory(learnt, null, options);
  const { version } = await repository.save({
    model: 'category_prediction',
    format: CATEGORY_MODEL.format,
    bytes: CATEGORY_MODEL.encode(artifact),
    facts: {
      trained_until: new Date(trainedUntil).toISOString(),
      seed: 1,
      rows: learnt.length,
      metrics: {},
      probes: CATEGORY_MODEL.probe(artifact),
    },
    summary: {},
  });
  await repository.activate('category_prediction', version);
  return version;
}
