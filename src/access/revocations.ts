import type { Clock } from '../lib/clock.ts';
import type { TokenStore } from '../stores/ports.ts';

/** What is revoked, in memory. */
export interface Revocations {
  hasFamily(id: string): boolean;
  /** Whether the tokens of an id are refused, and for at least as long as `until` where that is asked. */
  hasToken(id: string, until?: number): boolean;
  /** Reads what any process has revoked since, and forgets what is over. */
  reload(): Promise<void>;
}

/** The revocations of the store; each process keeps those whose tokens could still be alive. */
export function createRevocations(store: TokenStore, clock: Clock): Revocations {
  /** In order of arrival. */
  const untilById = new Map<string, number>();
  let revision = 0;

  async function reload(): Promise<void> {
    const latest = await store.revokedSince(revision);
    revision = latest.revision;
    for (const { id, until } of latest.revoked) untilById.set(id, until);
    const now = clock();
    for (const [id, until] of untilById) {
      if (until <= now) untilById.delete(id);
    }
  }

  return {
    hasFamily: (id) => untilById.has(`family:${id}`),
    hasToken: (id, until = 0) => (untilById.get(`token:${id}`) ?? -1) >= until,
    reload,
  };
}
