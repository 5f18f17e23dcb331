import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Transaction } from '../../src/bank/transaction.ts';
import { toPastRow } from '../../src/features/past.ts';
import { FEATURE_COUNT } from '../../src/features/vector.ts';
import { decodeSafetensors } from '../../src/kernels/safetensors/decode.ts';
import { encodeSafetensors } from '../../src/kernels/safetensors/encode.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { AMOUNT_STEPS } from '../../src/models/amount.ts';
import { ANOMALY_STEPS } from '../../src/models/anomaly.ts';
import { CATEGORY_STEPS } from '../../src/models/category.ts';
import type { Model, ModelName, PredictionSteps } from '../../src/models/model.ts';
import { MODELS } from '../../src/models/models.ts';
import { PROBE_PAST } from '../../src/models/probes.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import type { Trained } from '../../src/training/trainer.ts';
import { TRAINERS } from '../../src/training/trainers.ts';
import { transactions } from '../features/arbitrary.ts';
import { SIMPLE } from '../models/trained.ts';

/** The same made-up accounts for every model: enough for a lead to be no chance, few enough for seconds. */
const BOOK = synthesise({ seed: 11, accounts: 4, days: 240 }).transactions;

/** A transaction of which nothing is known but when it was. */
const EMPTIEST: Transaction = {
  id: null,
  accountId: null,
  at: BOOK[BOOK.length - 1].at + 86_400_000,
  timeKnown: false,
  amountMinor: null,
  currency: null,
  type: null,
  description: '',
  merchantName: '',
  category: '',
  paymentMethod: '',
  location: '',
  merchantCategoryCode: '',
  country: '',
  reference: '',
  tags: [],
  balanceAfterMinor: null,
};

type Steps = PredictionSteps<unknown, unknown, unknown, unknown, unknown>;
/** The models that read the 52 features of one transaction, and an option each understands. */
const STEPS: Readonly<Partial<Record<ModelName, Steps>>> = {
  category_prediction: CATEGORY_STEPS as unknown as Steps,
  amount_prediction: AMOUNT_STEPS as unknown as Steps,
  anomaly_detection: ANOMALY_STEPS as unknown as Steps,
};
const OPTION: Readonly<Partial<Record<ModelName, unknown>>> = {
  category_prediction: 5,
  amount_prediction: 0.8,
  anomaly_detection: null,
};
/** Names of what a model keeps of a transaction that forests and signs are read from. */
const ROWS = ['vector', 'signs', 'forestRow'];

it('every model that can be served can be trained, and the other way round', () => {
  assert.deepEqual(TRAINERS.map(({ model }) => model).sort(), MODELS.map(({ name }) => name).sort());
});

for (const { model: name, train, yardstick, isSeeded } of TRAINERS) {
  // What a suite over all models knows of an artifact is nothing.
  const model = MODELS.find((row) => row.name === name) as unknown as Model<unknown>;

  describe(`${name}, as every model`, () => {
    let trained: Trained;
    let artifact: unknown;
    before(async () => {
      trained = await train(BOOK, null, SIMPLE);
      const decoded = model.decode(trained.bytes);
      assert.ok(decoded.ok);
      artifact = decoded.artifact;
    });

    it('is the same to the byte with the same seed, whether one worker made it or two', async () => {
      const rows = structuredClone(BOOK) as Transaction[];
      const again = await train(rows, null, { ...SIMPLE, workers: 2 });
      assert.equal(sha256(again.bytes), sha256(trained.bytes));
      assert.deepEqual(rows, BOOK, 'the rows learnt from are not changed');
    });

    it(`is ${isSeeded ? 'another' : 'the same'} with another seed`, async () => {
      const { bytes } = await train(BOOK, null, { ...SIMPLE, seed: SIMPLE.seed + 1 });
      assert.equal(sha256(bytes) !== sha256(trained.bytes), isSeeded);
    });

    it(`spares ${100 * yardstick.margin} % of the error of ${yardstick.baseline} on made-up accounts`, () => {
      const [error, baseline] = yardstick.errors(trained.details);
      assert.ok(error < (1 - yardstick.margin) * baseline, `${error} against ${baseline}`);
    });

    it('comes back from its bytes answering bit for bit, and gives the same bytes again', () => {
      assert.equal(trained.format, model.format);
      assert.deepEqual(model.probe(artifact), trained.facts.probes);
      const bytes = model.encode(artifact);
      assert.equal(sha256(bytes), sha256(trained.bytes));
      const decoded = model.decode(bytes);
      assert.ok(decoded.ok);
      for (const row of BOOK.slice(0, 50))
        assert.deepEqual(model.ask(decoded.artifact, row, []), model.ask(artifact, row, []));
    });

    const steps = STEPS[name];
    if (steps !== undefined)
      it('answers a row of nothing but NaN in finite numbers', () => {
        const read = steps.read(artifact, EMPTIEST, [], 'UTC');
        const kept = steps.keep(artifact, read) as Readonly<Record<string, unknown>>;
        const rows = ROWS.flatMap((row) => kept[row] ?? []) as Float64Array[];
        // Of the category model the features come first, before what its other members read.
        if (kept.numbers instanceof Float64Array) rows.push(kept.numbers.subarray(0, FEATURE_COUNT));
        assert.ok(rows.length > 0);
        for (const row of rows) row.fill(Number.NaN);
        const answer = steps.answer(artifact, EMPTIEST, steps.restore(artifact, kept), OPTION[name]);
        const numbers = numbersIn(answer);
        assert.ok(numbers.length > 0 && numbers.every(Number.isFinite), `${numbers}`);
      });

    it('answers the emptiest transaction, and whatever else, in finite numbers, always the same, inputs untouched', () => {
      const past = structuredClone(PROBE_PAST);
      const check = (transaction: Transaction) => {
        const asked = structuredClone(transaction);
        const before = structuredClone(transaction);
        for (const history of [[], past]) {
          const answer = model.ask(artifact, asked, history);
          assert.ok(answer.every(Number.isFinite), `${answer}`);
          assert.deepEqual(model.ask(artifact, asked, history), answer);
        }
        assert.deepEqual(asked, before);
      };
      check(EMPTIEST);
      check({ ...EMPTIEST, amountMinor: 0 });
      fc.assert(fc.property(transactions, check), { numRuns: 60 });
      assert.deepEqual(past, PROBE_PAST);
    });

    it(`does not look at ${model.hidden.join(', ')}, nor at rows that come later`, () => {
      fc.assert(
        fc.property(transactions, transactions, (transaction, other) => {
          const hidden = Object.fromEntries(model.hidden.map((field) => [field, other[field]]));
          const past = [toPastRow({ ...other, at: transaction.at - 86_400_000 })];
          const answer = model.ask(artifact, transaction, past);
          assert.deepEqual(model.ask(artifact, { ...transaction, ...hidden }, past), answer);
          const later = [...past, toPastRow({ ...other, at: transaction.at + 1 })];
          assert.deepEqual(model.ask(artifact, transaction, later), answer);
        }),
        { numRuns: 60 },
      );
    });

    it('is refused with faults when a tensor is missing or of another kind, or the file is another model’s', () => {
      const file = decodeSafetensors(trained.bytes);
      assert.ok(file.ok);
      const isRefused = (tensors: typeof file.tensors, metadata: typeof file.metadata, how: string) => {
        const decoded = model.decode(encodeSafetensors(tensorsOf(tensors), metadata));
        assert.ok(!decoded.ok && decoded.faults.length > 0, how);
      };
      for (const name of Object.keys(file.tensors)) {
        const { [name]: dropped, ...rest } = file.tensors;
        isRefused(rest, file.metadata, `without ${name}`);
        const Kind = dropped.data instanceof Int8Array ? Float32Array : Int8Array;
        const other = { ...dropped, data: new Kind(dropped.data.length) };
        isRefused({ ...rest, [name]: other } as typeof file.tensors, file.metadata, `with another ${name}`);
      }
      isRefused(file.tensors, {}, 'without metadata');
      isRefused(file.tensors, { ...file.metadata, format: '999' }, 'of another format');
      isRefused(file.tensors, { ...file.metadata, model: 'weather' }, 'of another model');
    });

    it('is never a crash: cut, flipped and random bytes give faults or a model that answers', () => {
      const survives = (bytes: Uint8Array) => {
        const decoded = model.decode(bytes);
        if (decoded.ok) model.probe(decoded.artifact);
        else assert.ok(decoded.faults.length > 0);
      };
      const { bytes } = trained;
      const header = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      const place = fc.oneof(fc.nat(bytes.length - 1), fc.nat(header - 1));
      fc.assert(
        fc.property(place, fc.integer({ min: 1, max: 255 }), (at, mask) => {
          const damaged = bytes.slice();
          damaged[at] ^= mask;
          survives(damaged);
          assert.ok(!model.decode(bytes.slice(0, at)).ok, 'cut off');
        }),
        { numRuns: 60 },
      );
      fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives));
    });
  });
}

/** Every number of an answer, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

function tensorsOf(tensors: Readonly<Record<string, { readonly data: unknown }>>) {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data])) as Parameters<
    typeof encodeSafetensors
  >[0];
}
