import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import type { CashflowArtifact } from '../models/cashflow.ts';
import type { CashflowQuestion, CashflowReading } from '../models/cashflow-answer.ts';
import { CASHFLOW_MODEL } from '../models/models.ts';
import { type Columns, toColumns } from './columns.ts';
import type { ForecastTask } from './forecast-task.ts';
import { createThreads, THREADS, type Threads } from './threads.ts';

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
    transactions: readonly Transaction[] | Columns,
    question: CashflowQuestion,
  ): Promise<CashflowReading | null>;
  /** Starts the threads, loads the WASM and runs one forecast in each, so that the first request finds them warm. */
  warm(model: ServedCashflow): Promise<void>;
  close(): Promise<void>;
}

/** Forecasts in the given threads, which `close` ends; they start with the first forecast or with `warm`. */
export function createForecastPool(threads: Threads = createThreads()): ForecastPool {
  const shared = new WeakMap<CashflowArtifact, Uint8Array>();

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

  async function forecast(
    { version, artifact }: ServedCashflow,
    transactions: readonly Transaction[] | Columns,
    question: CashflowQuestion,
  ): Promise<CashflowReading | null> {
    const task: Omit<ForecastTask, 'usesFits'> = {
      bytes: bytesOf(artifact),
      version,
      columns: 'codes' in transactions ? transactions : await toColumns(transactions),
      question,
    };
    try {
      return await threads.run('forecast', { ...task, usesFits: true }, FIT_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    return threads.run('forecast', { ...task, usesFits: false }, ANSWER_TIMEOUT_MS);
  }

  return {
    forecast,
    async warm(model) {
      await Promise.all(Array.from({ length: THREADS }, () => forecast(model, WARM_ROWS, WARM_QUESTION)));
    },
    close: () => threads.close(),
  };
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
