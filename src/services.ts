import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createApiKeyCheck } from './access/api-keys.ts';
import type { Config } from './config.ts';
import { FEATURE_FINGERPRINT } from './features/fingerprint.ts';
import { createForecastPool } from './forecasting/forecast-pool.ts';
import type { HttpServices } from './http/services.ts';
import type { Clock } from './lib/clock.ts';
import { AMOUNT_MODEL, ANOMALY_MODEL, CASHFLOW_MODEL, CATEGORY_MODEL, MODELS } from './models/models.ts';
import { predictCashflow } from './predict/cashflow.ts';
import { bindPredictors, pinPredictors } from './predict/many.ts';
import { remember } from './predict/remember.ts';
import { createRegistry, type Registry } from './registry/registry.ts';
import { openRepository, type Repository } from './registry/repository.ts';
import type { HistoryStore, IdempotencyStore } from './stores/ports.ts';

const DATABASE_FILE = 'titans.db';
const SERVED = {
  category_prediction: CATEGORY_MODEL,
  amount_prediction: AMOUNT_MODEL,
  anomaly_detection: ANOMALY_MODEL,
  cashflow_forecasting: CASHFLOW_MODEL,
};

/** The parts of the program, put together for one configuration. What a command does not ask for is never opened. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  /** The model versions on disk. */
  readonly repository: Repository;
  /** The models in memory; empty until its `load`. */
  readonly registry: Registry<typeof SERVED>;
  /** Opens the history, once. */
  history(): Promise<HistoryStore>;
  /** Everything the API needs; opens the history. */
  http(version: string): Promise<HttpServices>;
  /** Releases what was opened. Closing twice is allowed. */
  close(): Promise<void>;
}

/** The composition root: the only place that knows which adapter stands behind a port. Opens nothing by itself. */
export function createServices(config: Config, clock: Clock): Services {
  const repository = openRepository(config.dataDir, {
    formats: Object.fromEntries(MODELS.map((model) => [model.name, model.format])),
    featureFingerprint: FEATURE_FINGERPRINT,
    clock,
  });
  const registry = createRegistry(repository, SERVED);
  const pool = createForecastPool();
  let opening: Promise<Stores> | null = null;

  /** Every durable store, over the one database. */
  function stores(): Promise<Stores> {
    opening ??= openStores(join(config.dataDir, DATABASE_FILE));
    return opening;
  }

  async function history(): Promise<HistoryStore> {
    return (await stores()).history;
  }

  async function http(version: string): Promise<HttpServices> {
    const opened = await stores();
    const shared = {
      history: opened.history,
      timezone: config.timezone,
      newId: randomUUID,
    };
    const predictors = {
      category: { ...shared, model: () => registry.get('category_prediction') },
      amount: { ...shared, model: () => registry.get('amount_prediction') },
      anomaly: { ...shared, model: () => registry.get('anomaly_detection') },
    };
    const cashflow = {
      ...shared,
      model: () => registry.get('cashflow_forecasting'),
      pool,
      clock,
    };
    // Threads and WASM are ready before the first forecast is asked for; nobody waits for it.
    const served = cashflow.model();
    if (served !== null) pool.warm(served).catch(() => {});
    return {
      config,
      version,
      clock,
      authenticate: createApiKeyCheck(config),
      predict: {
        ...bindPredictors(predictors),
        cashflow: (request) => predictCashflow(cashflow, request),
        pin: (types, transactions) => pinPredictors(predictors, types, transactions),
      },
      remember: (request) =>
        remember({ history: opened.history, idempotency: opened.idempotency, clock }, request),
      health: {
        models: () => registry.status(),
        isReady: () => registry.isReady(),
      },
    };
  }

  async function close(): Promise<void> {
    const opened = opening;
    opening = null;
    await pool.close();
    // One that could not be opened has told so to whoever asked for it.
    const open = await opened?.catch(() => null);
    await open?.close();
  }

  return { config, clock, repository, registry, history, http, close };
}

interface Stores {
  readonly history: HistoryStore;
  readonly idempotency: IdempotencyStore;
  close(): Promise<void>;
}

/** Database code is heavy and many commands need none of it, so it is imported only when a store is asked for. */
async function openStores(path: string): Promise<Stores> {
  const [{ openSqlite }, { createSqlHistory }, { createSqlIdempotency }] = await Promise.all([
    import('./stores/sql/sqlite.ts'),
    import('./stores/sql/history.ts'),
    import('./stores/sql/idempotency.ts'),
  ]);
  const db = await openSqlite(path);
  return {
    history: createSqlHistory(db, path),
    idempotency: createSqlIdempotency(db, path),
    close: () => db.destroy(),
  };
}
