import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BROADCAST_TOPICS, type Broadcast } from '../../src/stores/ports.ts';

const HEARD_TIMEOUT_MS = 20_000;

/** Publishes until it was heard: a subscription that is just being made may miss the first ones. */
export async function publishUntilHeard(from: Broadcast, to: Broadcast): Promise<void> {
  let isHeard = false;
  const stop = to.subscribe('cache', (payload) => {
    isHeard ||= payload === 'are you there?';
  });
  await until('a broadcast is heard', async () => {
    await from.publish('cache', 'are you there?');
    return isHeard;
  });
  stop();
}

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + HEARD_TIMEOUT_MS;
  while (!(await isTrue())) {
    assert.ok(Date.now() < end, what);
    await pause(10);
  }
}

/** What every broadcast promises. `open` gives the broadcasts of two processes (or twice that of the only one). */
export function describeBroadcast(
  name: string,
  open: () => Promise<{ one: Broadcast; other: Broadcast; close(): Promise<void> }>,
): void {
  async function withBroadcasts(work: (one: Broadcast, other: Broadcast) => Promise<void>): Promise<void> {
    const { one, other, close } = await open();
    try {
      await publishUntilHeard(one, other);
      await publishUntilHeard(other, one);
      await work(one, other);
    } finally {
      await close();
    }
  }

  describe(`broadcast in ${name}`, () => {
    it('reaches every subscriber of the topic in every process, the own one included', () =>
      withBroadcasts(async (one, other) => {
        const heard: string[] = [];
        for (const topic of BROADCAST_TOPICS) {
          one.subscribe(topic, (payload) => heard.push(`one ${topic} ${payload}`));
          other.subscribe(topic, (payload) => heard.push(`other ${topic} ${payload}`));
        }
        await one.publish('models', 'first');
        await one.publish('models', 'größer {} 2');
        await one.publish('history', '');
        const said = () => heard.filter((line) => !line.includes('are you there'));
        await until('all is heard', () => said().length >= 6);
        await publishUntilHeard(one, other);
        assert.deepEqual(
          said().sort(),
          ['one', 'other']
            .flatMap((place) => [`${place} history `, `${place} models first`, `${place} models größer {} 2`])
            .sort(),
        );
      }));

    it('is silent to who ended the subscription, and a publisher is not called back while it publishes', () =>
      withBroadcasts(async (one, other) => {
        const heard: string[] = [];
        const stop = other.subscribe('access', (payload) => heard.push(payload));
        other.subscribe('access', (payload) => heard.push(`kept ${payload}`));
        stop();
        stop();
        const published = one.publish('access', 'revoked');
        assert.deepEqual(heard, []);
        await published;
        await until('it is heard', () => heard.length > 0);
        await publishUntilHeard(one, other);
        assert.deepEqual(heard, ['kept revoked']);
      }));

    it('publishing to a closed one does no harm', () =>
      withBroadcasts(async (one) => {
        await one.close();
        await one.publish('models', 'late');
        await one.close();
      }));
  });
}
