import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { assert } from '../lib/assert.ts';
import type { Model, ModelName } from '../models/model.ts';
import type { Manifest } from './manifest.ts';
import type { Repository } from './repository.ts';

/** Enough repetitions for the compiler to have seen the hot path before the first request does. */
const WARMUP_ROUNDS = 30;

/** The models that a program knows, by their registry name. */
export type ModelTable = { readonly [Name in ModelName]?: Model<unknown> };

/** The artifact type of one entry of a table. */
export type ArtifactOf<Table extends ModelTable, Name extends keyof Table> =
  NonNullable<Table[Name]> extends Model<infer Artifact> ? Artifact : never;

/** A version that serves. It never changes: whoever has got it keeps it whole, whatever is activated meanwhile. */
export interface LoadedModel<Artifact> {
  readonly name: ModelName;
  readonly version: string;
  readonly artifact: Artifact;
  readonly manifest: Manifest;
}

/** How one model is doing; `reason` says why it, or the version activated last, does not serve. */
export interface ModelStatus {
  readonly status: 'ready' | 'missing' | 'broken';
  readonly version: string | null;
  readonly reason: string | null;
}

/** The models in memory. */
export interface Registry<Table extends ModelTable> {
  /** Loads whatever is active. Never rejects for a bad artifact: `status` tells. */
  load(): Promise<void>;
  /** The version that serves now, or null; get it once a request. */
  get<Name extends keyof Table & ModelName>(name: Name): LoadedModel<ArtifactOf<Table, Name>> | null;
  status(): Readonly<Record<keyof Table & ModelName, ModelStatus>>;
  /** Whether at least one model serves and none that is active fails to. */
  isReady(): boolean;
  /**
   * Loads the active version of one model beside the one that serves, verifies it, warms it up and only then lets it
   * serve. Rejects with `model_not_loaded` when none is active and with `artifact_invalid` when it is bad; the old
   * version then goes on serving. Calls for one model take turns, so the last one sees the newest activation.
   */
  reload<Name extends keyof Table & ModelName>(name: Name): Promise<LoadedModel<ArtifactOf<Table, Name>>>;
}

function sameNumbers(one: readonly number[], two: readonly number[]): boolean {
  return one.length === two.length && one.every((value, index) => Object.is(value, two[index]));
}

/** What a model's answers reveal about its bytes, or null when they are those of its training. */
function probeFault(manifest: Manifest, answers: readonly number[]): string | null {
  if (sameNumbers(manifest.probes, answers)) return null;
  const { node_version } = manifest;
  const hint =
    node_version === process.version
      ? ''
      : `; it was made by Node.js ${node_version}, this is ${process.version}`;
  if (manifest.probes.length !== answers.length) {
    return `it answers ${answers.length} probes, and ${manifest.probes.length} were recorded${hint}`;
  }
  const index = answers.findIndex((answer, at) => !Object.is(answer, manifest.probes[at]));
  return `probe ${index} answers ${answers[index]} instead of ${manifest.probes[index]}${hint}`;
}

/** Decodes and replays the probes. Code that throws on bad bytes must not end a server either. */
async function revive(
  model: Model<unknown>,
  bytes: Uint8Array,
  manifest: Manifest,
): Promise<{ ok: true; artifact: unknown } | { ok: false; fault: string; cause?: unknown }> {
  try {
    const decoded = model.decode(bytes);
    if (!decoded.ok) return { ok: false, fault: decoded.faults.join('; ') };
    const { artifact } = decoded;
    for (let round = 0; round < WARMUP_ROUNDS; round++) {
      const fault = probeFault(manifest, model.probe(artifact));
      if (fault !== null) return { ok: false, fault };
      await nextTurn();
    }
    return { ok: true, artifact };
  } catch (cause) {
    return { ok: false, fault: 'reading it failed', cause };
  }
}

/** The registry of the models in `table`, none of them loaded yet. */
export function createRegistry<const Table extends ModelTable>(
  repository: Pick<Repository, 'active' | 'readArtifact'>,
  table: Table,
): Registry<Table> {
  const names = Object.keys(table) as (keyof Table & ModelName)[];
  const serving = new Map<ModelName, LoadedModel<unknown>>();
  const statuses = new Map<ModelName, ModelStatus>();
  const turns = new Map<ModelName, Promise<unknown>>();
  for (const name of names) {
    assert(table[name]?.name === name, `the model under ${name} has that name`);
    statuses.set(name, { status: 'missing', version: null, reason: 'It has not been loaded yet.' });
  }

  async function readActive(name: ModelName): Promise<LoadedModel<unknown>> {
    const version = await repository.active(name);
    if (version === null) throw new AppError('model_not_loaded', `No version of ${name} is active.`);
    const { manifest, bytes } = await repository.readArtifact(name, version);
    const revived = await revive(table[name] as Model<unknown>, bytes, manifest);
    if (!revived.ok) {
      const detail = `${name} ${version} cannot be used: ${revived.fault}.`;
      throw new AppError('artifact_invalid', detail, { cause: revived.cause });
    }
    return { name, version, artifact: revived.artifact, manifest };
  }

  function recordFailure(name: ModelName, error: AppError): void {
    const version = serving.get(name)?.version ?? null;
    const isMissing = error.row.code === 'model_not_loaded';
    const status = version !== null ? 'ready' : isMissing ? 'missing' : 'broken';
    statuses.set(name, { status, version, reason: error.detail });
  }

  async function loadActive(name: ModelName): Promise<LoadedModel<unknown>> {
    try {
      const loaded = await readActive(name);
      serving.set(name, loaded);
      statuses.set(name, { status: 'ready', version: loaded.version, reason: null });
      return loaded;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // A pointer to a version that is gone is a bad artifact, not a wrong question.
      const refusal =
        error.row.code === 'version_not_found'
          ? new AppError('artifact_invalid', `${error.detail} It is the active one.`, { cause: error })
          : error;
      recordFailure(name, refusal);
      throw refusal;
    }
  }

  function reload(name: ModelName): Promise<LoadedModel<unknown>> {
    const turn = (turns.get(name) ?? Promise.resolve()).then(() => loadActive(name));
    turns.set(
      name,
      turn.catch(() => {}),
    );
    return turn;
  }

  async function load(): Promise<void> {
    await Promise.all(
      names.map((name) =>
        reload(name).catch((error) => {
          if (!(error instanceof AppError)) throw error;
        }),
      ),
    );
  }

  return {
    load,
    get: (name) => (serving.get(name) ?? null) as LoadedModel<ArtifactOf<Table, typeof name>> | null,
    status: () => Object.fromEntries(statuses) as Record<keyof Table & ModelName, ModelStatus>,
    isReady: () => {
      const rows = [...statuses.values()];
      return rows.some((row) => row.status === 'ready') && rows.every((row) => row.status !== 'broken');
    },
    reload: (name) => reload(name) as Promise<LoadedModel<ArtifactOf<Table, typeof name>>>,
  };
}
