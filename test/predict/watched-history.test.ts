import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { watchHistory } from '../../src/predict/watched-history.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { PLAIN } from '../features/arbitrary.ts';

/** Two processes' views of one history, and how often the first one's revision was read. */
async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'titans-watched-'));
  const path = join(folder, 'titans.db');
  const [mine, other] = [
    createSqlHistory(await openSqlite(path), path),
    createSqlHistory(await openSqlite(path), path),
  ];
  t.after(async () => {
    await mine.close();
    await other.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let now = 1_000_000;
  let reads = 0;
  const counting: HistoryStore = {
    ...mine,
    revision() {
      reads++;
      return mine.revision();
    },
  };
  return {
    watched: watchHistory(counting, () => now),
    other,
    reads: () => reads,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const row = (amountMinor: number) => ({ ...PLAIN, amountMinor });

describe('watched history', () => {
  it('reads the revision at most once a second, however often it is asked', async (t) => {
    const { watched, reads, pass } = await setUp(t);
    await Promise.all(Array.from({ length: 50 }, () => watched.revision()));
    for (let i = 0; i < 50; i++) await watched.revision();
    assert.equal(reads(), 1);
    pass(999);
    await watched.revision();
    assert.equal(reads(), 1);
    pass(1);
    await watched.revision();
    assert.equal(reads(), 2);
    pass(-500_000);
    await watched.revision();
    assert.equal(reads(), 3, 'a clock that was set back is not trusted');
  });

  it('sees its own writes at once, and those of another process within a second', async (t) => {
    const { watched, other, pass } = await setUp(t);
    const first = await watched.revision();
    await watched.history.append([row(1)]);
    const second = await watched.revision();
    assert.ok(second > first);
    await other.append([row(2)]);
    pass(1000);
    const third = await watched.revision();
    assert.ok(third > second);
    await other.append([row(3)]);
    watched.changed();
    assert.ok((await watched.revision()) > third, 'told of a change, it reads at once');
  });

  it('never keeps a number that was read before a write had ended', async (t) => {
    const { watched } = await setUp(t);
    const before = watched.revision();
    const append = watched.history.append([row(1)]);
    const [old] = await Promise.all([before, append]);
    assert.ok((await watched.revision()) > old);
  });

  it('passes a failure on and tries anew the next time', async () => {
    let isDown = true;
    const store = {
      revision: async () => {
        if (isDown) throw new Error('down');
        return 7;
      },
    } as unknown as HistoryStore;
    const watched = watchHistory(store, () => 0);
    await assert.rejects(async () => watched.revision(), /down/);
    isDown = false;
    assert.equal(await watched.revision(), 7);
  });
});
