import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, configFault } from '../config.ts';
import { AppError, type ErrorPlace } from '../errors.ts';
import { decodeFile, parseJwtSecret } from '../setting-values.ts';

const FILE = 'jwt-secret';
const SECRET_BYTES = 32;

/**
 * What serving lacks of a secret, as far as the settings are known: with PostgreSQL or Redis several machines may serve
 * together, and a file of one of them is no shared secret.
 */
export function secretFaults({ jwtSecret, databaseUrl, redis }: Partial<Config>): readonly ErrorPlace[] {
  if (jwtSecret !== null) return [];
  const shared = [
    ...(databaseUrl === null ? [] : ['TITANS_DATABASE_URL']),
    ...(redis === null ? [] : ['TITANS_REDIS_URL']),
  ];
  if (shared.length === 0) return [];
  const detail = `is required with ${shared.join(' and ')}: every process has to know the same; make one with \`openssl rand -base64 48\``;
  return [{ pointer: 'TITANS_JWT_SECRET', detail }];
}

/**
 * The secret that signs tokens: the configured one, else the one in the data directory, which is made (mode 0600)
 * where there is none; processes that start at once agree on one.
 * @throws AppError `config_invalid` when PostgreSQL or Redis is configured and no secret is, `store_unavailable` when
 * the file cannot be made or read.
 */
export async function obtainSecret(config: Config): Promise<string> {
  if (config.jwtSecret !== null) return config.jwtSecret;
  const faults = secretFaults(config);
  if (faults.length > 0) throw configFault(faults);
  const path = join(config.dataDir, FILE);
  try {
    return (await readSecret(path)) ?? (await makeSecret(config.dataDir, path));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'store_unavailable',
      `The file ${path} cannot be used; set TITANS_JWT_SECRET instead.`,
      {
        internal: String(error),
        cause: error,
      },
    );
  }
}

async function readSecret(path: string): Promise<string | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  // By the rules of the setting, so that the file can become TITANS_JWT_SECRET_FILE and give the same secret.
  const parsed = parseJwtSecret(decodeFile(bytes) ?? '');
  if ('value' in parsed && typeof parsed.value === 'string') return parsed.value;
  const fault = 'fault' in parsed ? `what it holds ${parsed.fault}` : 'it holds no text';
  throw new AppError(
    'store_unavailable',
    `The file ${path} is damaged: ${fault}. Remove it and a new one is made; tokens issued before then end.`,
  );
}

/** Written aside and then linked: the name appears with its whole content, and only one of several processes gets it. */
async function makeSecret(folder: string, path: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = `${path}.${randomUUID()}`;
  const file = await open(aside, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(SECRET_BYTES).toString('base64url')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
  const secret = await readSecret(path);
  if (secret === null) throw new AppError('store_unavailable', `The file ${path} has vanished.`);
  return secret;
}
