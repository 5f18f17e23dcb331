import type { RouteRow } from './route.ts';
import { docs, docsAsset } from './routes/docs.ts';
import { health } from './routes/health.ts';
import { home } from './routes/home.ts';
import { openapi } from './routes/openapi.ts';
import { predictAmount } from './routes/predict-amount.ts';
import { predictAnomaly } from './routes/predict-anomaly.ts';
import { predictCashflow } from './routes/predict-cashflow.ts';
import { predictCategory } from './routes/predict-category.ts';
import { live, ready } from './routes/probes.ts';
import { redoc, redocAsset } from './routes/redoc.ts';

/** THE table of routes, in URL order. Each also answers under /v1. */
export const ROUTES: readonly RouteRow[] = [
  { method: 'GET', url: '/', scope: 'public', route: home },
  { method: 'GET', url: '/docs', scope: 'public', route: docs },
  { method: 'GET', url: '/docs/:asset', scope: 'public', route: docsAsset },
  { method: 'GET', url: '/health', scope: 'public', route: health },
  { method: 'GET', url: '/livez', scope: 'public', route: live },
  { method: 'GET', url: '/openapi.json', scope: 'public', route: openapi },
  { method: 'POST', url: '/predict/amount', scope: 'predict', route: predictAmount },
  { method: 'POST', url: '/predict/anomaly', scope: 'predict', route: predictAnomaly },
  { method: 'POST', url: '/predict/cashflow', scope: 'predict', route: predictCashflow },
  { method: 'POST', url: '/predict/category', scope: 'predict', route: predictCategory },
  { method: 'GET', url: '/readyz', scope: 'public', route: ready },
  { method: 'GET', url: '/redoc', scope: 'public', route: redoc },
  { method: 'GET', url: '/redoc/:asset', scope: 'public', route: redocAsset },
];
