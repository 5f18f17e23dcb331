import type { Clock } from '../lib/clock.ts';
import { type WatchedHistory, watchHistory } from '../predict/watched-history.ts';
import type { ApiKeyStore, IdempotencyStore, TokenStore } from '../stores/ports.ts';
import type { DatabaseLocation } from '../stores/sql/database.ts';

/** Every durable store, over one database. */
export interface Stores {
  readonly watched: WatchedHistory;
  readonly idempotency: IdempotencyStore;
  readonly apiKeys: ApiKeyStore;
  readonly tokens: TokenStore;
  close(): Promise<void>;
}

/** Database code is heavy and many commands need none of it, so it is imported only when a store is asked for. */
export async function openStores(location: DatabaseLocation, clock: Clock): Promise<Stores> {
  const [
    { openDatabase },
    { createSqlHistory },
    { createSqlIdempotency },
    { createSqlApiKeys },
    { createSqlTokens },
  ] = await Promise.all([
    import('../stores/sql/database.ts'),
    import('../stores/sql/history.ts'),
    import('../stores/sql/idempotency.ts'),
    import('../stores/sql/api-keys.ts'),
    import('../stores/sql/tokens.ts'),
  ]);
  const { db, place } = await openDatabase(location);
  return {
    watched: watchHistory(createSqlHistory(db, place), clock),
    idempotency: createSqlIdempotency(db, place),
    apiKeys: createSqlApiKeys(db, place),
    tokens: createSqlTokens(db, place),
    close: () => db.destroy(),
  };
}
