import type { ModelHealth } from '../services.ts';
import { closedObject } from './json-schema.ts';

export interface HealthReply {
  readonly status: 'healthy';
  readonly version: string;
  readonly uptime_seconds: number;
  readonly models: Readonly<Record<string, ModelHealth>>;
}

/** Reply of GET /health. */
export const HEALTH_REPLY = closedObject<HealthReply>('Health', {
  status: { type: 'string', enum: ['healthy'] },
  version: { type: 'string' },
  uptime_seconds: { type: 'number', minimum: 0 },
  models: {
    type: 'object',
    description: 'Every model by name',
    additionalProperties: closedObject<ModelHealth>('ModelHealth', {
      status: { type: 'string' },
      version: { type: ['string', 'null'] },
    }),
  },
});

/** Reply of the probes. */
export const PROBE_REPLY = closedObject<{ status: string }>('Probe', { status: { type: 'string' } });
