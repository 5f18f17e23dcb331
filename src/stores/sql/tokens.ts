import type { Kysely, Selectable } from 'kysely';
import type { FamilyChange, RefreshFamily, Revocation, Rotation, TokenStore } from '../ports.ts';
import { raiseRevision, TOKENS_REVISION } from './access-revision.ts';
import { guardFailures } from './failure.ts';
import type { RefreshFamilyTable, Tables, TokenRevocationTable } from './schema.ts';

type Since = Selectable<TokenRevocationTable>;

/** Refresh families and revocations on any SQL database that Kysely speaks to; `place` names it in logs. */
export function createSqlTokens(db: Kysely<Tables>, place: string): TokenStore {
  const guarded = guardFailures(place);
  // Asked for by every process twice a second, hence built once.
  const sinceQuery = db
    .selectFrom('token_revocation')
    .select(['id', 'until_at', 'revision'])
    .where('revision', '>', 0)
    .orderBy('revision')
    .compile();

  async function createFamily(family: RefreshFamily): Promise<void> {
    await db
      .insertInto('refresh_family')
      .values({
        id: family.id,
        scopes: family.scopes.join(' '),
        created_at: family.createdAt,
        revoked_at: family.revokedAt,
        ...toColumns(family),
      })
      .execute();
  }

  async function family(id: string): Promise<RefreshFamily | null> {
    const row = await db.selectFrom('refresh_family').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toFamily(row);
  }

  async function rotate(id: string, generation: number, change: FamilyChange): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('refresh_family')
      .set(toColumns(change))
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  async function revokeFamily(id: string, now: number, until: number): Promise<void> {
    await db.transaction().execute(async (transaction) => {
      const revision = await raiseRevision(transaction, TOKENS_REVISION);
      await transaction
        .updateTable('refresh_family')
        .set({ revoked_at: now })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute();
      await insertRevocation(transaction, { id: `family:${id}`, until }, revision);
    });
  }

  async function revokeToken(id: string, until: number): Promise<void> {
    await db.transaction().execute(async (transaction) => {
      const revision = await raiseRevision(transaction, TOKENS_REVISION);
      await insertRevocation(transaction, { id: `token:${id}`, until }, revision);
    });
  }

  async function revokedSince(
    revision: number,
  ): Promise<{ revision: number; revoked: readonly Revocation[] }> {
    const { rows } = await db.executeQuery<Since>({ ...sinceQuery, parameters: [revision] });
    const revoked = rows.map((row) => ({ id: row.id, until: Number(row.until_at) }));
    return { revision: rows.length === 0 ? revision : Number(rows[rows.length - 1].revision), revoked };
  }

  async function purge(now: number, familiesMax: number): Promise<number> {
    const over = await db.deleteFrom('token_revocation').where('until_at', '<=', now).executeTakeFirst();
    // A family that is gone is refused like one that is revoked: its refresh tokens are unknown.
    const ended = await db
      .deleteFrom('refresh_family')
      .where((expression) =>
        expression.or([expression('expires_at', '<=', now), expression('revoked_at', '<=', now)]),
      )
      .executeTakeFirst();
    return Number(over.numDeletedRows + ended.numDeletedRows) + (await trimFamilies(familiesMax));
  }

  async function trimFamilies(familiesMax: number): Promise<number> {
    const crowded = await db
      .selectFrom('refresh_family')
      .select('key_ref')
      .groupBy('key_ref')
      .having((expression) => expression.fn.countAll(), '>', familiesMax)
      .execute();
    let trimmed = 0;
    for (const { key_ref } of crowded) {
      const last = await db
        .selectFrom('refresh_family')
        .select('expires_at')
        .where('key_ref', '=', key_ref)
        .orderBy('expires_at', 'desc')
        .offset(familiesMax)
        .limit(1)
        .executeTakeFirst();
      if (last === undefined) continue;
      const { numDeletedRows } = await db
        .deleteFrom('refresh_family')
        .where('key_ref', '=', key_ref)
        .where('expires_at', '<=', last.expires_at)
        .executeTakeFirst();
      trimmed += Number(numDeletedRows);
    }
    return trimmed;
  }

  return {
    createFamily: (row) => guarded(() => createFamily(row)),
    family: (id) => guarded(() => family(id)),
    rotate: (id, generation, change) => guarded(() => rotate(id, generation, change)),
    revokeFamily: (id, now, until) => guarded(() => revokeFamily(id, now, until)),
    revokeToken: (id, until) => guarded(() => revokeToken(id, until)),
    revokedSince: (revision) => guarded(() => revokedSince(revision)),
    purge: (now, familiesMax) => guarded(() => purge(now, familiesMax)),
  };
}

/**
 * Of two revocations of one id the later end counts: tokens made outside may share it. The revision rises with it, so
 * that processes that know the earlier end learn of the later one.
 */
async function insertRevocation(
  db: Kysely<Tables>,
  { id, until }: Revocation,
  revision: number,
): Promise<void> {
  await db
    .insertInto('token_revocation')
    // The column is a whole number; rounded up, so that nothing is accepted again before its end.
    .values({ id, until_at: Math.ceil(until), revision })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((row) => ({
          until_at: row.ref('excluded.until_at'),
          revision: row.ref('excluded.revision'),
        }))
        .whereRef('token_revocation.until_at', '<', 'excluded.until_at'),
    )
    .execute();
}

function toColumns({ keyRef, generation, rotations, expiresAt }: FamilyChange) {
  return {
    key_ref: keyRef,
    generation,
    rotations: JSON.stringify(rotations.map((rotation) => [rotation.generation, rotation.kid, rotation.at])),
    expires_at: expiresAt,
  };
}

function toFamily(row: Selectable<RefreshFamilyTable>): RefreshFamily {
  const rotations = JSON.parse(row.rotations) as [number, string, number][];
  return {
    id: row.id,
    keyRef: row.key_ref,
    scopes: row.scopes.split(' '),
    generation: row.generation,
    rotations: rotations.map(([generation, kid, at]): Rotation => ({ generation, kid, at })),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
  };
}
