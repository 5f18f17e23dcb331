import type { ExplainedForest } from '../models/explanation.ts';
import type { ForestContributions, SharedForest } from './explain-task.ts';
import { createThreads, THREADS, type Threads } from './threads.ts';

/** A hundred times what an explanation takes; the thread is then given up. */
const TIMEOUT_MS = 5000;

/** Worker threads that say what each feature added to what a forest says. */
export interface ExplainPool {
  /**
   * Exact path-dependent Shapley values of a row (one value a feature). The row is copied before anything is waited for.
   * Rejects with AppError `timeout`.
   */
  explain(forest: ExplainedForest, row: Float32Array): Promise<ForestContributions>;
  /** Prepares a forest in the threads, so that the first explanation finds them warm. */
  warm(forest: ExplainedForest): Promise<void>;
  close(): Promise<void>;
}

interface Sharing {
  readonly key: string;
  readonly forest: SharedForest;
}

/** Explains in the given threads, which `close` ends; they start with the first explanation or with `warm`. */
export function createExplainPool(threads: Threads = createThreads()): ExplainPool {
  const sharings = new WeakMap<object, Sharing>();
  let count = 0;

  /** The forest as threads see it. A served model lies in shared memory already; another one is copied there once. */
  function sharingOf({ kind, forest }: ExplainedForest): Sharing {
    let sharing = sharings.get(forest);
    if (sharing === undefined) {
      const trees = Object.fromEntries(
        Object.entries(forest)
          .filter(([name]) => name !== 'scratch' && name !== 'pool')
          .map(([name, value]) => [name, ArrayBuffer.isView(value) ? share(value as Column) : value]),
      );
      sharing = { key: `${kind} ${++count}`, forest: { kind, trees } as unknown as SharedForest };
      sharings.set(forest, sharing);
    }
    return sharing;
  }

  async function explain(explained: ExplainedForest, row: Float32Array): Promise<ForestContributions> {
    const { key, forest } = sharingOf(explained);
    const label = explained.kind === 'classes' ? explained.label : -1;
    return threads.run('explain', { key, forest, row: row.slice(), label }, TIMEOUT_MS);
  }

  return {
    explain,
    async warm(explained) {
      const row = new Float32Array(explained.forest.featureCount);
      await Promise.all(Array.from({ length: THREADS }, () => explain(explained, row)));
    },
    close: () => threads.close(),
  };
}

type Column = Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

function share<T extends Column>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const type = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const shared = new type(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
