import { describe } from 'node:test';
import { createMemoryBroadcast } from '../../src/stores/memory/broadcast.ts';
import { createProcessBroadcast } from '../../src/stores/process/broadcast.ts';
import { createRedisBroadcast } from '../../src/stores/redis/broadcast.ts';
import { connectRedis } from '../../src/stores/redis/connect.ts';
import { redisMissing, startRedis } from '../servers/redis.ts';
import { describeBroadcast } from './broadcast-contract.ts';
import { openLines } from './process-lines.ts';

describeBroadcast('memory', async () => {
  const only = createMemoryBroadcast();
  return { one: only, other: only, close: () => only.close() };
});

describeBroadcast('processes of one parent', async () => {
  const [one, other] = openLines(2).lines.map((line) => createProcessBroadcast(line));
  return { one, other, close: async () => void (await Promise.all([one.close(), other.close()])) };
});

describe('on a server', { skip: redisMissing }, () => {
  describeBroadcast('Redis', async () => {
    const server = await startRedis();
    const clients = [connectRedis(server.place), connectRedis(server.place)];
    const [one, other] = clients.map((client) =>
      createRedisBroadcast(client, connectRedis(server.place, true)),
    );
    async function close(): Promise<void> {
      await Promise.all([one.close(), other.close()]);
      for (const client of clients) client.disconnect();
      await server.stop();
    }
    return { one, other, close };
  });
});
