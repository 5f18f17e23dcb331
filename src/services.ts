import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Access } from './access/access.ts';
import { openShared, type Shared } from './adapters/open-shared.ts';
import { openStores, type Stores } from './adapters/open-stores.ts';
import type { Config } from './config.ts';
import { FEATURE_FINGERPRINT } from './features/fingerprint.ts';
import type { HttpServices } from './http/services.ts';
import type { Clock } from './lib/clock.ts';
import { AMOUNT_MODEL, ANOMALY_MODEL, CASHFLOW_MODEL, CATEGORY_MODEL, MODELS } from './models/models.ts';
import { createMetrics, type MetricsReading, writeMetrics } from './monitoring/metrics.ts';
import { createMonitor } from './monitoring/monitor.ts';
import { watchRuntime } from './monitoring/runtime.ts';
import { predictCashflow } from './predict/cashflow.ts';
import { createFeatureCache } from './predict/feature-cache.ts';
import { bindPredictors, pinPredictors } from './predict/many.ts';
import { createModelOperations } from './predict/models.ts';
import { remember } from './predict/remember.ts';
import { createStoredColumns } from './predict/stored-columns.ts';
import { createStoredPast } from './predict/stored-past.ts';
import type { WatchedHistory } from './predict/watched-history.ts';
import { createRegistry, type Registry } from './registry/registry.ts';
import { openRepository, type Repository } from './registry/repository.ts';
import type { ApiKeyStore, Broadcast, HistoryStore } from './stores/ports.ts';
import type { DatabaseLocation } from './stores/sql/database.ts';
import type { SchemaState } from './stores/sql/migrations.ts';
import { createExplainPool } from './workers/explain-pool.ts';
import { createForecastPool } from './workers/forecast-pool.ts';
import { createThreads } from './workers/threads.ts';

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
  /** Opens the managed API keys, once. */
  apiKeys(): Promise<ApiKeyStore>;
  /** Tells the other processes, where Redis connects them. */
  broadcast(): Promise<Broadcast>;
  /** Which schema steps the durable database has and lacks; changes nothing. */
  schema(): Promise<SchemaState>;
  /** Applies the schema steps the durable database lacks and returns their names. */
  migrate(): Promise<readonly string[]>;
  /** Everything the API needs; opens the stores, and follows keys and revocations until closed. */
  http(version: string): Promise<HttpServices>;
  /** Releases what was opened. Closing twice is allowed. */
  close(): Promise<void>;
}

type DatabaseSettings = Pick<Config, 'databaseUrl' | 'dataDir'>;

function locationOf({ databaseUrl, dataDir }: DatabaseSettings): DatabaseLocation {
  return { url: databaseUrl, path: join(dataDir, DATABASE_FILE) };
}

/** Opens every durable store by itself, for who needs nothing else of a configuration. */
export function openDurableStores(settings: DatabaseSettings, clock: Clock): Promise<Stores> {
  return openStores(locationOf(settings), clock);
}

/** The composition root: the only place that knows which adapter stands behind a port. Opens nothing by itself. */
export function createServices(config: Config, clock: Clock): Services {
  const repository = openRepository(config.dataDir, {
    formats: Object.fromEntries(MODELS.map((model) => [model.name, model.format])),
    featureFingerprint: FEATURE_FINGERPRINT,
    clock,
  });
  const registry = createRegistry(repository, SERVED);
  const threads = createThreads();
  const pool = createForecastPool(threads);
  const explainer = createExplainPool(threads);
  const accesses: Access[] = [];
  const location = locationOf(config);
  const monitor = createMonitor(clock);
  const features = createFeatureCache(monitor.now);
  const runtime = watchRuntime();
  let opening: Promise<Stores> | null = null;
  let sharing: Promise<Shared> | null = null;

  /** Every durable store, over the one database. */
  function stores(): Promise<Stores> {
    opening ??= openStores(location, clock);
    return opening;
  }

  async function history(): Promise<HistoryStore> {
    return (await stores()).watched.history;
  }

  async function apiKeys(): Promise<ApiKeyStore> {
    return (await stores()).apiKeys;
  }

  /** What processes share, in Redis or in this process alone. */
  function shared(): Promise<Shared> {
    sharing ??= openShared(config, clock);
    return sharing;
  }

  async function broadcast(): Promise<Broadcast> {
    return (await shared()).broadcast;
  }

  async function schema(): Promise<SchemaState> {
    return (await import('./stores/sql/database.ts')).inspectDatabase(location);
  }

  async function migrate(): Promise<readonly string[]> {
    return (await import('./stores/sql/database.ts')).migrateDatabase(location);
  }

  async function http(version: string): Promise<HttpServices> {
    const [{ openAccess }, opened, { limits, broadcast, peers }] = await Promise.all([
      import('./access/access.ts'),
      stores(),
      shared(),
    ]);
    const { watched, idempotency } = opened;
    const common = {
      history: createStoredPast(watched.history, watched.revision),
      timezone: config.timezone,
      newId: randomUUID,
      explainer,
      cache: { features, revision: watched.revision },
      monitor,
    };
    const predictors = {
      category: { ...common, model: () => registry.get('category_prediction') },
      amount: { ...common, model: () => registry.get('amount_prediction') },
      anomaly: { ...common, model: () => registry.get('anomaly_detection') },
    };
    const cashflow = {
      ...common,
      stored: createStoredColumns(watched.history, watched.revision),
      model: () => registry.get('cashflow_forecasting'),
      pool,
      clock,
    };
    // Threads and WASM are ready before the first forecast is asked for; nobody waits for it.
    const served = cashflow.model();
    if (served !== null) pool.warm(served).catch(() => {});
    peers.answer(
      'metrics',
      createMetrics({
        version,
        monitor,
        isServing: (name) => registry.get(name) !== null,
        cacheEntries: features.size,
        isLimitDegraded: limits.isDegraded,
      }),
    );
    follow(broadcast, watched);
    const access = await openAccess({ config, clock, broadcast, ...opened });
    accesses.push(access);
    const explained = registry.get('category_prediction')?.artifact.forest;
    if (explained !== undefined) {
      explainer.warm({ kind: 'classes', forest: explained, label: 0 }).catch(() => {});
    }
    return {
      config,
      version,
      clock,
      authenticate: access.authenticate,
      tokens: access,
      access,
      limits,
      predict: {
        ...bindPredictors(predictors),
        cashflow: (request) => predictCashflow(cashflow, request),
        pin: (types, transactions) => pinPredictors(predictors, types, transactions),
      },
      remember: (request) =>
        remember({ history: watched.history, idempotency, clock }, request).finally(() =>
          broadcast.publish('history', ''),
        ),
      health: {
        models: () => registry.status(),
        isReady: () => registry.isReady(),
      },
      models: createModelOperations({
        registry,
        repository,
        cache: features,
        monitor,
        runtime,
        clock,
        peers,
        broadcast,
      }),
      monitor,
      metrics: shareWhileRunning(async () =>
        writeMetrics((await peers.ask('metrics')) as readonly MetricsReading[]),
      ),
    };
  }

  /** Does here what another process was asked to do, or is told to look at again. */
  function follow(broadcast: Broadcast, watched: WatchedHistory): void {
    broadcast.subscribe('history', watched.changed);
    broadcast.subscribe('cache', () => void features.clear());
    broadcast.subscribe('models', (name) => {
      for (const known of Object.keys(SERVED) as (keyof typeof SERVED)[]) {
        // What keeps it from being loaded is in its status.
        if (name === '' || name === known) loadActivated(known).catch(() => {});
      }
    });
  }

  async function loadActivated(name: keyof typeof SERVED): Promise<void> {
    const active = await repository.active(name);
    if (active !== null && active !== registry.get(name)?.version) await registry.reload(name);
  }

  async function close(): Promise<void> {
    runtime.close();
    const opened = opening;
    const shared = sharing;
    opening = null;
    for (const access of accesses.splice(0)) access.close();
    sharing = null;
    await threads.close();
    // One that could not be opened has told so to whoever asked for it.
    const open = await opened?.catch(() => null);
    await open?.close();
    await (await shared)?.close();
  }

  return { config, clock, repository, registry, history, apiKeys, broadcast, schema, migrate, http, close };
}

/** The same work, which those who ask while it is being done share. */
function shareWhileRunning<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}
