import type { Logger } from 'pino';
import type { Authenticate } from '../access/caller.ts';
import type { Limits } from '../access/limits.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Monitor } from '../monitoring/monitor.ts';
import type { AmountAnswer, AmountRequest } from '../predict/amount.ts';
import type { AnomalyAnswer, AnomalyRequest } from '../predict/anomaly.ts';
import type { CashflowAnswer, CashflowRequest } from '../predict/cashflow.ts';
import type { CategoryAnswer, CategoryRequest } from '../predict/category.ts';
import type { ModelOperations } from '../predict/models.ts';

/** How one model is doing. */
export interface ModelHealth {
  readonly status: string;
  readonly version: string | null;
}

/** All the API needs, handed in: use cases with their dependencies bound, a clock, who may call. */
export interface HttpServices {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly authenticate: Authenticate;
  readonly limits: Limits;
  readonly predict: {
    readonly amount: (request: AmountRequest) => Promise<AmountAnswer>;
    readonly anomaly: (request: AnomalyRequest) => Promise<AnomalyAnswer>;
    readonly cashflow: (request: CashflowRequest) => Promise<CashflowAnswer>;
    readonly category: (request: CategoryRequest) => Promise<CategoryAnswer>;
  };
  readonly health: {
    /** By model name. */
    readonly models: () => Readonly<Record<string, ModelHealth>>;
    /** Whether there is a model and every active one is warm. */
    readonly isReady: () => boolean;
  };
  readonly models: ModelOperations;
  /** What is served is counted here. */
  readonly monitor: Monitor;
  /** Every series in the Prometheus text format. */
  readonly metrics: () => Promise<string>;
  /** By default one is made that writes to standard output. */
  readonly logger?: Logger;
}
