import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  formatActivations,
  parseActivations,
  popActivation,
  pushActivation,
} from '../../src/registry/activation.ts';
import {
  formatManifest,
  formatVersion,
  type Manifest,
  parseManifest,
  parseVersion,
} from '../../src/registry/manifest.ts';

const MANIFEST: Manifest = {
  model: 'category_prediction',
  version: '1.2.0',
  format: 1,
  created_at: '2025-01-06T09:30:00.000Z',
  trained_until: '2025-01-05T00:00:00.000Z',
  sha256: 'ab'.repeat(32),
  bytes: 123,
  feature_fingerprint: 'f00d',
  node_version: 'v24.0.0',
  seed: -7,
  rows: 10,
  metrics: { accuracy: 0.1 + 0.2 },
  probes: [0.5, Number.NaN, -0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 5e-324],
};

function faultsOf(text: string): readonly string[] {
  const parsed = parseManifest(text);
  return parsed.ok ? [] : parsed.faults;
}

describe('manifest', () => {
  it('comes back from JSON bit by bit, NaN and -0 included', () => {
    const parsed = parseManifest(formatManifest(MANIFEST));
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.manifest, MANIFEST);
  });

  it('carries any number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double()),
        fc.dictionary(fc.string(), fc.double(), { noNullPrototype: true }),
        (probes, metrics) => {
          const parsed = parseManifest(formatManifest({ ...MANIFEST, probes, metrics }));
          assert.ok(parsed.ok);
          assert.deepEqual(parsed.manifest.probes, probes);
          assert.deepEqual({ ...parsed.manifest.metrics }, { ...metrics });
        },
      ),
    );
  });

  it('leaves out what a newer program may add', () => {
    const parsed = parseManifest(JSON.stringify({ ...JSON.parse(formatManifest(MANIFEST)), colour: 'red' }));
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.manifest, MANIFEST);
  });

  it('names every fault at once', () => {
    assert.equal(faultsOf('{}').length, 13);
    assert.deepEqual(faultsOf('{'), ['it is not JSON']);
    assert.deepEqual(faultsOf('[]'), ['it is not a JSON object']);
    assert.deepEqual(faultsOf('null'), ['it is not a JSON object']);
  });

  it('refuses each field when it is absent or wrong', () => {
    const right = JSON.parse(formatManifest(MANIFEST));
    const wrong: Record<keyof Manifest, unknown[]> = {
      model: ['other', 1],
      version: ['1.2', '01.2.0', '1.2.1', '../1.2.0', 1],
      format: [-1, 1.5, '1'],
      created_at: ['2025-01-06', '2025-13-06T00:00:00Z', 5],
      trained_until: ['yesterday', null],
      sha256: ['AB'.repeat(32), 'ab', null],
      bytes: [-1, 0.5, null],
      feature_fingerprint: ['', 5],
      node_version: ['', 'v'.repeat(300)],
      seed: [0.5, '1', 2 ** 60],
      rows: [-1, null],
      metrics: [[], null, { accuracy: 'high' }, { accuracy: null }],
      probes: [{}, ['zero'], [null]],
    };
    for (const [name, values] of Object.entries(wrong)) {
      const { [name]: _, ...without } = right;
      for (const value of [without, ...values.map((value) => ({ ...right, [name]: value }))]) {
        const faults = faultsOf(JSON.stringify(value));
        assert.equal(faults.length, 1, `${name} ${JSON.stringify(value[name])}`);
        assert.match(faults[0], new RegExp(`^${name} must be `));
      }
    }
  });

  it('refuses a version of another format than it says', () => {
    assert.deepEqual(faultsOf(formatManifest({ ...MANIFEST, format: 2 })), [
      'version 1.2.0 does not belong to format 2',
    ]);
  });

  it('has version ids that come back', () => {
    assert.equal(formatVersion(1, 0), '1.0.0');
    assert.deepEqual(parseVersion('12.345.0'), { format: 12, count: 345 });
    for (const text of ['', '1', '1.0.0 ', 'a.b.c', '1.1000000000.0', '..', '1.0.0/..']) {
      assert.equal(parseVersion(text), null);
    }
  });
});

describe('activations', () => {
  const at = '2025-01-06T09:30:00.000Z';

  it('go back the way they came', () => {
    let current = pushActivation(null, { version: '1.0.0', activated_at: at });
    for (const version of ['1.1.0', '1.1.0', '1.2.0']) {
      current = pushActivation(current, { version, activated_at: at });
    }
    const back = popActivation(current, at);
    assert.equal(back?.version, '1.1.0');
    const first = back && popActivation(back, at);
    assert.equal(first?.version, '1.0.0');
    assert.equal(first && popActivation(first, at), null);
  });

  it('keep a bounded past', () => {
    let current = pushActivation(null, { version: '1.0.0', activated_at: at });
    for (let count = 1; count < 300; count++) {
      current = pushActivation(current, { version: formatVersion(1, count), activated_at: at });
    }
    assert.equal(current.history.length, 100);
    assert.equal(current.history[99].version, '1.298.0');
    assert.deepEqual(parseActivations(formatActivations(current)), current);
  });

  it('are refused when damaged', () => {
    const good = { version: '1.0.0', activated_at: at, history: [] };
    for (const bad of [
      '',
      'null',
      '[]',
      '{}',
      JSON.stringify({ ...good, version: '../x' }),
      JSON.stringify({ ...good, activated_at: 5 }),
      JSON.stringify({ ...good, history: null }),
      JSON.stringify({ ...good, history: [null] }),
    ]) {
      assert.equal(parseActivations(bad), null, bad);
    }
  });
});
