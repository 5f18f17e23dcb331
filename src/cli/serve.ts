import { createServices } from '../services.ts';
import type { OptionValues } from './command.ts';
import type { Io } from './io.ts';
import { listenUntilStopped } from './listen.ts';
import { configFlags } from './options.ts';
import { loadServingConfig } from './serving-config.ts';

/** `titans serve`: the HTTP API until it is told to stop. */
export async function serve(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  const config = await loadServingConfig(io, { flags: configFlags(options) });
  const services = createServices(config, io.clock);
  try {
    return await listenUntilStopped(io, services, { isWatching: options.watch === true });
  } finally {
    await services.close();
  }
}
