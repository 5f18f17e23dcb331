import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { sha256 } from '../lib/hash.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import {
  type Activations,
  formatActivations,
  parseActivations,
  popActivation,
  pushActivation,
} from './activation.ts';
import { renameSynced, syncDirectory, type WriteFile, writeSynced } from './durable-files.ts';
import { describeFailure, refuseChange } from './failure.ts';
import { withLock } from './lock.ts';
import { formatManifest, formatVersion, type Manifest, parseManifest, parseVersion } from './manifest.ts';
import { readText, readVerified } from './read-file.ts';

const MODEL_FILE = 'model.safetensors';
const MANIFEST_FILE = 'manifest.json';
const SUMMARY_FILE = 'training_summary.json';
/** What a training came to, for people; beside the model where the training made one. */
export const REPORT_FILE = 'report.html';
const ACTIVE_FILE = 'active.json';
const LOCK_FILE = '.lock';
const TEMPORARY_PREFIX = '.tmp-';
/** A write takes seconds; what is older was left by a process that died. */
const TEMPORARY_AGE_MAX_MS = 3_600_000;
const EXTRA_NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/;

/** What the running program can read; anything else on disk is of another format. */
export interface RepositoryOptions {
  readonly formats: Readonly<Partial<Record<ModelName, number>>>;
  readonly featureFingerprint: string;
  readonly clock?: Clock;
  /** Writes one new file durably; a test hands in one that fails. */
  readonly write?: WriteFile;
}

/** A trained model to be stored. */
export interface NewVersion {
  readonly model: ModelName;
  readonly format: number;
  /** model.safetensors, complete. */
  readonly bytes: Uint8Array;
  readonly facts: Pick<Manifest, 'trained_until' | 'seed' | 'rows' | 'metrics' | 'probes'>;
  /** Any JSON value; training_summary.json. */
  readonly summary: unknown;
  /**
   * Further files by name, kept beside the model for people; never read when serving. Asked with the id the version gets,
   * and again when another trainer was first to take that id.
   */
  readonly extraFiles?: (version: string) => Readonly<Record<string, Uint8Array | string>>;
}

/** One line of `titans models list`. Unknown facts of a broken version are null or empty. */
export interface VersionRow {
  readonly model: ModelName;
  readonly version: string;
  readonly active: boolean;
  readonly created_at: string | null;
  readonly rows: number | null;
  readonly metrics: Readonly<Record<string, number>>;
  /** `broken`: a file is missing or not as it was stored. `incompatible`: sound, but of another format than this program reads. */
  readonly status: 'ready' | 'incompatible' | 'broken';
  readonly reason: string | null;
}

/** A version's manifest and its bytes, verified against each other. */
export interface StoredArtifact {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
}

/**
 * The model versions under a data directory. Versions never change once stored; any number of processes may save and
 * activate at once. Reading rejects with AppError `version_not_found` or `artifact_invalid`, changing also with
 * `store_unavailable`, after which everything is as it was.
 */
export interface Repository {
  /** Every version of one model, or of all, oldest first. Reads every file to its end. */
  list(model?: ModelName): Promise<VersionRow[]>;
  /** Stores a new version under the next free id and returns its manifest; it is not active yet. */
  save(version: NewVersion): Promise<Manifest>;
  /** Verifies a version and makes it the one to serve. */
  activate(model: ModelName, version: string): Promise<void>;
  /** Id of the version to serve, or null when none was ever activated. */
  active(model: ModelName): Promise<string | null>;
  /** Id of the version stored last, or null when there is none. */
  newest(model: ModelName): Promise<string | null>;
  /** Goes back to the version that was active before the current one, and returns its id. */
  rollback(model: ModelName): Promise<string>;
  readManifest(model: ModelName, version: string): Promise<Manifest>;
  readSummary(model: ModelName, version: string): Promise<unknown>;
  /** A version that this program can serve: length, SHA-256, format and feature fingerprint are right. */
  readArtifact(model: ModelName, version: string): Promise<StoredArtifact>;
  /** Where a file of a version is or would be; not looked at. */
  path(model: ModelName, version: string, file: string): string;
}

function refuseArtifact(model: ModelName, version: string, reason: string): AppError {
  return new AppError('artifact_invalid', `${model} ${version} cannot be used: ${reason}.`);
}

function compareVersions(one: string, two: string): number {
  const [a, b] = [parseVersion(one), parseVersion(two)];
  if (a === null || b === null) return 0;
  return a.format - b.format || a.count - b.count;
}

/** Opens the model versions of `dataDir`; nothing is read or made before it is asked for. */
export function openRepository(dataDir: string, options: RepositoryOptions): Repository {
  const { formats, featureFingerprint, clock = Date.now, write = writeSynced } = options;
  const root = join(dataDir, 'models');

  function now(): string {
    return new Date(clock()).toISOString();
  }

  function modelPath(model: ModelName): string {
    return join(root, model);
  }

  async function entries(path: string): Promise<string[]> {
    try {
      return await readdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw refuseChange(error, 'The folder of the models');
    }
  }

  async function versionsOf(model: ModelName): Promise<string[]> {
    const names = await entries(modelPath(model));
    return names.filter((name) => parseVersion(name) !== null).sort(compareVersions);
  }

  /** The path of a version that is there. The id is checked first: it may come from a request. */
  async function findVersion(model: ModelName, version: string): Promise<string> {
    const path = join(modelPath(model), version);
    const isKnown =
      parseVersion(version) !== null &&
      (await stat(path).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
      ));
    if (!isKnown) throw new AppError('version_not_found', `There is no version ${version} of ${model}.`);
    return path;
  }

  /** Turns every way in which reading one file of a version may fail into one refusal. */
  async function readPart<T>(
    model: ModelName,
    version: string,
    file: string,
    read: (path: string) => Promise<{ ok: true; value: T } | { ok: false; fault: string }>,
  ): Promise<T> {
    const folder = await findVersion(model, version);
    let fault: string;
    try {
      const result = await read(join(folder, file));
      if (result.ok) return result.value;
      fault = result.fault;
    } catch (error) {
      fault = describeFailure(error);
    }
    throw refuseArtifact(model, version, `${file} ${fault}`);
  }

  async function readManifest(model: ModelName, version: string): Promise<Manifest> {
    const text = await readPart(model, version, MANIFEST_FILE, readText);
    const parsed = parseManifest(text);
    if (!parsed.ok) {
      throw refuseArtifact(model, version, `${MANIFEST_FILE} is not right: ${parsed.faults.join('; ')}`);
    }
    const { manifest } = parsed;
    if (manifest.model !== model || manifest.version !== version) {
      const found = `${manifest.model} ${manifest.version}`;
      throw refuseArtifact(model, version, `its ${MANIFEST_FILE} is that of ${found}`);
    }
    return manifest;
  }

  async function readSummary(model: ModelName, version: string): Promise<unknown> {
    const text = await readPart(model, version, SUMMARY_FILE, readText);
    try {
      return JSON.parse(text);
    } catch {
      throw refuseArtifact(model, version, `${SUMMARY_FILE} is not JSON`);
    }
  }

  /** Why this program cannot serve a sound version, or null when it can. */
  function incompatibility(manifest: Manifest): string | null {
    const format = formats[manifest.model];
    if (format !== manifest.format) {
      return `it is of another format: ${manifest.format}, and this program reads ${format ?? 'no such model'}`;
    }
    if (manifest.feature_fingerprint !== featureFingerprint) {
      const { feature_fingerprint: found } = manifest;
      return `it is of another format: its features are ${found}, and this program computes ${featureFingerprint}`;
    }
    return null;
  }

  async function readArtifact(model: ModelName, version: string): Promise<StoredArtifact> {
    const manifest = await readManifest(model, version);
    const reason = incompatibility(manifest);
    if (reason !== null) throw refuseArtifact(model, version, reason);
    return { manifest, bytes: await readBytes(manifest) };
  }

  async function readBytes({ model, version, bytes, sha256 }: Manifest): Promise<Uint8Array> {
    return readPart(model, version, MODEL_FILE, (path) => readVerified(path, bytes, sha256));
  }

  async function describe(model: ModelName, version: string, active: boolean): Promise<VersionRow> {
    let known: Omit<VersionRow, 'status' | 'reason'> = {
      model,
      version,
      active,
      created_at: null,
      rows: null,
      metrics: {},
    };
    try {
      const manifest = await readManifest(model, version);
      const { created_at, rows, metrics } = manifest;
      known = { model, version, active, created_at, rows, metrics };
      await readBytes(manifest);
      const reason = incompatibility(manifest);
      return { ...known, status: reason === null ? 'ready' : 'incompatible', reason };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { ...known, status: 'broken', reason: error.detail };
    }
  }

  async function list(model?: ModelName): Promise<VersionRow[]> {
    const rows: VersionRow[] = [];
    for (const name of model === undefined ? MODEL_NAMES : [model]) {
      // A damaged pointer must not hide the versions among which a new one is to be chosen.
      const active = await readActivations(name).catch(() => null);
      for (const version of await versionsOf(name)) {
        rows.push(await describe(name, version, version === active?.version));
      }
    }
    return rows;
  }

  async function readActivations(model: ModelName): Promise<Activations | null> {
    let fault: string;
    try {
      const text = await readText(join(modelPath(model), ACTIVE_FILE));
      const activations = text.ok ? parseActivations(text.value) : null;
      if (activations !== null) return activations;
      fault = text.ok ? 'is damaged' : text.fault;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      fault = describeFailure(error);
    }
    throw new AppError('artifact_invalid', `${model}: ${ACTIVE_FILE} ${fault}; activate a version anew.`);
  }

  async function removeStale(model: ModelName): Promise<void> {
    for (const name of await entries(modelPath(model))) {
      if (!name.startsWith(TEMPORARY_PREFIX)) continue;
      const path = join(modelPath(model), name);
      const found = await stat(path).catch(() => null);
      if (found !== null && clock() - found.mtimeMs > TEMPORARY_AGE_MAX_MS) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }

  async function nextVersion(model: ModelName, format: number): Promise<string> {
    const activations = await readActivations(model).catch(() => null);
    // A version that was active once and then deleted by hand keeps its id: an id never names two models.
    const once = activations === null ? [] : [activations, ...activations.history].map((row) => row.version);
    const counts = [...(await versionsOf(model)), ...once]
      .map(parseVersion)
      .map((parsed) => (parsed?.format === format ? parsed.count : -1));
    return formatVersion(format, Math.max(-1, ...counts) + 1);
  }

  async function save(version: NewVersion): Promise<Manifest> {
    const { model, format, bytes, facts, summary, extraFiles } = version;
    const draft: Omit<Manifest, 'version'> = {
      model,
      format,
      created_at: now(),
      ...facts,
      sha256: sha256(bytes),
      bytes: bytes.length,
      feature_fingerprint: featureFingerprint,
      node_version: process.version,
    };
    const check = parseManifest(formatManifest({ ...draft, version: formatVersion(format, 0) }));
    assert(check.ok, `a manifest to store is right: ${check.ok || check.faults.join('; ')}`);

    const folder = modelPath(model);
    const temporary = join(folder, `${TEMPORARY_PREFIX}${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await syncDirectory(root);
      await removeStale(model);
      await mkdir(temporary, { mode: 0o700 });
      await write(join(temporary, MODEL_FILE), bytes);
      await write(join(temporary, SUMMARY_FILE), `${JSON.stringify(summary, null, 2)}\n`);
      for (;;) {
        const manifest: Manifest = { ...draft, version: await nextVersion(model, format) };
        const named = Object.entries(extraFiles?.(manifest.version) ?? {});
        for (const [name] of named) {
          const isFree = EXTRA_NAME.test(name) && ![MODEL_FILE, MANIFEST_FILE, SUMMARY_FILE].includes(name);
          assert(isFree, `${name} may be the name of an extra file`);
        }
        named.push([MANIFEST_FILE, formatManifest(manifest)]);
        for (const [name, content] of named) await write(join(temporary, name), content);
        await syncDirectory(temporary);
        if (await claim(temporary, join(folder, manifest.version))) return manifest;
        // What names the id that was just lost is written anew for the next one.
        for (const [name] of named) await rm(join(temporary, name));
      }
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
      throw refuseChange(error, `The new version of ${model}`);
    }
  }

  /** Gives the finished folder its name; false when another trainer has just taken that name. */
  async function claim(temporary: string, path: string): Promise<boolean> {
    try {
      await renameSynced(temporary, path);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (['ENOTEMPTY', 'EEXIST'].includes(code)) return false;
      throw error;
    }
  }

  /** Replaces active.json by what `change` makes of it. */
  async function changeActive(
    model: ModelName,
    change: () => Promise<Activations | null>,
  ): Promise<Activations | null> {
    const folder = modelPath(model);
    const temporary = join(folder, `${TEMPORARY_PREFIX}${randomUUID()}`);
    try {
      return await withLock(join(folder, LOCK_FILE), async () => {
        const next = await change();
        if (next === null) return null;
        await write(temporary, formatActivations(next));
        await renameSynced(temporary, join(folder, ACTIVE_FILE));
        return next;
      });
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw refuseChange(error, `${ACTIVE_FILE} of ${model}`);
    }
  }

  async function activate(model: ModelName, version: string): Promise<void> {
    await readArtifact(model, version);
    await changeActive(model, async () => {
      // A damaged pointer is what activating anew repairs; only its history is lost.
      const current = await readActivations(model).catch(() => null);
      return pushActivation(current, { version, activated_at: now() });
    });
  }

  async function rollback(model: ModelName): Promise<string> {
    if ((await readActivations(model)) === null) {
      throw new AppError('version_not_found', `No version of ${model} is active.`);
    }
    const next = await changeActive(model, async () => {
      const current = await readActivations(model);
      const previous = current === null ? null : popActivation(current, now());
      if (previous !== null) await readArtifact(model, previous.version);
      return previous;
    });
    if (next === null) {
      throw new AppError('version_not_found', `No version of ${model} was active before the current one.`);
    }
    return next.version;
  }

  return {
    list,
    save,
    activate,
    newest: async (model) => (await versionsOf(model)).pop() ?? null,
    active: async (model) => (await readActivations(model))?.version ?? null,
    rollback,
    readManifest,
    readSummary,
    readArtifact,
    path: (model, version, file) => join(modelPath(model), version, file),
  };
}
