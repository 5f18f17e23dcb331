import { hash, timingSafeEqual } from 'node:crypto';
import { type Config, isLoopback } from '../config.ts';
import type { ErrorPlace } from '../errors.ts';
import type { Caller } from './caller.ts';
import { ALL_SCOPES } from './scopes.ts';

/** The key of the first steps: public, hence worth nothing beyond the own machine. */
export const DEVELOPMENT_KEY = 'dev-api-key-change-in-production';

/** Longer than any key and any token of ours. */
export const CREDENTIAL_LENGTH_MAX = 4096;

/** A key of the configuration. */
export interface ConfiguredKey {
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  readonly caller: Caller;
}

/**
 * Builds the check of a credential against the keys of `config`. Only SHA-256 digests are kept, and every one of
 * them is compared in constant time, so that the time taken tells nothing about how much of a key was right.
 */
export function createApiKeyCheck(config: Config): (credential: string) => Caller | null {
  const keys = configuredKeys(config);
  return function authenticate(credential) {
    if (credential.length > CREDENTIAL_LENGTH_MAX) return null;
    return findConfiguredKey(keys, digestOf(credential))?.caller ?? null;
  };
}

/** The keys of the configuration that work, in the order of their listing. */
export function configuredKeys(config: Config): readonly ConfiguredKey[] {
  return effectiveKeys(config).map((key, index) => ({
    digest: digestOf(key),
    caller: {
      id: key === DEVELOPMENT_KEY ? 'development-key' : `api-key-${index + 1}`,
      scopes: ALL_SCOPES,
    },
  }));
}

/** Compares a digest with every key, whichever fits. */
export function findConfiguredKey<Key extends ConfiguredKey>(
  keys: readonly Key[],
  digest: Buffer,
): Key | null {
  let found: Key | null = null;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) found = key;
  }
  return found;
}

/** The keys that work: those configured, and the development key in debug mode on a loopback host. */
function effectiveKeys(config: Config): readonly string[] {
  if (!config.isDebug || !isLoopback(config.host) || config.apiKeys.includes(DEVELOPMENT_KEY)) {
    return config.apiKeys;
  }
  return [...config.apiKeys, DEVELOPMENT_KEY];
}

/**
 * What serving lacks of a key, as far as the settings are known: a fault when no credential could ever be accepted.
 * `hasManagedKey` is asked only where the configuration has none.
 */
export async function keyFaults(
  settings: Partial<Config>,
  hasManagedKey: () => Promise<boolean>,
): Promise<readonly ErrorPlace[]> {
  if (mayHaveKey(settings) || (await hasManagedKey())) return [];
  const detail = settings.isDebug
    ? `has no key, and the development key only works on a loopback host, not on ${settings.host}; set TITANS_API_KEYS, make a key with \`titans keys create\`, or set TITANS_HOST=127.0.0.1`
    : 'has no key, so nobody could call the service; set TITANS_API_KEYS (or TITANS_API_KEYS_FILE), make a key with `titans keys create`, or set TITANS_DEBUG=true for a trial on this machine';
  return [{ pointer: 'TITANS_API_KEYS', detail }];
}

/** A setting that has a fault of its own may, once right, be the one that gives a key. */
function mayHaveKey({ apiKeys, isDebug, host }: Partial<Config>): boolean {
  if (apiKeys === undefined || apiKeys.length > 0 || isDebug === undefined) return true;
  return isDebug && (host === undefined || isLoopback(host));
}

/** What is dangerous about the keys though it was asked for: the public development key where others can reach it. */
export function warnOfKeys(config: Config): readonly string[] {
  if (isLoopback(config.host) || !config.apiKeys.includes(DEVELOPMENT_KEY)) return [];
  return [
    `TITANS_API_KEYS lists the development key, which everybody knows, and ${config.host} is reachable from outside: anyone may call every route; list a key of your own instead`,
  ];
}

/** SHA-256. By way of a string, because asking for a buffer takes three times as long. */
export function digestOf(key: string): Buffer {
  return Buffer.from(hash('sha256', key, 'binary'), 'binary');
}
