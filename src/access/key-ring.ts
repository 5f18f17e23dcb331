import { timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { ApiKeyStore } from '../stores/ports.ts';
import { type ConfiguredKey, configuredKeys, digestOf, findConfiguredKey } from './api-keys.ts';
import type { Caller } from './caller.ts';
import { prefixOf } from './managed-keys.ts';
import { ALL_SCOPES, type Scope } from './scopes.ts';
import type { SigningSecrets } from './signing-secrets.ts';

/** What a key that works now allows. */
export interface KeyStanding {
  /** Names the key and its secret, as of today: a name given under an older signing secret is brought up to date. */
  readonly ref: string;
  readonly callerId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** From when on this secret no longer works. */
  readonly endsAt: number;
}

/** Every key that may call, in memory. */
export interface KeyRing {
  /** Who sends this key; null for an unknown, revoked or expired one. */
  find(credential: string): Caller | null;
  /** How the key of a reference stands; null when it or that secret of it no longer works. */
  standing(ref: string): KeyStanding | null;
  /** Reads the managed keys again if any process has changed one. */
  reload(): Promise<void>;
  /** The managed keys used since the last call, themselves or by their tokens. */
  takeUsed(): readonly string[];
}

interface ManagedKey {
  readonly callerId: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly secrets: readonly ManagedSecret[];
}

interface ManagedSecret {
  readonly digest: Buffer;
  readonly endsAt: number;
  readonly caller: Caller;
}

/** The keys of the configuration and those of the store. */
export function createKeyRing(
  config: Config,
  store: ApiKeyStore,
  secrets: SigningSecrets,
  clock: Clock,
): KeyRing {
  const standings = new Map<string, KeyStanding>();
  const configured = configuredKeys(config).map((key) => withRef(key, secrets, standings));
  let managed: ReadonlyMap<string, ManagedKey> = new Map();
  let revision = -1;
  let used = new Set<string>();

  function find(credential: string): Caller | null {
    const digest = digestOf(credential);
    const prefix = prefixOf(credential);
    const key = prefix === null ? undefined : managed.get(prefix);
    if (prefix === null || key === undefined) return findConfiguredKey(configured, digest)?.caller ?? null;
    const now = clock();
    let caller: Caller | null = null;
    for (const secret of key.secrets) {
      if (timingSafeEqual(secret.digest, digest) && secret.endsAt > now) caller = secret.caller;
    }
    if (caller !== null) used.add(prefix);
    return caller;
  }

  function standing(ref: string): KeyStanding | null {
    const known = standings.get(ref);
    if (known !== undefined) return known;
    const key = managed.get(ref.slice(0, ref.indexOf('.')));
    const secret = key?.secrets.find(({ caller }) => caller.keyRef === ref);
    if (key === undefined || secret === undefined || secret.endsAt <= clock()) return null;
    used.add(key.callerId);
    return { ref, callerId: key.callerId, scopes: key.scopes, endsAt: secret.endsAt };
  }

  async function reload(): Promise<void> {
    // Asked first: what changes while the list is read is seen the next time.
    const latest = await store.revision();
    if (latest === revision) return;
    managed = await readKeys(store, clock());
    revision = latest;
  }

  function takeUsed(): readonly string[] {
    const taken = [...used];
    used = new Set();
    return taken;
  }

  return { find, standing, reload, takeUsed };
}

/**
 * A key of the configuration may be short, and its hash would then betray it wherever it is seen. So its name in
 * tokens and in the store is made under the signing secret: one name for each secret that is known.
 */
function withRef(
  key: ConfiguredKey,
  secrets: SigningSecrets,
  standings: Map<string, KeyStanding>,
): ConfiguredKey {
  const [ref, ...older] = secrets.all.map(
    (secret) => `config.${secret.mac(`key ${key.digest.toString('hex')}`)}`,
  );
  const standing = { ref, callerId: key.caller.id, scopes: key.caller.scopes, endsAt: Infinity };
  for (const name of [ref, ...older]) standings.set(name, standing);
  return { ...key, caller: { ...key.caller, keyRef: ref } };
}

async function readKeys(store: ApiKeyStore, now: number): Promise<ReadonlyMap<string, ManagedKey>> {
  const keys = new Map<string, ManagedKey>();
  for (const row of await store.list(now)) {
    const keyEndsAt = row.expiresAt ?? Infinity;
    if (row.revokedAt !== null || keyEndsAt <= now) continue;
    const callerId = row.prefix;
    const scopes = new Set([...ALL_SCOPES].filter((scope) => row.scopes.includes(scope)));
    const secrets = row.secrets.map(({ id, hash, endsAt }) => ({
      digest: Buffer.from(hash, 'hex'),
      endsAt: Math.min(keyEndsAt, endsAt ?? Infinity),
      caller: { id: callerId, scopes, keyRef: `${row.prefix}.${id}` },
    }));
    keys.set(row.prefix, { callerId, scopes, secrets });
  }
  return keys;
}
