import type { Kysely } from 'kysely';
import { KEYS_REVISION, TOKENS_REVISION } from './access-revision.ts';
import type { Tables } from './schema.ts';

/** The step that adds managed keys, refresh families and revocations. */
export async function createAccess(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('api_key')
    .addColumn('prefix', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema
    .createTable('api_key_secret')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('prefix', 'text', (column) => column.notNull().references('api_key.prefix'))
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint')
    .execute();
  await db.schema.createIndex('api_key_secret_prefix').on('api_key_secret').column('prefix').execute();
  await db.schema
    .createTable('refresh_family')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('key_ref', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('rotations', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute();
  // The first finds what is over, the second the oldest of a key.
  await db.schema
    .createIndex('refresh_family_expires_at')
    .on('refresh_family')
    .column('expires_at')
    .execute();
  await db.schema
    .createIndex('refresh_family_key')
    .on('refresh_family')
    .columns(['key_ref', 'expires_at'])
    .execute();
  await db.schema
    .createTable('token_revocation')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('until_at', 'bigint', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('token_revocation_revision')
    .on('token_revocation')
    .column('revision')
    .execute();
  await db.schema
    .createTable('access_revision')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .execute();
  await db
    .insertInto('access_revision')
    .values([KEYS_REVISION, TOKENS_REVISION].map((id) => ({ id, revision: 0 })))
    .execute();
}
