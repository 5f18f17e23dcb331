import { fitText, type TextModel } from '../kernels/text/model.ts';
import { fitTextRegression, type TextRegression } from '../kernels/text/regression.ts';
import { readTokens, type TokenTable } from './token-table.ts';

/** One text model to fit on the first `count` rows of a shared table. */
export interface TextTask {
  readonly table: TokenTable;
  /** Class of each row, in shared memory. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly classCount: number;
  readonly rowWeights: Float32Array;
  readonly seed: number;
  readonly epochs: number;
  readonly l2: number;
  /** Counts finished rounds of all tasks, in shared memory; for progress only. */
  readonly rounds: Int32Array;
}

/** What a worker thread does: fit one text model. */
export function fitTextOfTask(task: TextTask): TextModel {
  return fitText(
    (index, tokens) => readTokens(task.table, index, tokens),
    task.labels.subarray(0, task.count),
    task.classCount,
    {
      seed: task.seed,
      epochs: task.epochs,
      l2: task.l2,
      rowWeights: task.rowWeights,
      onEpoch: () => Atomics.add(task.rounds, 0, 1),
    },
  );
}

/** One linear regression on tokens to fit on the first rows of a shared table, one for each value. */
export interface TextRegressionTask {
  readonly table: TokenTable;
  readonly values: Float64Array;
  readonly l2: number;
}

/** What a worker thread does: fit one linear regression on tokens. */
export function fitTextRegressionOfTask({ table, values, l2 }: TextRegressionTask): TextRegression {
  return fitTextRegression((index, tokens) => readTokens(table, index, tokens), values, { l2 });
}
