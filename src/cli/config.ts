import { describeConfig, loadConfig } from '../config.ts';
import type { OptionValues } from './command.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { formatTable } from './table.ts';

/** `titans config`: the effective settings, where each came from, and what looks like a mistake. */
export async function showConfig(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  const rows = describeConfig(config).map(({ name, value, source }) => [name, value, source]);
  writeLines(io.stdout, formatTable(['setting', 'value', 'from'], rows));
  for (const warning of config.warnings) writeLines(io.stderr, `warning: ${warning}`);
  return 0;
}
