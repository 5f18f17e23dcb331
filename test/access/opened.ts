import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { type Access, openAccess } from '../../src/access/access.ts';
import { createKey, type IssuedKey } from '../../src/access/managed-keys.ts';
import { SCOPES, type Scope } from '../../src/access/scopes.ts';
import type { TokenReply } from '../../src/http/schemas/tokens.ts';
import type { ApiKeyStore, Broadcast, TokenStore } from '../../src/stores/ports.ts';
import { createSqlApiKeys } from '../../src/stores/sql/api-keys.ts';
import { type DatabaseLocation, openDatabase } from '../../src/stores/sql/database.ts';
import { createSqlTokens } from '../../src/stores/sql/tokens.ts';
import { answered, connect } from '../client/connect.ts';
import type { components } from '../client/paths.ts';
import { AUTHORIZATION, NOW, post, type TestServices, testApp, testConfig, testLimits } from '../harness.ts';

export const SECRET = 'a secret of the tests, of more than 32 bytes';
export const OTHER_SECRET = 'another secret of the tests, just as long as it';

/** A folder of its own for one test file, gone when its tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'titans-access-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A clock that a test moves. */
export function movableClock(): { at: number; readonly clock: () => number } {
  const moved = { at: NOW, clock: () => moved.at };
  return moved;
}

/** One process of the service as far as access is concerned. */
export interface OpenedAccess {
  readonly app: FastifyInstance;
  readonly access: Access;
  readonly apiKeys: ApiKeyStore;
  readonly tokens: TokenStore;
  readonly database: { destroy(): Promise<void> };
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  readonly clock: () => number;
  readonly variables?: Record<string, string>;
  readonly services?: TestServices;
  readonly broadcast?: Broadcast;
}

/**
 * Opens access over a database, by the path of an embedded one or by its location, with an API around it. Failed
 * authentications are not limited here.
 */
export async function open(
  database: string | DatabaseLocation,
  { clock, variables, services, broadcast }: OpenOptions,
): Promise<OpenedAccess> {
  const config = testConfig({ TITANS_JWT_SECRET: SECRET, ...variables });
  const location = typeof database === 'string' ? { url: null, path: database } : database;
  const { db, place } = await openDatabase(location);
  const [apiKeys, tokens] = [createSqlApiKeys(db, place), createSqlTokens(db, place)];
  const access = await openAccess({ config, clock, apiKeys, tokens, broadcast });
  const limits = testLimits(config, clock);
  const app = testApp({
    config,
    clock,
    authenticate: access.authenticate,
    tokens: access,
    access,
    limits: { ...limits, countFailure: (address) => limits.chargeAddress(address, 0) },
    ...services,
  });
  async function close(): Promise<void> {
    access.close();
    await app.close();
    await db.destroy();
  }
  return { app, access, apiKeys, tokens, database: db, close };
}

/** Makes a managed key that may do everything unless said otherwise. */
export function makeKey(
  { apiKeys }: OpenedAccess,
  at: number,
  facts: { scopes?: readonly Scope[]; expiresAt?: number } = {},
): Promise<IssuedKey> {
  const scopes = facts.scopes ?? SCOPES.map(({ name }) => name);
  return createKey(apiKeys, { name: 'test', scopes, expiresAt: facts.expiresAt ?? null }, at);
}

/** The tokens of an answer: for an API key, or for a refresh token. */
export async function tokensFrom(
  app: FastifyInstance,
  url: '/auth/token' | '/auth/refresh',
  body: components['schemas']['TokenRequest'] | components['schemas']['RefreshRequest'],
  headers: Record<string, string> = {},
): Promise<TokenReply> {
  const { POST } = connect(app, { ...AUTHORIZATION, ...headers });
  return answered(
    'refresh_token' in body ? POST('/auth/refresh', { body }) : POST(url as '/auth/token', { body }),
  );
}

/** The status of a prediction asked for with a credential. */
export async function statusWith(app: FastifyInstance, credential: string): Promise<number> {
  const request = post('/predict/category', { amount: -1 }, { authorization: `Bearer ${credential}` });
  return (await app.inject(request)).statusCode;
}

/** The status of an exchange. */
export async function refreshStatus(app: FastifyInstance, refreshToken: string): Promise<number> {
  return (await app.inject(post('/auth/refresh', { refresh_token: refreshToken }))).statusCode;
}
