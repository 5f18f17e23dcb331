import { loadConfig } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import { createServices } from '../../src/services.ts';
import { testServices } from '../harness.ts';

// The API in a process of its own: the limits of its environment, and made-up predictions. Tells its parent where it
// listens, answers every message with whether it is degraded, and ends with its parent.

const config = loadConfig();
const services = createServices(config, Date.now);
const { limits } = await services.http('0.1.0');
const app = buildApp({ ...testServices({ config }), clock: Date.now, limits });

process.on('message', () => process.send?.({ isDegraded: limits.isDegraded() }));
process.on('disconnect', async () => {
  await app.close();
  await services.close();
});
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
