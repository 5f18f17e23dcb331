import { keyFaults } from '../access/api-keys.ts';
import { secretFaults } from '../access/jwt-secret.ts';
import { hasWorkingKey } from '../access/managed-keys.ts';
import { type Config, completeConfig, type LoadOptions, readConfig } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { openDurableStores } from '../services.ts';
import type { Io } from './io.ts';

/**
 * The settings of a command that serves. What only serving needs, a key and a secret that all processes share, is told
 * together with every other fault; other commands do without.
 * @throws AppError `config_invalid` with every fault at once; `store_unavailable` when only the database can tell
 * whether there is a key, and cannot be asked.
 */
export async function loadServingConfig(io: Io, options: LoadOptions): Promise<Config> {
  const { settings, errors } = readConfig(options);
  const known = [...errors, ...secretFaults(settings)];
  const lacking = await keyFaults(settings, () => hasManagedKey(settings, io.clock)).catch((error) => {
    if (known.length === 0) throw error;
    // What is wrong already is enough to be put right first.
    return [];
  });
  return completeConfig({ settings, errors: [...known, ...lacking] });
}

/** Whether the database has an API key that works now; one that is not known yet may have. */
async function hasManagedKey({ databaseUrl, dataDir }: Partial<Config>, clock: Clock): Promise<boolean> {
  if (databaseUrl === undefined || dataDir === undefined) return true;
  const stores = await openDurableStores({ databaseUrl, dataDir }, clock);
  try {
    return await hasWorkingKey(stores.apiKeys, clock());
  } finally {
    await stores.close();
  }
}
