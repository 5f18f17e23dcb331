import type { Kysely, Transaction as SqlTransaction } from 'kysely';
import type { IdempotencyClaim, IdempotencyOutcome, IdempotencyStore } from '../ports.ts';
import { guardFailures } from './failure.ts';
import type { Tables } from './schema.ts';

const EXPIRY_MS = 24 * 3_600_000;
/** Longer than any request may take, so that a claim is only taken over from a process that has died. */
const LEASE_MS = 60_000;
/** Keys kept of one caller; of more, the oldest are forgotten before their time. */
const ENTRIES_MAX = 100_000;

/** Idempotency keys on any SQL database that Kysely speaks to; `place` names it in logs. */
export function createSqlIdempotency(
  db: Kysely<Tables>,
  place: string,
  entriesMax = ENTRIES_MAX,
): IdempotencyStore {
  const guarded = guardFailures(place);
  /** The row of a claim, as long as its work is not done. */
  function unfinished({ caller, key, fingerprint }: IdempotencyClaim) {
    return db
      .updateTable('idempotency')
      .where('caller', '=', caller)
      .where('idempotency_key', '=', key)
      .where('fingerprint', '=', fingerprint)
      .where('reply', 'is', null);
  }

  /** Adds the claim as the newest of its caller, unless its key is known. */
  async function insert(
    transaction: SqlTransaction<Tables>,
    { caller, key, fingerprint }: IdempotencyClaim,
    at: number,
  ): Promise<boolean> {
    const newest = await transaction
      .selectFrom('idempotency')
      .select('ordinal')
      .where('caller', '=', caller)
      .orderBy('ordinal', 'desc')
      .limit(1)
      .executeTakeFirst();
    const ordinal = Number(newest?.ordinal ?? 0) + 1;
    const inserted = await transaction
      .insertInto('idempotency')
      .values({
        caller,
        idempotency_key: key,
        ordinal,
        fingerprint,
        since: at,
        lease_until: at + LEASE_MS,
        expires_at: at + EXPIRY_MS,
        reply: null,
      })
      .onConflict((conflict) => conflict.columns(['caller', 'idempotency_key']).doNothing())
      .returning('ordinal')
      .executeTakeFirst();
    if (inserted === undefined) return false;
    await transaction
      .deleteFrom('idempotency')
      .where('caller', '=', caller)
      .where('ordinal', '<=', ordinal - entriesMax)
      .execute();
    return true;
  }

  async function begin(claim: IdempotencyClaim, at: number): Promise<IdempotencyOutcome> {
    return db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('idempotency').where('expires_at', '<=', at).execute();
      if (await insert(transaction, claim, at)) return { state: 'begun', since: at };
      const row = await transaction
        .selectFrom('idempotency')
        .select(['fingerprint', 'since', 'lease_until', 'reply'])
        .where('caller', '=', claim.caller)
        .where('idempotency_key', '=', claim.key)
        .executeTakeFirst();
      if (row === undefined) return { state: 'running' };
      const isSame = row.fingerprint === claim.fingerprint;
      if (row.reply !== null) return isSame ? { state: 'done', reply: row.reply } : { state: 'other' };
      if (Number(row.lease_until) > at) return { state: isSame ? 'running' : 'other' };
      const since = isSame ? Number(row.since) : at;
      const taken = await transaction
        .updateTable('idempotency')
        .set({
          fingerprint: claim.fingerprint,
          since,
          lease_until: at + LEASE_MS,
          expires_at: at + EXPIRY_MS,
        })
        .where('caller', '=', claim.caller)
        .where('idempotency_key', '=', claim.key)
        .where('reply', 'is', null)
        // Of several that found the lease over, one still finds it so.
        .where('lease_until', '=', row.lease_until)
        .returning('since')
        .executeTakeFirst();
      return taken === undefined ? { state: 'running' } : { state: 'begun', since };
    });
  }

  return {
    begin: (claim, at) => guarded(() => begin(claim, at)),
    complete: (claim, reply) =>
      guarded(async () => {
        await unfinished(claim).set({ reply }).execute();
      }),
    release: (claim) =>
      guarded(async () => {
        await unfinished(claim).set({ lease_until: 0 }).execute();
      }),
  };
}
