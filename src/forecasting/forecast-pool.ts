import { Piscina } from 'piscina';
import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import type { CashflowArtifact } from '../models/cashflow.ts';
import type { CashflowQuestion, CashflowReading } from '../models/cashflow-answer.ts';
import { CASHFLOW_MODEL } from '../models/models.ts';
import { toColumns } from './columns.ts';
import { type ForecastTask, forecastTask } from './forecast-worker.ts';

/** This file runs as .ts in development and as .js when built; its worker stands beside it with the same ending. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './forecast-worker.ts' : './forecast-worker.js',
  import.meta.url,
).href;

const THREADS = 2;
const QUEUE_MAX = 256;
/** Longer than any sane fit takes; then the thread is given up and the answer is made without fits. */
const FIT_TIMEOUT_MS = 4000;
const ANSWER_TIMEOUT_MS = 10_000;

/** The artifact that serves, and a name that changes with it. */
export interface ServedCashflow {
  readonly version: string;
  readonly artifact: CashflowArtifact;
}

/** Worker threads that forecast. */
export interface ForecastPool {
  /** Answers one question; null when no transaction can be added up. Rejects with AppError `timeout`. */
  forecast(
    model: ServedCashflow,
    transactions: readonly Transaction[],
    question: CashflowQuestion,
  ): Promise<CashflowReading | null>;
  /** Starts the threads, loads the WASM and runs one forecast in each, so that the first request finds them warm. */
  warm(model: ServedCashflow): Promise<void>;
  close(): Promise<void>;
}

/** Threads start with the first forecast or with `warm`. */
export function createForecastPool(): ForecastPool {
  let pool: Piscina | null = null;
  const shared = new WeakMap<CashflowArtifact, Uint8Array>();

  function threads(): Piscina {
    pool ??= new Piscina({
      filename: WORKER_FILE,
      name: forecastTask.name,
      minThreads: 1,
      maxThreads: THREADS,
      maxQueue: QUEUE_MAX,
    });
    return pool;
  }

  function bytesOf(artifact: CashflowArtifact): Uint8Array {
    let bytes = shared.get(artifact);
    if (bytes === undefined) {
      const encoded = CASHFLOW_MODEL.encode(artifact);
      bytes = new Uint8Array(new SharedArrayBuffer(encoded.byteLength));
      bytes.set(encoded);
      shared.set(artifact, bytes);
    }
    return bytes;
  }

  async function run(task: ForecastTask, timeoutMs: number): Promise<CashflowReading | null> {
    return threads().run(task, { signal: AbortSignal.timeout(timeoutMs) });
  }

  async function forecast(
    { version, artifact }: ServedCashflow,
    transactions: readonly Transaction[],
    question: CashflowQuestion,
  ): Promise<CashflowReading | null> {
    const task = { bytes: bytesOf(artifact), version, columns: await toColumns(transactions), question };
    try {
      return await run({ ...task, usesFits: true }, FIT_TIMEOUT_MS);
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
    try {
      return await run({ ...task, usesFits: false }, ANSWER_TIMEOUT_MS);
    } catch (error) {
      if (!isAbort(error)) throw error;
      throw new AppError('timeout', 'The forecast took too long.', { cause: error });
    }
  }

  return {
    forecast,
    async warm(model) {
      await Promise.all(Array.from({ length: THREADS }, () => forecast(model, WARM_ROWS, WARM_QUESTION)));
    },
    async close() {
      const open = pool;
      pool = null;
      await open?.destroy();
    },
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

const DAY_MS = 86_400_000;
const WARM_QUESTION: CashflowQuestion = {
  timezone: 'UTC',
  horizon: 30,
  level: 0.8,
  startingBalance: 0,
  asOf: null,
  currency: null,
  today: null,
};
/** Enough days for every member and fit to run, with a payment that recurs. */
const WARM_ROWS: readonly Transaction[] = Array.from({ length: 480 }, (_, day) => ({
  id: null,
  accountId: null,
  at: day * DAY_MS,
  timeKnown: false,
  amountMinor: -(1000 + 200 * (day % 7) + (day % 5)),
  currency: null,
  type: 'Expense',
  description: day % 14 === 0 ? 'standing order' : '',
  merchantName: '',
  category: '',
  paymentMethod: '',
  location: '',
  merchantCategoryCode: '',
  country: '',
  reference: '',
  tags: [],
  balanceAfterMinor: null,
}));
