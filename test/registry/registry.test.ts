import assert from 'node:assert/strict';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AppError, ErrorCode } from '../../src/errors.ts';
import type { Model, ModelName } from '../../src/models/model.ts';
import { createRegistry, type Registry } from '../../src/registry/registry.ts';
import type { Repository } from '../../src/registry/repository.ts';
import { newDataDir, openToyRepository, TOY, type ToyArtifact, toyVersion } from './models.ts';

const NAME = 'category_prediction';

function isRefusal(code: ErrorCode, pattern: RegExp): (error: AppError) => boolean {
  return (error) => {
    assert.equal(error.row?.code, code, String(error.stack));
    assert.match(error.detail, pattern);
    return true;
  };
}

interface Setup {
  readonly dataDir: string;
  readonly repository: Repository;
  readonly registry: Registry<{ category_prediction: Model<ToyArtifact> }>;
  /** Saves and activates a version with these weights. */
  readonly publish: (weights: readonly number[]) => Promise<string>;
}

function setUp(model: Model<ToyArtifact> = TOY): Setup {
  const dataDir = newDataDir();
  const repository = openToyRepository(dataDir);
  return {
    dataDir,
    repository,
    registry: createRegistry(repository, { category_prediction: model }),
    publish: async (weights) => {
      const { version } = await repository.save(toyVersion(weights));
      await repository.activate(NAME, version);
      return version;
    },
  };
}

function modelFile(dataDir: string, version: string): string {
  return join(dataDir, 'models', NAME, version, 'model.safetensors');
}

describe('registry', () => {
  it('has nothing before it is loaded, and says so', async () => {
    const { registry } = setUp();
    assert.equal(registry.get(NAME), null);
    assert.equal(registry.status()[NAME].status, 'missing');
    await registry.load();
    assert.deepEqual(registry.status(), {
      [NAME]: { status: 'missing', version: null, reason: `No version of ${NAME} is active.` },
    });
    assert.equal(registry.isReady(), false);
    await assert.rejects(registry.reload(NAME), isRefusal('model_not_loaded', /No version/));
  });

  it('serves the active version with its manifest', async () => {
    const { registry, repository, publish } = setUp();
    await publish([1, 2, Number.NaN, -0]);
    await repository.save(toyVersion([9]));
    await registry.load();
    const loaded = registry.get(NAME);
    assert.equal(loaded?.name, NAME);
    assert.equal(loaded?.version, '1.0.0');
    assert.equal(loaded?.manifest.rows, 10);
    assert.deepEqual(loaded?.artifact.weights.slice(0, 2), [1, 2]);
    assert.deepEqual(registry.status(), { [NAME]: { status: 'ready', version: '1.0.0', reason: null } });
    assert.equal(registry.isReady(), true);
  });

  it('lets a request in flight keep its model when a new one is activated', async () => {
    const { registry, publish } = setUp();
    await publish([1]);
    await registry.load();
    const inFlight = registry.get(NAME);
    const before = structuredClone(inFlight);
    await publish([2]);
    assert.equal(registry.get(NAME), inFlight, 'activation alone changes nothing in memory');
    const reloaded = await registry.reload(NAME);
    assert.equal(registry.get(NAME), reloaded);
    assert.deepEqual(reloaded.artifact.weights, [2]);
    assert.deepEqual(inFlight, before);
  });

  it('always serves one whole version while it is reloaded under load', async () => {
    const { registry, publish } = setUp();
    await publish([0, 0]);
    await registry.load();
    let isOver = false;
    const reader = (async () => {
      while (!isOver) {
        const loaded = registry.get(NAME);
        assert.ok(loaded !== null);
        const [one, two] = loaded.artifact.weights;
        assert.equal(one, two);
        assert.deepEqual(loaded.manifest.probes, TOY.probe(loaded.artifact));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 1; round <= 10; round++) {
      await publish([round, round]);
      await Promise.all([registry.reload(NAME), registry.reload(NAME)]);
      assert.deepEqual(registry.get(NAME)?.artifact.weights, [round, round]);
    }
    isOver = true;
    await reader;
  });

  it('shows the newest activation after overlapping reloads', async () => {
    const { registry, publish } = setUp();
    const reloads = [];
    for (let round = 0; round < 5; round++) {
      await publish([round]);
      reloads.push(registry.reload(NAME));
    }
    await Promise.all(reloads);
    assert.deepEqual(registry.get(NAME)?.artifact.weights, [4]);
  });

  it('replays the probes many times before it lets a version serve', async () => {
    let probes = 0;
    let servedWhileWarming = 0;
    const counting: Model<ToyArtifact> = {
      ...TOY,
      probe: (artifact) => {
        probes++;
        if (registry.get(NAME) !== null) servedWhileWarming++;
        return TOY.probe(artifact);
      },
    };
    const { registry, publish } = setUp(counting);
    await publish([1]);
    await registry.load();
    assert.ok(probes >= 24);
    assert.equal(servedWhileWarming, 0);
  });

  const DAMAGES: readonly { name: string; damage: (setup: Setup) => void; fault: RegExp }[] = [
    {
      name: 'truncated',
      damage: ({ dataDir }) => truncateSync(modelFile(dataDir, '1.1.0'), 4),
      fault: /4 bytes instead/,
    },
    {
      name: 'overwritten at equal length',
      damage: ({ dataDir }) => writeFileSync(modelFile(dataDir, '1.1.0'), TOY.encode({ weights: [7] })),
      fault: /SHA-256/,
    },
    {
      name: 'deleted',
      damage: ({ dataDir }) =>
        rmSync(join(dataDir, 'models', NAME, '1.1.0'), { recursive: true, force: true }),
      fault: /There is no version 1\.1\.0/,
    },
    {
      name: 'unpointed',
      damage: ({ dataDir }) => writeFileSync(join(dataDir, 'models', NAME, 'active.json'), '?'),
      fault: /active\.json is damaged/,
    },
  ];
  for (const { name, damage, fault } of DAMAGES) {
    it(`keeps the old version serving, and says why, when the new one is ${name}`, async () => {
      const setup = setUp();
      const { registry, publish } = setup;
      await publish([1]);
      await registry.load();
      const old = registry.get(NAME);
      await publish([2]);
      damage(setup);
      await assert.rejects(registry.reload(NAME), isRefusal('artifact_invalid', fault));
      assert.equal(registry.get(NAME), old);
      const status = registry.status()[NAME];
      assert.deepEqual([status.status, status.version], ['ready', '1.0.0']);
      assert.match(status.reason ?? '', fault);
      await publish([3]);
      await registry.reload(NAME);
      assert.deepEqual(registry.get(NAME)?.artifact.weights, [3]);
      assert.equal(registry.status()[NAME].reason, null);
    });

    it(`starts without the model, and says why, when it is ${name}`, async () => {
      const setup = setUp();
      await setup.publish([1]);
      await setup.publish([2]);
      damage(setup);
      await setup.registry.load();
      assert.equal(setup.registry.get(NAME), null);
      const status = setup.registry.status()[NAME];
      assert.deepEqual([status.status, status.version], ['broken', null]);
      assert.match(status.reason ?? '', fault);
      assert.equal(setup.registry.isReady(), false);
    });
  }

  it('refuses a version whose answers are not those of its training', async () => {
    const { facts } = toyVersion([1, 2]);
    for (const [probes, fault] of [
      [[1 / 3, 0.6666666666666667], /probe 1 answers 0\.6666666666666666 instead of 0\.6666666666666667/],
      [[1 / 3], /answers 2 probes, and 1 were recorded/],
      [[1 / 3, Number.NaN], /instead of NaN/],
    ] as const) {
      const { registry, repository } = setUp();
      await repository.save(toyVersion([1, 2], { facts: { ...facts, probes } }));
      await repository.activate(NAME, '1.0.0');
      await assert.rejects(registry.reload(NAME), isRefusal('artifact_invalid', fault));
      assert.equal(registry.get(NAME), null);
    }
  });

  it('names the Node.js that made a version which answers otherwise here', async () => {
    const { repository, publish } = setUp();
    await publish([1]);
    const elsewhere = {
      active: repository.active,
      readArtifact: async (name: ModelName, version: string) => {
        const stored = await repository.readArtifact(name, version);
        return { ...stored, manifest: { ...stored.manifest, node_version: 'v99.0.0', probes: [5] } };
      },
    };
    const registry = createRegistry(elsewhere, { [NAME]: TOY });
    await assert.rejects(
      registry.reload(NAME),
      isRefusal('artifact_invalid', /made by Node\.js v99\.0\.0, this is v/),
    );
  });

  it('refuses bytes that the model cannot read, even when its code throws on them', async () => {
    for (const [model, fault] of [
      [{ ...TOY, decode: () => ({ ok: false, faults: ['no trees', 'no classes'] }) }, /no trees; no classes/],
      [
        {
          ...TOY,
          decode: () => {
            throw new RangeError('out of bounds');
          },
        },
        /reading it failed/,
      ],
    ] as const) {
      const { registry, publish } = setUp(model as Model<ToyArtifact>);
      await publish([1]);
      await assert.rejects(registry.reload(NAME), isRefusal('artifact_invalid', fault));
    }
  });

  it('serves the sound models beside a broken one, and is not ready', async () => {
    const { dataDir, publish } = setUp();
    const repository = openToyRepository(dataDir, {
      formats: { category_prediction: 1, amount_prediction: 1 },
    });
    const amount: Model<ToyArtifact> = { ...TOY, name: 'amount_prediction' };
    await publish([1]);
    await repository.save(toyVersion([2], { model: 'amount_prediction' }));
    await repository.activate('amount_prediction', '1.0.0');
    truncateSync(join(dataDir, 'models', 'amount_prediction', '1.0.0', 'model.safetensors'), 0);
    const registry = createRegistry(repository, { category_prediction: TOY, amount_prediction: amount });
    await registry.load();
    assert.equal(registry.get('category_prediction')?.version, '1.0.0');
    assert.equal(registry.get('amount_prediction'), null);
    assert.equal(registry.status().amount_prediction.status, 'broken');
    assert.equal(registry.isReady(), false);
  });

  it('lets a fault of the program through as what it is', async () => {
    const broken = {
      active: async () => {
        throw new TypeError('a bug');
      },
      readArtifact: async () => assert.fail(),
    };
    const registry = createRegistry(broken, { [NAME]: TOY });
    await assert.rejects(registry.load(), TypeError);
  });

  it('refuses a table that files a model under another name', () => {
    const { repository } = setUp();
    assert.throws(() => createRegistry(repository, { amount_prediction: TOY }), /assertion failed/);
  });
});
