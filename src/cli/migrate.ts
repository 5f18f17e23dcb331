import { loadConfig } from '../config.ts';
import { createServices } from '../services.ts';
import type { OptionValues } from './command.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { formatTable } from './table.ts';

/** `titans migrate`: applies the schema steps that the database lacks, or says which those are. */
export async function migrateStore(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  const services = createServices(loadConfig({ flags: configFlags(options) }), io.clock);
  try {
    if (options.status === true || options.dryRun === true) {
      const { applied, pending } = await services.schema();
      const done = options.status === true ? applied : [];
      const rows = [...done.map((name) => [name, 'applied']), ...pending.map((name) => [name, 'pending'])];
      if (rows.length > 0) writeLines(io.stdout, formatTable(['step', 'state'], rows));
      else writeLines(io.stdout, 'nothing to apply');
      return 0;
    }
    const applied = await services.migrate();
    writeLines(io.stdout, ...applied.map((name) => `applied ${name}`));
    if (applied.length === 0) writeLines(io.stdout, 'nothing to apply: the database is up to date');
  } finally {
    await services.close();
  }
  return 0;
}
