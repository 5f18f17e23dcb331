import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** Rows of the table `access_revision`. */
export const KEYS_REVISION = 1;
export const TOKENS_REVISION = 2;

/**
 * Raises a revision and returns it. Done first in a transaction: the row stays locked until the commit, so that
 * changes become visible in the order of their revisions and a reader who asks "since" misses none.
 */
export async function raiseRevision(transaction: Kysely<Tables>, id: number): Promise<number> {
  const row = await transaction
    .updateTable('access_revision')
    .set((expression) => ({ revision: expression('revision', '+', 1) }))
    .where('id', '=', id)
    .returning('revision')
    .executeTakeFirstOrThrow();
  return Number(row.revision);
}

/** The present revision. */
export async function readRevision(db: Kysely<Tables>, id: number): Promise<number> {
  const row = await db
    .selectFrom('access_revision')
    .select('revision')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return Number(row.revision);
}
