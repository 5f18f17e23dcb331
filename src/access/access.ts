import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { ApiKeyStore, Broadcast, TokenStore } from '../stores/ports.ts';
import { type VerifiedToken, verifyAccessToken } from './access-tokens.ts';
import { CREDENTIAL_LENGTH_MAX } from './api-keys.ts';
import type { Authenticate, Caller } from './caller.ts';
import { obtainSecret } from './jwt-secret.ts';
import { createKeyRing } from './key-ring.ts';
import { type AccessObserver, createReports } from './reports.ts';
import { createRevocations } from './revocations.ts';
import { importSecrets } from './signing-secrets.ts';
import { createTokenGrants, type TokenGrants } from './token-grants.ts';

/** How often each process looks for keys and tokens that others have changed; the promise is once a second. */
const RELOAD_MS = 500;
/** How often what is over is deleted, and the latest use of keys written. */
const UPKEEP_MS = 60_000;
/** Sessions of one key; beyond them the least recently refreshed end. */
const FAMILIES_MAX = 10_000;
/** Access tokens whose signature was checked and need not be again: a check takes fifty times as long as a look-up. */
const VERIFIED_MAX = 10_000;

/** Who may call, and the tokens they get. */
export interface Access extends TokenGrants {
  readonly authenticate: Authenticate;
  /** Learns what other processes have changed, at once; done by itself twice a second. */
  reload(): Promise<void>;
  /** Deletes what is over and writes down when keys were last used; done by itself once a minute. */
  upkeep(): Promise<void>;
  /** Tells from now on what an operator should know. */
  observe(observer: AccessObserver): void;
  close(): void;
}

export interface AccessDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly apiKeys: ApiKeyStore;
  readonly tokens: TokenStore;
  /** Tells other processes of a revocation sooner than they look for it. */
  readonly broadcast?: Broadcast;
}

interface Known {
  readonly verified: VerifiedToken;
  readonly caller: Caller;
}

/**
 * Opens the door: keys and revocations are read before it resolves. While the store cannot be reached, what is known
 * stays known.
 * @throws AppError `config_invalid` or `store_unavailable` when it cannot be opened.
 */
export async function openAccess(dependencies: AccessDependencies): Promise<Access> {
  const { config, clock, apiKeys, tokens, broadcast } = dependencies;
  const secrets = await importSecrets(await obtainSecret(config), config.jwtSecretPrevious);
  const keys = createKeyRing(config, apiKeys, secrets, clock);
  const revocations = createRevocations(tokens, clock);
  const { observe, replayed, attempt, silence } = createReports();
  const grants = createTokenGrants({ store: tokens, keys, revocations, secrets, clock, announce, replayed });
  const known = new LRUCache<string, Known>({ max: VERIFIED_MAX });

  /** A hint that there is something to read; who misses it reads it half a second later. */
  function announce(): void {
    broadcast?.publish('access', '').catch(() => {});
  }

  function authenticate(credential: string): Caller | null | Promise<Caller | null> {
    if (credential.length > CREDENTIAL_LENGTH_MAX) return null;
    return keys.find(credential) ?? (isJwt(credential) ? authenticateToken(credential) : null);
  }

  function authenticateToken(token: string): Caller | null | Promise<Caller | null> {
    const digest = hash('sha256', token, 'base64');
    const before = known.get(digest);
    if (before !== undefined) return whileItLasts(before);
    return verifyAccessToken(token, secrets, clock).then((verified) => {
      if (verified === null) return null;
      const { subject, scopes, grant } = verified;
      const id = grant === null ? `jwt:${subject}` : subject;
      const entry = { verified, caller: { id, scopes } };
      known.set(digest, entry);
      return whileItLasts(entry);
    });
  }

  /** Asked at every use: the signature stays right, but a token ends, is revoked, or loses its key. */
  function whileItLasts({ verified: { id, endsAt, grant }, caller }: Known): Caller | null {
    if (endsAt <= clock() || revocations.hasToken(id)) return null;
    if (grant === null) return caller;
    return revocations.hasFamily(grant.family) || keys.standing(grant.keyRef) === null ? null : caller;
  }

  async function reload(): Promise<void> {
    await Promise.all([keys.reload(), revocations.reload()]);
  }

  async function upkeep(): Promise<void> {
    const now = clock();
    await apiKeys.touch(keys.takeUsed(), now);
    await tokens.purge(now, FAMILIES_MAX);
  }

  await reload();
  const look = () => attempt('reload', reload);
  const timers = [repeat(look, RELOAD_MS), repeat(() => attempt('upkeep', upkeep), UPKEEP_MS)];
  const unsubscribe = broadcast?.subscribe('access', () => void look());
  function close(): void {
    silence();
    timers.forEach(clearInterval);
    unsubscribe?.();
  }
  return { ...grants, authenticate, reload, upkeep, observe, close };
}

/** Header, claims and signature. */
function isJwt(credential: string): boolean {
  return credential.split('.', 4).length === 3;
}

/** Repeats work that never rejects; a run that is still under way is not overtaken. Keeps no process alive. */
function repeat(work: () => Promise<void>, everyMs: number): NodeJS.Timeout {
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    void work().finally(() => {
      isRunning = false;
    });
  }, everyMs);
  return timer.unref();
}
