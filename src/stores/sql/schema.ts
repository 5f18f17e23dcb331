import type { Generated } from 'kysely';

/** One remembered transaction. Text that is not known is '', as in the vocabulary; so is a missing account. */
export interface HistoryTable {
  /** Order of arrival; breaks ties of `at`. */
  seq: Generated<number>;
  account_id: string;
  /** What makes the row itself within its account; see `identify` in history.ts. */
  identity: string;
  content_hash: string;
  transaction_id: string | null;
  at: number;
  time_known: number;
  amount_minor: number | null;
  currency: string | null;
  type: string | null;
  description: string;
  merchant_name: string;
  category: string;
  payment_method: string;
  location: string;
  merchant_category_code: string;
  country: string;
  reference: string;
  /** JSON array of strings. */
  tags: string;
  balance_after_minor: number | null;
}

/** A single row: how often the history has changed. */
export interface HistoryRevisionTable {
  id: number;
  revision: number;
}

/** A managed API key; instants are milliseconds since the epoch. */
export interface ApiKeyTable {
  prefix: string;
  name: string;
  /** Separated by spaces. */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
}

/** A secret of a key, by its hash alone. */
export interface ApiKeySecretTable {
  id: string;
  prefix: string;
  hash: string;
  created_at: number;
  ends_at: number | null;
}

/** All refresh tokens that descend from one grant; holds neither a token nor a secret. */
export interface RefreshFamilyTable {
  id: string;
  key_ref: string;
  scopes: string;
  generation: number;
  /** JSON array of [generation, kid, at]. */
  rotations: string;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
}

/** What is refused until it would have expired anyway. */
export interface TokenRevocationTable {
  id: string;
  until_at: number;
  revision: number;
}

/** How often the keys (1) and the revocations (2) have changed. */
export interface AccessRevisionTable {
  id: number;
  revision: number;
}

export interface MigrationTable {
  name: string;
  applied_at: Generated<string>;
}

/** What one caller did under one idempotency key. */
export interface IdempotencyTable {
  caller: string;
  idempotency_key: string;
  /** Counts a caller's keys in the order they came. */
  ordinal: number;
  fingerprint: string;
  since: number;
  /** Until when an unfinished claim holds. */
  lease_until: number;
  expires_at: number;
  /** Null while the work is not done. */
  reply: string | null;
}

/** Every table of the durable database. */
export interface Tables {
  history: HistoryTable;
  history_revision: HistoryRevisionTable;
  idempotency: IdempotencyTable;
  schema_migration: MigrationTable;
  api_key: ApiKeyTable;
  api_key_secret: ApiKeySecretTable;
  refresh_family: RefreshFamilyTable;
  token_revocation: TokenRevocationTable;
  access_revision: AccessRevisionTable;
}
