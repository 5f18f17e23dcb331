import { loadConfig } from '../config.ts';
import { createServices } from '../services.ts';
import type { OptionValues } from './command.ts';
import type { Io } from './io.ts';
import { listenUntilStopped } from './listen.ts';
import { configFlags } from './options.ts';

/** `titans serve`: the HTTP API until it is told to stop. */
export async function serve(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  const services = createServices(config, io.clock);
  try {
    return await listenUntilStopped(io, services, { isWatching: options.watch === true });
  } finally {
    await services.close();
  }
}
