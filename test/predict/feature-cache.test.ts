import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Transaction } from '../../src/bank/transaction.ts';
import { createMonitor } from '../../src/monitoring/monitor.ts';
import { predictAmount } from '../../src/predict/amount.ts';
import { predictAnomaly } from '../../src/predict/anomaly.ts';
import { predictCategory } from '../../src/predict/category.ts';
import {
  CACHE_ENTRIES_MAX,
  CACHE_TTL_MS,
  createFeatureCache,
  featureKey,
} from '../../src/predict/feature-cache.ts';
import type { OneDependencies } from '../../src/predict/predict-one.ts';
import { createStoredPast } from '../../src/predict/stored-past.ts';
import { type WatchedHistory, watchHistory } from '../../src/predict/watched-history.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { PLAIN, transactions } from '../features/arbitrary.ts';
import { NOW } from '../harness.ts';
import { BOOK, trainedAmount, trainedCategory } from '../models/trained.ts';
import { trainedAnomaly } from '../models/trained-anomaly.ts';

interface Asked {
  readonly transaction: Transaction;
  readonly topK: number;
  readonly level: number;
  readonly sensitivity: number;
}

/** One way to ask each model, whatever it is bound to. */
type Ask = (dependencies: Omit<OneDependencies<never>, 'model'>, asked: Asked) => Promise<unknown>;

const asks = new Map<string, Ask>();
let watched: WatchedHistory;

before(async () => {
  const [category, amount, anomaly] = [
    await trainedCategory(),
    await trainedAmount(),
    await trainedAnomaly(),
  ];
  const served = <T>(artifact: T) => ({ model: () => ({ version: '1.0.0', artifact }) });
  asks.set('category', (rest, asked) => predictCategory({ ...rest, ...served(category) }, asked));
  asks.set('amount', (rest, asked) => predictAmount({ ...rest, ...served(amount) }, asked));
  asks.set('anomaly', (rest, asked) => predictAnomaly({ ...rest, ...served(anomaly) }, asked));
  watched = watchHistory(createSqlHistory(await openSqlite(':memory:'), ':memory:'), () => NOW);
  await watched.history.append(BOOK.map((row) => ({ ...row, accountId: 'acc-1' })));
});
after(() => watched.history.close());

function bind(timezone = 'UTC') {
  const monitor = createMonitor(() => NOW);
  const features = createFeatureCache(() => 0);
  const rest = { history: createStoredPast(watched.history, watched.revision), timezone, newId: () => 'id' };
  return {
    monitor,
    features,
    plain: rest,
    cached: { ...rest, cache: { features, revision: watched.revision }, monitor },
  };
}

const options = {
  topK: fc.integer({ min: 1, max: 5 }),
  level: fc.constantFrom(0.5, 0.8, 0.95),
  sensitivity: fc.constantFrom(0.001, 0.01, 0.3),
};
// Dates around the stored rows, so that accounts have a past; moments that fall together are asked for large.
const moments = fc.oneof(
  fc.integer({ min: BOOK[0].at, max: BOOK[BOOK.length - 1].at + 1e9 }),
  fc.constantFrom(BOOK[50].at + 1, BOOK[50].at + 30_000),
  fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9999, 11, 30) }),
);
const asked: fc.Arbitrary<Asked> = fc.record({
  transaction: fc.tuple(transactions, moments).map(([transaction, at]) => ({ ...transaction, at })),
  ...options,
});

describe('feature cache', () => {
  for (const name of ['category', 'amount', 'anomaly']) {
    it(`answers ${name} the same, bit by bit, without a cache, on a miss, on a hit and after others`, async () => {
      const ask = asks.get(name) as Ask;
      for (const timezone of ['UTC', 'Europe/Amsterdam']) {
        const { plain, cached } = bind(timezone);
        await fc.assert(
          fc.asyncProperty(fc.array(asked, { minLength: 2, maxLength: 4 }), async (list) => {
            const expected = [];
            for (const one of list) expected.push(await ask(plain, one));
            for (const round of [1, 2]) {
              for (const [i, one] of list.entries())
                assert.deepEqual(await ask(cached, one), expected[i], `round ${round}`);
            }
          }),
          { seed: 7, numRuns: 60 },
        );
      }
    });

    it(`keeps the features of ${name} whatever options are asked for next`, async () => {
      const ask = asks.get(name) as Ask;
      const { plain, cached, monitor } = bind();
      const transaction = { ...PLAIN, amountMinor: -900_000 };
      for (const [topK, level, sensitivity] of [
        [1, 0.5, 0.5],
        [5, 0.95, 0.001],
        [2, 0.8, 0.1],
      ]) {
        const one = { transaction, topK, level, sensitivity };
        assert.deepEqual(await ask(cached, one), await ask(plain, one));
      }
      const model = {
        category: 'category_prediction',
        amount: 'amount_prediction',
        anomaly: 'anomaly_detection',
      }[name];
      const counts = monitor.predictions.of(model as 'category_prediction');
      assert.deepEqual(counts.cache, { hits: 2, misses: 1 });
      const phases = Object.entries(counts.phases).map(([phase, { latency }]) => [
        phase,
        latency.read().count,
      ]);
      assert.deepEqual(phases, [
        ['history', 1],
        ['features', 3],
        ['model', 3],
      ]);
    });
  }

  it('shares features within a minute where no account is named, and only there', async () => {
    const ask = asks.get('category') as Ask;
    const { cached, monitor } = bind();
    const { cache } = monitor.predictions.of('category_prediction');
    const at = Date.UTC(2024, 1, 29, 13, 37);
    const one = (given: Partial<Transaction>) =>
      ask(cached, {
        transaction: { ...PLAIN, accountId: null, ...given },
        topK: 3,
        level: 0.8,
        sensitivity: 0.01,
      });
    await one({ at });
    await one({ at: at + 59_999, id: 'another' });
    assert.deepEqual(cache, { hits: 1, misses: 1 });
    await one({ at: at + 60_000 });
    await one({ at, timeKnown: false });
    await one({ at, accountId: 'acc-1' });
    await one({ at: at + 1, accountId: 'acc-1' });
    assert.deepEqual(cache, { hits: 1, misses: 5 });
  });

  it('lets no answer outlive a row that this process writes', async () => {
    const ask = asks.get('anomaly') as Ask;
    const { plain, cached } = bind();
    const at = BOOK[BOOK.length - 1].at + 86_400_000;
    const one = { transaction: { ...PLAIN, at, accountId: 'new' }, topK: 3, level: 0.8, sensitivity: 0.01 };
    const first = await ask(cached, one);
    for (let day = 40; day > 20; day--) {
      await watched.history.append([{ ...PLAIN, accountId: 'new', at: at - day * 86_400_000 }]);
      assert.deepEqual(await ask(cached, one), await ask(plain, one));
    }
    assert.notDeepEqual(await ask(cached, one), first);
  });

  it('tells apart whatever features may look at, and not what they cannot', () => {
    fc.assert(
      fc.property(transactions, transactions, (one, two) => {
        const isSame = JSON.stringify(one) === JSON.stringify(two);
        assert.equal(featureKey(one, 1) === featureKey(two, 1), isSame);
        assert.equal(featureKey({ ...one, id: 'x' }, 1), featureKey(one, 1));
        assert.equal(featureKey(one, 1) === featureKey(one, 2), one.accountId === null);
      }),
      { seed: 3 },
    );
    assert.equal(featureKey({ ...PLAIN, description: 'x'.repeat(3000) }, 1), null);
  });

  it('looks at every field of a transaction but its id', () => {
    const { id: _id, ...fields } = PLAIN;
    for (const field of Object.keys(fields)) {
      const changed = { ...PLAIN, [field]: 'something else' };
      assert.notEqual(featureKey(changed, 1), featureKey(PLAIN, 1), field);
    }
  });

  it('cannot reach the features of an artifact once another one serves', () => {
    const cache = createFeatureCache(() => 0);
    const [old, fresh] = [{}, {}];
    const kept = {};
    cache.entries('category_prediction', old).set('key', kept);
    cache.entries('amount_prediction', old).set('key', kept);
    assert.equal(cache.entries('category_prediction', old).get('key'), kept);
    assert.equal(cache.size(), 2);
    assert.equal(cache.entries('category_prediction', fresh).get('key'), undefined);
    assert.equal(cache.size(), 1, 'the other model keeps its own');
    assert.equal(cache.clear(), 1);
    assert.equal(cache.size(), 0);
    assert.equal(cache.clear(), 0);
  });

  it('is bounded in entries, in bytes and in time', () => {
    let now = 1000;
    const cache = createFeatureCache(() => now);
    const entries = cache.entries('category_prediction', {});
    for (let i = 0; i < CACHE_ENTRIES_MAX + 10; i++) entries.set(`key ${i}`, {});
    assert.equal(cache.size(), CACHE_ENTRIES_MAX);
    assert.equal(entries.get('key 0'), undefined);
    assert.notEqual(entries.get('key 10'), undefined);
    now += CACHE_TTL_MS + 1;
    assert.equal(entries.get('key 10'), undefined);
    cache.clear();
    const large = cache.entries('amount_prediction', {});
    for (let i = 0; i < 20; i++) large.set(`key ${i}`, { vector: new Float64Array(131_072) });
    assert.equal(cache.size(), 7, 'entries of 1 MiB in 8 MiB, with what else they take');
  });
});
