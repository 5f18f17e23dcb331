import type { Logger } from 'pino';
import type { Access } from '../access/access.ts';
import type { Authenticate } from '../access/caller.ts';
import type { Limits } from '../access/limits.ts';
import type { TokenGrants } from '../access/token-grants.ts';
import type { Transaction } from '../bank/transaction.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Monitor } from '../monitoring/monitor.ts';
import type { CashflowAnswer, CashflowRequest } from '../predict/cashflow.ts';
import type { Predictors } from '../predict/many.ts';
import type { ModelOperations } from '../predict/models.ts';
import type { PredictionType } from '../predict/prediction-types.ts';
import type { Remembered, RememberRequest } from '../predict/remember.ts';

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
  /** Issues, exchanges and revokes tokens. */
  readonly tokens: TokenGrants;
  /** Tells what the log and the counters should know of keys and tokens. */
  readonly access?: Pick<Access, 'observe'>;
  readonly limits: Limits;
  readonly predict: Predictors & {
    readonly cashflow: (request: CashflowRequest) => Promise<CashflowAnswer>;
    /** The predictors for all transactions of one request: one version of each model, each past read once. */
    readonly pin: (types: readonly PredictionType[], transactions: readonly Transaction[]) => Predictors;
  };
  /** Stores transactions in the history. */
  readonly remember: (request: RememberRequest) => Promise<Remembered>;
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
