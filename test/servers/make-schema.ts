import { migrateDatabase } from '../../src/stores/sql/database.ts';
import { createDatabase } from './postgres.ts';

// node make-schema.ts URL NAME: a schema of that name with our tables, unless it is there.
const [url, name] = process.argv.slice(2);
await migrateDatabase({ url: await createDatabase(url, name), path: '' });
