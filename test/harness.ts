import type { FastifyInstance, InjectOptions } from 'fastify';
import { createApiKeyCheck } from '../src/access/api-keys.ts';
import { createLimits, FAILURE_POLICY, type Limits } from '../src/access/limits.ts';
import type { Tokens } from '../src/access/token-grants.ts';
import { type Config, parseConfig } from '../src/config.ts';
import { buildApp } from '../src/http/app.ts';
import { createLogger } from '../src/http/logger.ts';
import type { Route, RouteRow } from '../src/http/route.ts';
import { modelsAnalytics } from '../src/http/routes/models-analytics.ts';
import { modelsCache } from '../src/http/routes/models-cache.ts';
import { modelsHealth } from '../src/http/routes/models-health.ts';
import { modelsInfo } from '../src/http/routes/models-info.ts';
import { modelsPerformance } from '../src/http/routes/models-performance.ts';
import { modelsReload, modelsReloadAll } from '../src/http/routes/models-reload.ts';
import { modelsStatus } from '../src/http/routes/models-status.ts';
import { predictAmount } from '../src/http/routes/predict-amount.ts';
import { predictAnomaly } from '../src/http/routes/predict-anomaly.ts';
import { predictCashflow } from '../src/http/routes/predict-cashflow.ts';
import { predictCategory } from '../src/http/routes/predict-category.ts';
import { EXPLANATION_EXAMPLE } from '../src/http/schemas/explanation.ts';
import { TOKEN_EXAMPLE } from '../src/http/schemas/tokens.ts';
import type { HttpServices } from '../src/http/services.ts';
import { type Clock, fixedClock } from '../src/lib/clock.ts';
import { createMonitor } from '../src/monitoring/monitor.ts';
import type { AmountAnswer, AmountRequest } from '../src/predict/amount.ts';
import type { AnomalyAnswer } from '../src/predict/anomaly.ts';
import type { CashflowAnswer } from '../src/predict/cashflow.ts';
import type { CategoryAnswer, CategoryRequest } from '../src/predict/category.ts';
import { createMemoryBuckets } from '../src/stores/memory/buckets.ts';
import { keepLog, watch } from './log-watch.ts';
import { storeVariables } from './servers/stores.ts';

/** An instant of a Monday morning: 2025-01-06T09:30:00Z. */
export const NOW = Date.UTC(2025, 0, 6, 9, 30);

/** A key that works in {@link testServices}. */
export const API_KEY = 'a-key-of-the-tests';
export const AUTHORIZATION = { authorization: `Bearer ${API_KEY}` };

/** The settings of `variables`, on top of one API key; a data directory brings its stores, see servers/stores.ts. */
export function testConfig(variables: Record<string, string> = {}): Config {
  const stores = variables.TITANS_DATA_DIR === undefined ? {} : storeVariables(variables.TITANS_DATA_DIR);
  return parseConfig({ TITANS_API_KEYS: API_KEY, TITANS_LOG_LEVEL: 'silent', ...stores, ...variables }, () =>
    Buffer.alloc(0),
  );
}

/** The answer the documentation shows for POST /predict/category, without what the route adds. */
export function documentedAnswer(): CategoryAnswer {
  const example = predictCategory.replies[200].example as Record<string, unknown>;
  const { success: _success, processing_time_ms: _time, ...answer } = example;
  return answer as unknown as CategoryAnswer;
}

/** The answer the documentation shows for POST /predict/cashflow, without what the route adds. */
export function documentedCashflow(): CashflowAnswer {
  const example = predictCashflow.replies[200].example as Record<string, unknown>;
  const { success: _success, processing_time_ms: _time, ...answer } = example;
  return answer as unknown as CashflowAnswer;
}

/** A use case that gives the documented answer, cut to the `topK` asked for, and keeps what it was asked. */
export function fixedCategory(): { asked: CategoryRequest[]; category: HttpServices['predict']['category'] } {
  const asked: CategoryRequest[] = [];
  return {
    asked,
    async category(request) {
      asked.push(request);
      const answer = { ...documentedAnswer(), ...(request.explain && { explanation: EXPLANATION_EXAMPLE }) };
      return { ...answer, top_predictions: answer.top_predictions.slice(0, request.topK) };
    },
  };
}

/** A use case that gives the documented answer, and keeps what it was asked. */
export function fixedAmount(): { asked: AmountRequest[]; amount: HttpServices['predict']['amount'] } {
  const asked: AmountRequest[] = [];
  return {
    asked,
    async amount(request) {
      asked.push(request);
      const example = predictAmount.replies[200].example as Record<string, unknown>;
      const { success: _success, processing_time_ms: _time, ...answer } = example;
      return answer as unknown as AmountAnswer;
    },
  };
}

/** Every use case with its documented answer, but for those given. */
export function fixedPredict(given: Partial<HttpServices['predict']> = {}): HttpServices['predict'] {
  const predict = {
    cashflow: async () => documentedCashflow(),
    category: fixedCategory().category,
    amount: fixedAmount().amount,
    anomaly: async () => {
      const example = predictAnomaly.replies[200].example as Record<string, unknown>;
      const { success: _success, processing_time_ms: _time, ...answer } = example;
      return answer as unknown as AnomalyAnswer;
    },
    ...given,
  };
  return { ...predict, pin: () => predict, ...given };
}
/** Every operation on models with its documented answer. */
export function fixedModels(): HttpServices['models'] {
  const answer = <T>(route: Route): T => {
    const { success: _success, ...report } = route.replies[200].example as Record<string, unknown>;
    return report as T;
  };
  return {
    status: async () => answer(modelsStatus),
    health: () => answer(modelsHealth),
    info: async () => answer(modelsInfo),
    analytics: async () => answer(modelsAnalytics),
    performance: async () => answer(modelsPerformance),
    reload: async () => answer(modelsReload),
    reloadAll: async () => answer(modelsReloadAll),
    clearCache: async () => answer(modelsCache),
  };
}

/** A use case that reads what it is given and stores nothing. */
export function fixedRemember(): HttpServices['remember'] {
  return async ({ read }) => {
    const received = (await read(NOW)).length;
    return { answer: { received, inserted: received, updated: 0, unchanged: 0 }, isReplayed: false };
  };
}

/** The keys of `config`, each as its own reference. */
function createTestAuthenticate(config: Config): HttpServices['authenticate'] {
  const check = createApiKeyCheck(config);
  return (credential) => {
    const caller = check(credential);
    return caller && { ...caller, keyRef: caller.id };
  };
}

/** The documented tokens for whoever asks. */
function fixedTokens(): HttpServices['tokens'] {
  const tokens: Tokens = {
    accessToken: TOKEN_EXAMPLE.access_token,
    refreshToken: TOKEN_EXAMPLE.refresh_token,
    expiresInSeconds: TOKEN_EXAMPLE.expires_in,
    scopes: ['predict'],
  };
  return { issue: async () => tokens, refresh: async () => tokens, revoke: async () => true };
}

/** What a test puts in the place of the working parts. */
export type TestServices = Partial<Omit<HttpServices, 'predict'>> & {
  predict?: Partial<HttpServices['predict']>;
};

/** The limits of `config`, counted in this process. */
export function testLimits({ rateLimit }: Config, clock: Clock): Limits {
  return createLimits({
    callers: createMemoryBuckets(rateLimit, clock),
    addresses: createMemoryBuckets(rateLimit, clock),
    failures: createMemoryBuckets(FAILURE_POLICY, clock),
  });
}

/** Services that work without a disk, a model or a network. */
export function testServices({ predict, ...overrides }: TestServices = {}): HttpServices {
  const config = overrides.config ?? testConfig();
  const clock = overrides.clock ?? fixedClock(NOW);
  return {
    config,
    version: '0.1.0',
    clock,
    authenticate: createTestAuthenticate(config),
    tokens: fixedTokens(),
    limits: testLimits(config, clock),
    predict: fixedPredict(predict),
    remember: fixedRemember(),
    health: {
      models: () => ({ category_prediction: { status: 'ready', version: '1.0.0' } }),
      isReady: () => true,
    },
    models: fixedModels(),
    monitor: createMonitor(fixedClock(NOW)),
    metrics: async () => '# HELP up Always 1.\n# TYPE up gauge\nup 1\n',
    ...overrides,
  };
}

/** The API around {@link testServices}; close it when done. */
export function testApp(overrides: TestServices = {}, routes?: readonly RouteRow[]): FastifyInstance {
  const app = buildApp(testServices({ logger: watchedLogger(), ...overrides }), routes);
  watch(app);
  return app;
}

/** A logger that shows nothing; what it would is read at the end of the run. */
function watchedLogger() {
  return createLogger('trace', { write: keepLog });
}

/** A logger that keeps its lines. */
export function capturedLog(level: Config['logLevel'] = 'trace') {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    keepLog(line);
  };
  const logger = createLogger(level, { write });
  return { lines, logger };
}

/** An authenticated POST of JSON; a string is sent as it is. */
export function post(url: string, payload: unknown, headers: Record<string, string> = {}): InjectOptions {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...AUTHORIZATION, ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  };
}
