import type { RouteRow } from './route.ts';
import { authRefresh } from './routes/auth-refresh.ts';
import { authRevoke } from './routes/auth-revoke.ts';
import { authToken } from './routes/auth-token.ts';
import { docs, docsAsset } from './routes/docs.ts';
import { health } from './routes/health.ts';
import { home } from './routes/home.ts';
import { metrics } from './routes/metrics.ts';
import { modelsAnalytics } from './routes/models-analytics.ts';
import { modelsCache } from './routes/models-cache.ts';
import { modelsHealth } from './routes/models-health.ts';
import { modelsInfo } from './routes/models-info.ts';
import { modelsPerformance } from './routes/models-performance.ts';
import { modelsReload, modelsReloadAll } from './routes/models-reload.ts';
import { modelsStatus } from './routes/models-status.ts';
import { openapi } from './routes/openapi.ts';
import { predictAmount } from './routes/predict-amount.ts';
import { predictAnomaly } from './routes/predict-anomaly.ts';
import { predictBatch } from './routes/predict-batch.ts';
import { predictCashflow } from './routes/predict-cashflow.ts';
import { predictCategory } from './routes/predict-category.ts';
import { predictValidate } from './routes/predict-validate.ts';
import { live, ready } from './routes/probes.ts';
import { redoc, redocAsset } from './routes/redoc.ts';
import { transactions } from './routes/transactions.ts';

/** THE table of routes, in URL order. Each also answers under /v1. */
export const ROUTES: readonly RouteRow[] = [
  { method: 'GET', url: '/', scope: 'public', route: home },
  { method: 'POST', url: '/auth/refresh', scope: 'public', route: authRefresh },
  { method: 'POST', url: '/auth/revoke', scope: 'public', route: authRevoke },
  { method: 'POST', url: '/auth/token', scope: 'key', route: authToken },
  { method: 'GET', url: '/docs', scope: 'public', route: docs },
  { method: 'GET', url: '/docs/:asset', scope: 'public', route: docsAsset },
  { method: 'GET', url: '/health', scope: 'public', route: health },
  { method: 'GET', url: '/livez', scope: 'public', route: live },
  { method: 'GET', url: '/metrics', scope: 'public', route: metrics },
  { method: 'GET', url: '/models/:model/info', scope: 'models:read', route: modelsInfo },
  { method: 'POST', url: '/models/:model/reload', scope: 'models:write', route: modelsReload },
  { method: 'GET', url: '/models/analytics', scope: 'models:read', route: modelsAnalytics },
  { method: 'DELETE', url: '/models/cache', scope: 'models:write', route: modelsCache },
  { method: 'GET', url: '/models/health', scope: 'models:read', route: modelsHealth },
  { method: 'GET', url: '/models/performance', scope: 'models:read', route: modelsPerformance },
  { method: 'POST', url: '/models/reload-all', scope: 'models:write', route: modelsReloadAll },
  { method: 'GET', url: '/models/status', scope: 'models:read', route: modelsStatus },
  { method: 'GET', url: '/openapi.json', scope: 'public', route: openapi },
  { method: 'POST', url: '/predict/amount', scope: 'predict', route: predictAmount },
  { method: 'POST', url: '/predict/anomaly', scope: 'predict', route: predictAnomaly },
  { method: 'POST', url: '/predict/batch', scope: 'predict', route: predictBatch },
  { method: 'POST', url: '/predict/cashflow', scope: 'predict', route: predictCashflow },
  { method: 'POST', url: '/predict/category', scope: 'predict', route: predictCategory },
  { method: 'POST', url: '/predict/validate', scope: 'predict', route: predictValidate },
  { method: 'GET', url: '/readyz', scope: 'public', route: ready },
  { method: 'GET', url: '/redoc', scope: 'public', route: redoc },
  { method: 'GET', url: '/redoc/:asset', scope: 'public', route: redocAsset },
  { method: 'POST', url: '/transactions', scope: 'write', route: transactions },
];
