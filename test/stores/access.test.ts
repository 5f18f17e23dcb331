import { createSqlApiKeys } from '../../src/stores/sql/api-keys.ts';
import { createSqlTokens } from '../../src/stores/sql/tokens.ts';
import { describeApiKeys } from './api-keys-contract.ts';
import { eachDatabase } from './each-database.ts';
import { describeTokens } from './tokens-contract.ts';

eachDatabase((name, open) => {
  describeApiKeys(name, async () => {
    const { db, place } = await open();
    return { store: createSqlApiKeys(db, place), close: () => db.destroy() };
  });
  describeTokens(name, async () => {
    const { db, place } = await open();
    return { store: createSqlTokens(db, place), close: () => db.destroy() };
  });
});
