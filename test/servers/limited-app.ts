import { createLimits, FAILURE_POLICY, type Limits } from '../../src/access/limits.ts';
import { loadConfig } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import { createServices } from '../../src/services.ts';
import type { RedisPlace } from '../../src/setting-values.ts';
import { createMemoryBuckets } from '../../src/stores/memory/buckets.ts';
import { createRedisBuckets } from '../../src/stores/redis/buckets.ts';
import { connectRedis, waitUntilReady } from '../../src/stores/redis/connect.ts';
import { testServices } from '../harness.ts';

// The API in a process of its own: the limits of its environment, and made-up predictions. Tells its parent where it
// listens, answers every message with whether it is degraded, and ends with its parent. A patient one leaves every
// decision to Redis, however busy the machine is.

const PATIENCE_MS = 20_000;
const config = loadConfig();
const services = createServices(config, Date.now);
const limits = process.env.IS_PATIENT === '1' ? await patientLimits() : (await services.http('0.1.0')).limits;
const app = buildApp({ ...testServices({ config }), clock: Date.now, limits });

async function patientLimits(): Promise<Limits> {
  const client = connectRedis(config.redis as RedisPlace);
  process.on('disconnect', () => client.disconnect());
  await waitUntilReady(client, PATIENCE_MS);
  const callers = createMemoryBuckets(config.rateLimit, Date.now);
  const options = { policy: config.rateLimit, local: callers, clock: Date.now, deadlineMs: PATIENCE_MS };
  const failures = createMemoryBuckets(FAILURE_POLICY, Date.now);
  return createLimits({ callers: createRedisBuckets(client, options), addresses: callers, failures });
}

process.on('message', () => process.send?.({ isDegraded: limits.isDegraded() }));
process.on('disconnect', async () => {
  await app.close();
  await services.close();
});
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
