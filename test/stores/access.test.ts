import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createSqlApiKeys } from '../../src/stores/sql/api-keys.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { createSqlTokens } from '../../src/stores/sql/tokens.ts';
import { describeApiKeys } from './api-keys-contract.ts';
import { describeTokens } from './tokens-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'titans-access-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

for (const [name, pathOf] of [
  ['memory', () => ':memory:'],
  ['a file', () => join(folder, `${made++}.db`)],
] as const) {
  describeApiKeys(name, async () => {
    const db = await openSqlite(pathOf());
    return { store: createSqlApiKeys(db, 'test'), close: () => db.destroy() };
  });
  describeTokens(name, async () => {
    const db = await openSqlite(pathOf());
    return { store: createSqlTokens(db, 'test'), close: () => db.destroy() };
  });
}
