import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Model } from '../../src/models/model.ts';
import {
  type NewVersion,
  openRepository,
  type Repository,
  type RepositoryOptions,
} from '../../src/registry/repository.ts';

/** The smallest model there can be: a list of weights, which it answers its probes with. */
export interface ToyArtifact {
  readonly weights: readonly number[];
}

export const TOY: Model<ToyArtifact> = {
  name: 'category_prediction',
  format: 1,
  encode: ({ weights }) => new Uint8Array(Float64Array.from(weights).buffer),
  decode: (bytes) =>
    bytes.length % 8 === 0
      ? { ok: true, artifact: { weights: Array.from(new Float64Array(bytes.slice().buffer)) } }
      : { ok: false, faults: ['the weights are not whole'] },
  probe: ({ weights }) => weights.map((weight) => weight / 3),
  ask: ({ weights }) => weights,
  hidden: [],
};

export const NOW = Date.UTC(2025, 0, 6, 9, 30);

/** A new version of {@link TOY}, with what the test cares about replaced. */
export function toyVersion(weights: readonly number[], fields: Partial<NewVersion> = {}): NewVersion {
  return {
    model: TOY.name,
    format: TOY.format,
    bytes: TOY.encode({ weights }),
    facts: {
      trained_until: '2025-01-05T00:00:00.000Z',
      seed: 1,
      rows: 10,
      metrics: { accuracy: 0.75 },
      probes: TOY.probe({ weights }),
    },
    summary: { note: 'made by a test' },
    ...fields,
  };
}

const dataDirs: string[] = [];
process.once('exit', () => {
  for (const path of dataDirs) rmSync(path, { recursive: true, force: true });
});

/** A new data directory; its end is that of the test file. */
export function newDataDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'titans-registry-'));
  dataDirs.push(path);
  return path;
}

/** The repository of a data directory as a program with {@link TOY} opens it. */
export function openToyRepository(dataDir: string, options: Partial<RepositoryOptions> = {}): Repository {
  return openRepository(dataDir, {
    formats: { category_prediction: TOY.format },
    featureFingerprint: 'fingerprint',
    clock: () => NOW,
    ...options,
  });
}
