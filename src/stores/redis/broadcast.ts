import { createListeners } from '../listeners.ts';
import { BROADCAST_TOPICS, type Broadcast } from '../ports.ts';
import type { RedisClient } from './connect.ts';
import { withDeadline } from './deadline.ts';

const DEADLINE_MS = 1000;

/**
 * A broadcast by Redis's publish and subscribe: it reaches every process that is connected at that moment.
 * `subscriber`, which is closed with the broadcast, is a connection of its own that keeps commands (`isPatient`); it
 * subscribes again by itself whenever it was lost.
 */
export function createRedisBroadcast(
  client: RedisClient,
  subscriber: RedisClient,
  namespace = 'titans',
): Broadcast {
  const prefix = `${namespace}:`;
  const listeners = createListeners();
  subscriber.on('message', (channel: string, payload: string) => {
    listeners.call(channel.slice(prefix.length), payload);
  });
  // It only fails when the broadcast is closed before the server was ever there.
  subscriber.subscribe(...BROADCAST_TOPICS.map((topic) => prefix + topic)).catch(() => {});

  return {
    async publish(topic, payload) {
      // Who did not hear it looks for itself once a second, so that nothing is owed to a server that is away.
      await withDeadline(client.publish(prefix + topic, payload), DEADLINE_MS).catch(() => {});
    },
    subscribe: listeners.subscribe,
    async close() {
      listeners.clear();
      subscriber.disconnect();
    },
  };
}
