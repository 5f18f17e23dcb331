import { describeConfig, loadConfig } from '../config.ts';
import type { OptionValues } from './command.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { formatTable } from './table.ts';

/** `titans config`: the effective settings, where each came from. */
export async function showConfig(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  const rows = describeConfig(config).map(({ name, value, source }) => [name, value, source]);
  writeLines(io.stdout, formatTable(['setting', 'value', 'from'], rows));
  return 0;
}
