import { AppError } from '../errors.ts';
import { CATALOG } from '../features/catalog.ts';
import type { Clock } from '../lib/clock.ts';
import type { CategoryArtifact } from '../models/category.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import { type AnalyticsCounts, type AnalyticsReport, reportAnalytics } from '../monitoring/analytics.ts';
import type { Monitor } from '../monitoring/monitor.ts';
import {
  type PerformanceReading,
  type PerformanceReport,
  readPerformance,
  reportPerformance,
} from '../monitoring/performance.ts';
import type { Runtime } from '../monitoring/runtime.ts';
import type { LoadedModel, ModelStatus } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';
import type { Broadcast, Peers } from '../stores/ports.ts';
import { CACHE_ENTRIES_MAX, type FeatureCache } from './feature-cache.ts';

/** What the operations on models need; bound once at the composition root. */
export interface ModelDependencies {
  readonly registry: {
    get(name: ModelName): LoadedModel<unknown> | null;
    status(): Readonly<Record<ModelName, ModelStatus>>;
    isReady(): boolean;
    reload(name: ModelName): Promise<LoadedModel<unknown>>;
  };
  readonly repository: Pick<Repository, 'active' | 'newest' | 'readSummary'>;
  readonly cache: FeatureCache;
  readonly monitor: Monitor;
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** The processes that answer at the same port. */
  readonly peers: Peers;
  /** Every process, on other machines too. */
  readonly broadcast: Pick<Broadcast, 'publish'>;
}

/** A figure of training; null where it could not be computed. */
export type Figures = Readonly<Record<string, number | null>>;

/** One model in memory and on disk. */
export interface ModelState {
  readonly status: ModelStatus['status'];
  /** Why it, or the version activated last, does not serve. */
  readonly reason: string | null;
  /** What this process serves. */
  readonly active_version: string | null;
  /** What `active.json` on disk names; another one than serves until it is reloaded. */
  readonly activated_version: string | null;
  readonly newest_version: string | null;
  readonly trained_at: string | null;
  readonly trained_until: string | null;
  readonly rows: number | null;
  readonly metrics: Figures;
}

export interface ModelsStatus {
  readonly ready: boolean;
  readonly models: Readonly<Record<ModelName, ModelState>>;
}

export interface ModelsHealth {
  /** `healthy`: every model serves; `degraded`: some do; `unavailable`: none does. */
  readonly status: 'healthy' | 'degraded' | 'unavailable';
  readonly ready: boolean;
  readonly models: Readonly<Record<ModelName, ModelStatus>>;
}

/** What is known of the version that serves. */
export interface ModelInfo {
  readonly model: ModelName;
  readonly version: string;
  readonly format: number;
  readonly trained_at: string;
  readonly trained_until: string;
  readonly rows: number;
  readonly seed: number;
  readonly metrics: Figures;
  /** What the model was compared with on the same rows: figures by name of the baseline. */
  readonly baselines: Readonly<Record<string, Figures>>;
  readonly beats_baseline: boolean | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Names of the features in its vector; none for the forecast, which reads days. */
  readonly features: readonly string[];
  /** Those of them that it may not see. */
  readonly features_hidden: readonly string[];
  /** Number of categories it tells apart; null for a model that has none. */
  readonly classes: number | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly node_version: string;
}

/** What became of one model. */
export interface ReloadedModel extends ModelStatus {
  readonly previous_version: string | null;
}

export interface Reloads {
  readonly reloaded: number;
  /** Models of which no version was ever activated. */
  readonly missing: number;
  readonly models: Readonly<Record<string, ReloadedModel>>;
}

/** What can be asked of and done to the models. A name that no model has is refused with `model_not_found`. */
export interface ModelOperations {
  status(): Promise<ModelsStatus>;
  health(): ModelsHealth;
  /** Rejects with `model_not_loaded` when the model does not serve. */
  info(name: string): Promise<ModelInfo>;
  /** Of all processes at this port together. */
  analytics(): Promise<AnalyticsReport>;
  performance(): Promise<PerformanceReport>;
  /** Rejects with `model_not_loaded` (none is active) or `artifact_invalid`; the old version then serves on. */
  reload(name: string): Promise<Reloads>;
  /** Rejects with `artifact_invalid`, naming every bad one, once the others are reloaded. */
  reloadAll(): Promise<Reloads>;
  /** Everywhere; `cleared` counts the entries of the processes at this port. */
  clearCache(): Promise<{ readonly cleared: number }>;
}

/** Names that a `{model}` in a path may have. */
export const MODEL_PATH_NAMES: readonly string[] = MODEL_NAMES;

export function createModelOperations(dependencies: ModelDependencies): ModelOperations {
  const { registry, repository, cache, monitor, runtime, clock, peers, broadcast } = dependencies;
  peers.answer('analytics', () => monitor.analytics.counts);
  peers.answer('performance', () =>
    readPerformance(monitor, runtime.read(), {
      entries: cache.size(),
      entries_max: (MODEL_NAMES.length - 1) * CACHE_ENTRIES_MAX,
    }),
  );
  peers.answer('clear-cache', () => cache.clear());

  async function describe(name: ModelName): Promise<ModelState> {
    const { status, reason } = registry.status()[name];
    const manifest = registry.get(name)?.manifest ?? null;
    const [activated, newest] = await Promise.all([
      // A damaged pointer is told by `reason`; it must not hide the other figures.
      repository.active(name).catch(() => null),
      repository.newest(name),
    ]);
    return {
      status,
      reason,
      active_version: manifest?.version ?? null,
      activated_version: activated,
      newest_version: newest,
      trained_at: manifest?.created_at ?? null,
      trained_until: manifest?.trained_until ?? null,
      rows: manifest?.rows ?? null,
      metrics: toFigures(manifest?.metrics ?? {}),
    };
  }

  function health(): ModelsHealth {
    const models = registry.status();
    const serving = MODEL_NAMES.filter((name) => models[name].status === 'ready').length;
    const status = serving === MODEL_NAMES.length ? 'healthy' : serving === 0 ? 'unavailable' : 'degraded';
    return { status, ready: registry.isReady(), models };
  }

  async function info(given: string): Promise<ModelInfo> {
    const name = modelNamed(given);
    const loaded = registry.get(name);
    if (loaded === null) {
      throw new AppError('model_not_loaded', registry.status()[name].reason ?? `${name} does not serve.`);
    }
    const { artifact, manifest } = loaded;
    const { version, format, rows, seed, bytes, sha256, node_version } = manifest;
    const summary = await repository.readSummary(name, version).catch((error) => {
      // Summaries are for people: a version serves without one.
      if (error instanceof AppError) return {};
      throw error;
    });
    const evaluation = recordOf(recordOf(summary).evaluation);
    const { beats_baseline } = evaluation;
    const features = name === 'cashflow_forecasting' ? [] : CATALOG;
    const hidden = features.filter((feature) => feature.hiddenFrom.some((reader) => reader === name));
    return {
      model: name,
      version,
      format,
      trained_at: manifest.created_at,
      trained_until: manifest.trained_until,
      rows,
      seed,
      metrics: toFigures(manifest.metrics),
      baselines: Object.fromEntries(
        Object.entries(recordOf(evaluation.baselines)).map(([baseline, figures]) => [
          baseline,
          toFigures(recordOf(figures)),
        ]),
      ),
      beats_baseline: typeof beats_baseline === 'boolean' ? beats_baseline : null,
      parameters: recordOf(recordOf(summary).parameters),
      features: features.map((feature) => feature.name),
      features_hidden: hidden.map((feature) => feature.name),
      classes:
        name === 'category_prediction' ? (artifact as CategoryArtifact).statistics.categories.length : null,
      bytes,
      sha256,
      node_version,
    };
  }

  /** Reloads one model and counts it; what keeps it from being reloaded says which version serves on. */
  async function reloadOne(name: ModelName): Promise<ReloadedModel> {
    const previous = registry.get(name)?.version ?? null;
    const { reloads } = monitor.predictions.of(name);
    try {
      const { version } = await registry.reload(name);
      reloads.reloaded++;
      return { status: 'ready', version, previous_version: previous, reason: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      reloads.refused++;
      if (previous === null) throw error;
      const detail = `${error.detail} ${previous} goes on serving.`;
      throw new AppError(error.row.code as 'artifact_invalid', detail, {
        internal: error.internal,
        cause: error,
      });
    }
  }

  async function reloadAll(): Promise<Reloads> {
    const models: Record<string, ReloadedModel> = {};
    const refused: [ModelName, AppError][] = [];
    let missing = 0;
    await Promise.all(
      MODEL_NAMES.map(async (name) => {
        try {
          models[name] = await reloadOne(name);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          if (error.row.code !== 'model_not_loaded') {
            refused.push([name, error]);
            return;
          }
          missing++;
          const status = registry.status()[name];
          models[name] = { ...status, previous_version: status.version };
        }
      }),
    );
    const reloaded = MODEL_NAMES.length - missing - refused.length;
    if (refused.length === 0) return { reloaded, missing, models: inOrder(models) };
    const errors = refused.map(([name, { detail }]) => ({ pointer: `/${name}`, detail }));
    const what = errors.map(({ detail }) => detail).join(' ');
    throw new AppError(
      refused[0][1].row.code as 'artifact_invalid',
      `${reloaded} of ${MODEL_NAMES.length} models were reloaded. ${what}`,
      { errors, cause: refused[0][1] },
    );
  }

  return {
    async status() {
      const rows = await Promise.all(
        MODEL_NAMES.map(async (name): Promise<[ModelName, ModelState]> => [name, await describe(name)]),
      );
      return {
        ready: registry.isReady(),
        models: Object.fromEntries(rows) as Record<ModelName, ModelState>,
      };
    },
    health,
    info,
    analytics: async () =>
      reportAnalytics((await peers.ask('analytics')) as readonly AnalyticsCounts[], clock()),
    performance: async () =>
      reportPerformance((await peers.ask('performance')) as readonly PerformanceReading[]),
    async reload(given) {
      const name = modelNamed(given);
      const reloaded = await reloadOne(name);
      await broadcast.publish('models', name);
      return { reloaded: 1, missing: 0, models: { [name]: reloaded } };
    },
    async reloadAll() {
      try {
        return await reloadAll();
      } finally {
        await broadcast.publish('models', '');
      }
    },
    async clearCache() {
      const cleared = (await peers.ask('clear-cache')) as readonly number[];
      await broadcast.publish('cache', '');
      return { cleared: cleared.reduce((sum, count) => sum + count, 0) };
    },
  };
}

function modelNamed(text: string): ModelName {
  const name = MODEL_NAMES.find((known) => known === text);
  if (name !== undefined) return name;
  throw new AppError('model_not_found', `The models are ${MODEL_NAMES.join(', ')}.`);
}

function inOrder(models: Readonly<Record<string, ReloadedModel>>): Record<string, ReloadedModel> {
  return Object.fromEntries(MODEL_NAMES.filter((name) => name in models).map((name) => [name, models[name]]));
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** The numbers among the values of a record; JSON has no NaN, so what is not finite is null. */
function toFigures(values: Readonly<Record<string, unknown>>): Figures {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => typeof value === 'number')
      .map(([name, value]) => [name, Number.isFinite(value) ? (value as number) : null]),
  );
}
