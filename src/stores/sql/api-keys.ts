import type { Kysely, Selectable } from 'kysely';
import type { ApiKeyRow, ApiKeySecretRow, ApiKeyStore, NewSecret } from '../ports.ts';
import { KEYS_REVISION, raiseRevision, readRevision } from './access-revision.ts';
import { guardFailures } from './failure.ts';
import type { ApiKeyTable, Tables } from './schema.ts';

/** Managed API keys on any SQL database that Kysely speaks to; `place` names it in logs. */
export function createSqlApiKeys(db: Kysely<Tables>, place: string): ApiKeyStore {
  const guarded = guardFailures(place);
  /** Runs `work` in one transaction that other changes of keys wait for; raises the revision when it says true. */
  async function change(work: (transaction: Kysely<Tables>) => Promise<boolean>): Promise<boolean> {
    return db.transaction().execute(async (transaction) => {
      await raiseRevision(transaction, KEYS_REVISION);
      return work(transaction);
    });
  }

  async function create(
    key: Omit<ApiKeyRow, 'revokedAt' | 'lastUsedAt' | 'secrets'>,
    secret: NewSecret,
  ): Promise<boolean> {
    return change(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('api_key')
        .values({
          prefix: key.prefix,
          name: key.name,
          scopes: key.scopes.join(' '),
          created_at: key.createdAt,
          expires_at: key.expiresAt,
          revoked_at: null,
          last_used_at: null,
        })
        .onConflict((conflict) => conflict.column('prefix').doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await addSecret(transaction, key.prefix, secret, key.createdAt);
      return true;
    });
  }

  async function list(now: number): Promise<ApiKeyRow[]> {
    const [keys, secrets] = await Promise.all([
      db.selectFrom('api_key').selectAll().orderBy('created_at').orderBy('prefix').execute(),
      db
        .selectFrom('api_key_secret')
        .select(['id', 'prefix', 'hash', 'ends_at'])
        .where((expression) =>
          expression.or([expression('ends_at', 'is', null), expression('ends_at', '>', now)]),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute(),
    ]);
    const byPrefix = new Map<string, ApiKeySecretRow[]>(keys.map(({ prefix }) => [prefix, []]));
    for (const { id, prefix, hash, ends_at } of secrets) {
      byPrefix.get(prefix)?.push({ id, hash, endsAt: toInstant(ends_at) });
    }
    return keys.map((key) => toRow(key, byPrefix.get(key.prefix) ?? []));
  }

  async function rotate(prefix: string, secret: NewSecret, endsAt: number, now: number): Promise<boolean> {
    return change(async (transaction) => {
      const key = await transaction
        .selectFrom('api_key')
        .select(['revoked_at', 'expires_at'])
        .where('prefix', '=', prefix)
        .executeTakeFirst();
      if (key === undefined || key.revoked_at !== null) return false;
      if (key.expires_at !== null && Number(key.expires_at) <= now) return false;
      let older = transaction
        .updateTable('api_key_secret')
        .set({ ends_at: endsAt })
        .where('prefix', '=', prefix);
      // An end already promised stays; only "at once" overrules it.
      if (endsAt > now) older = older.where('ends_at', 'is', null);
      await older.execute();
      await transaction
        .deleteFrom('api_key_secret')
        .where('prefix', '=', prefix)
        .where('ends_at', '<=', now)
        .execute();
      await addSecret(transaction, prefix, secret, now);
      return true;
    });
  }

  async function revoke(prefix: string, now: number): Promise<boolean> {
    return change(async (transaction) => {
      await transaction
        .updateTable('api_key')
        .set({ revoked_at: now })
        .where('prefix', '=', prefix)
        .where('revoked_at', 'is', null)
        .execute();
      // The hashes are of no more use to anyone.
      await transaction.deleteFrom('api_key_secret').where('prefix', '=', prefix).execute();
      const key = await transaction
        .selectFrom('api_key')
        .select('prefix')
        .where('prefix', '=', prefix)
        .executeTakeFirst();
      return key !== undefined;
    });
  }

  async function touch(prefixes: readonly string[], now: number): Promise<void> {
    if (prefixes.length === 0) return;
    await db
      .updateTable('api_key')
      .set({ last_used_at: now })
      .where('prefix', 'in', prefixes)
      .where((expression) =>
        expression.or([expression('last_used_at', 'is', null), expression('last_used_at', '<', now)]),
      )
      .execute();
  }

  return {
    create: (key, secret) => guarded(() => create(key, secret)),
    list: (now) => guarded(() => list(now)),
    rotate: (prefix, secret, endsAt, now) => guarded(() => rotate(prefix, secret, endsAt, now)),
    revoke: (prefix, now) => guarded(() => revoke(prefix, now)),
    touch: (prefixes, now) => guarded(() => touch(prefixes, now)),
    revision: () => guarded(() => readRevision(db, KEYS_REVISION)),
  };
}

async function addSecret(db: Kysely<Tables>, prefix: string, secret: NewSecret, now: number): Promise<void> {
  await db
    .insertInto('api_key_secret')
    .values({ id: secret.id, prefix, hash: secret.hash, created_at: now, ends_at: null })
    .execute();
}

function toRow(key: Selectable<ApiKeyTable>, secrets: readonly ApiKeySecretRow[]): ApiKeyRow {
  return {
    prefix: key.prefix,
    name: key.name,
    scopes: key.scopes.split(' '),
    createdAt: Number(key.created_at),
    expiresAt: toInstant(key.expires_at),
    revokedAt: toInstant(key.revoked_at),
    lastUsedAt: toInstant(key.last_used_at),
    secrets,
  };
}

/** PostgreSQL's driver gives 64-bit integers as text. */
function toInstant(value: number | null): number | null {
  return value === null ? null : Number(value);
}
