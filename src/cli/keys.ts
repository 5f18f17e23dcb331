import { createKey, type IssuedKey, revokeKey, rotateKey } from '../access/managed-keys.ts';
import { SCOPES, type Scope } from '../access/scopes.ts';
import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { createServices } from '../services.ts';
import type { ApiKeyRow, ApiKeyStore } from '../stores/ports.ts';
import type { OptionValues } from './command.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { formatTable } from './table.ts';

const NAME_LENGTH_MAX = 100;
const OVERLAP_MS = 24 * 3600 * 1000;

/** `titans keys create <name>` */
export async function createKeyCommand(
  io: Io,
  args: readonly string[],
  options: OptionValues,
): Promise<number> {
  const name = args[0].trim();
  if (name === '' || name.length > NAME_LENGTH_MAX || /\p{Cc}/u.test(name)) {
    throw new AppError('usage', `a name has 1 to ${NAME_LENGTH_MAX} printable characters`);
  }
  const scopes = (options.scopes as readonly Scope[] | undefined) ?? SCOPES.map((scope) => scope.name);
  return withStore(io, options, async (store) => {
    const now = io.clock();
    const expiresAt = options.expires === undefined ? null : now + (options.expires as number);
    const key = await createKey(store, { name, scopes, expiresAt }, now);
    writeKey(io, options, key, { name, scopes, expires_at: formatInstant(expiresAt) });
    const end = expiresAt === null ? 'until it is revoked' : `until ${formatInstant(expiresAt)}`;
    writeLines(
      io.stderr,
      `${key.prefix} works ${end}; scopes: ${scopes.join(', ')}`,
      'Keep the key now: it cannot be shown again.',
    );
  });
}

/** `titans keys rotate <prefix>` */
export async function rotateKeyCommand(
  io: Io,
  args: readonly string[],
  options: OptionValues,
): Promise<number> {
  return withStore(io, options, async (store) => {
    const now = io.clock();
    const overlapMs = (options.overlap as number | undefined) ?? OVERLAP_MS;
    const key = await rotateKey(store, prefixArgument(args[0]), overlapMs, now);
    const until = overlapMs === 0 ? null : formatInstant(now + overlapMs);
    writeKey(io, options, key, { old_secret_works_until: until });
    writeLines(
      io.stderr,
      until === null
        ? 'Every older secret has ended, with the tokens issued to it.'
        : `The old secret works until ${until}, with the tokens issued to it.`,
      'Keep the key now: it cannot be shown again.',
    );
  });
}

/** `titans keys revoke <prefix>` */
export async function revokeKeyCommand(
  io: Io,
  args: readonly string[],
  options: OptionValues,
): Promise<number> {
  return withStore(io, options, async (store) => {
    const prefix = prefixArgument(args[0]);
    await revokeKey(store, prefix, io.clock());
    writeLines(io.stdout, `${prefix} is revoked`);
  });
}

/** `titans keys list` */
export async function listKeys(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  return withStore(io, options, async (store) => {
    const now = io.clock();
    const rows = (await store.list(now)).map((row) => describeKey(row, now));
    if (options.json === true) writeLines(io.stdout, JSON.stringify(rows, null, 2));
    else if (rows.length === 0) {
      writeLines(io.stderr, 'No key has been made yet; make one with `titans keys create NAME`.');
    } else {
      const head = ['prefix', 'name', 'scopes', 'state', 'created', 'expires', 'last used'];
      writeLines(
        io.stdout,
        formatTable(
          head,
          rows.map((row) => [
            row.prefix,
            row.name,
            row.scopes.join(' '),
            row.old_secret_works_until === null
              ? row.state
              : `${row.state}, old secret until ${row.old_secret_works_until}`,
            row.created_at,
            row.expires_at ?? '',
            row.last_used_at ?? '',
          ]),
        ),
      );
    }
  });
}

async function withStore(
  io: Io,
  options: OptionValues,
  work: (store: ApiKeyStore) => Promise<void>,
): Promise<number> {
  const services = createServices(loadConfig({ flags: configFlags(options) }), io.clock);
  try {
    await work(await services.apiKeys());
  } finally {
    await services.close();
  }
  return 0;
}

/** A prefix is what is shown; who gives the whole key by mistake must not see it come back. */
function prefixArgument(text: string): string {
  if (/^titans_[a-z2-9]{12}$/.test(text)) return text;
  throw new AppError('usage', 'a prefix looks like titans_k7f3m2q9xwab; see `titans keys list`');
}

/** The key alone on standard output, so that a script can take it; or all there is to know as JSON. */
function writeKey(io: Io, options: OptionValues, key: IssuedKey, facts: Record<string, unknown>): void {
  const json = { prefix: key.prefix, key: key.credential, ...facts };
  writeLines(io.stdout, options.json === true ? JSON.stringify(json, null, 2) : key.credential);
}

function describeKey(row: ApiKeyRow, now: number) {
  const isExpired = row.expiresAt !== null && row.expiresAt <= now;
  const ends = row.secrets.flatMap(({ endsAt }) => (endsAt === null ? [] : [endsAt]));
  return {
    prefix: row.prefix,
    name: row.name,
    scopes: row.scopes,
    state: row.revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'active',
    created_at: formatInstant(row.createdAt),
    expires_at: row.expiresAt === null ? null : formatInstant(row.expiresAt),
    revoked_at: row.revokedAt === null ? null : formatInstant(row.revokedAt),
    last_used_at: row.lastUsedAt === null ? null : formatInstant(row.lastUsedAt),
    old_secret_works_until: ends.length === 0 ? null : formatInstant(Math.max(...ends)),
  };
}

function formatInstant(at: number): string;
function formatInstant(at: number | null): string | null;
function formatInstant(at: number | null): string | null {
  return at === null ? null : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
