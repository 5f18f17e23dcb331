import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import type { Repository, VersionRow } from '../registry/repository.ts';
import { createServices } from '../services.ts';
import type { OptionValues } from './command.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { nameProgram } from './program-name.ts';
import { formatTable } from './table.ts';

const NO_MODELS =
  'No model has been trained yet. Train one with `titans train --data FILE`, or start `titans demo`.';

function repositoryOf(io: Io, options: OptionValues): Repository {
  return createServices(loadConfig({ flags: configFlags(options) }), io.clock).repository;
}

function modelNamed(text: string): ModelName {
  const name = MODEL_NAMES.find((known) => known === text);
  if (name !== undefined) return name;
  throw new AppError('usage', `there is no model "${text}"; the models are ${MODEL_NAMES.join(', ')}`);
}

/** `titans models list [model]` */
export async function listModels(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const repository = repositoryOf(io, options);
  const rows = await repository.list(args[0] === undefined ? undefined : modelNamed(args[0]));
  if (rows.length === 0) {
    writeLines(io.stderr, nameProgram(NO_MODELS));
    return 0;
  }
  const head = ['model', 'version', 'state', 'rows', 'accuracy', 'macro-F1', 'created'];
  writeLines(io.stdout, formatTable(head, rows.map(describeVersion), ['rows', 'accuracy', 'macro-F1']));
  for (const { model, version, reason } of rows) {
    if (reason !== null) writeLines(io.stderr, `${model} ${version}: ${reason}`);
  }
  return 0;
}

function describeVersion(row: VersionRow): string[] {
  return [
    row.model,
    row.version,
    row.status === 'ready' ? (row.active ? 'active' : '') : row.active ? `active, ${row.status}` : row.status,
    row.rows === null ? '' : String(row.rows),
    formatMetric(row.metrics.accuracy),
    formatMetric(row.metrics.macro_f1),
    row.created_at === null ? '' : `${row.created_at.slice(0, 16).replace('T', ' ')}Z`,
  ];
}

function formatMetric(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(3);
}

/** `titans models info <model> [version]`: the manifest, by default of the active version. */
export async function showModel(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const repository = repositoryOf(io, options);
  const model = modelNamed(args[0]);
  const version = args[1] ?? (await repository.active(model));
  if (version === null) {
    throw new AppError('version_not_found', `no version of ${model} is active; name one`);
  }
  const { probes, metrics, ...facts } = await repository.readManifest(model, version);
  const rows = [...Object.entries(facts), ['probes', probes.length]].map(([name, value]) => [
    `${name}`,
    `${value}`,
  ]);
  const figures = Object.entries(metrics).map(([name, value]) => [name, `${value}`]);
  writeLines(io.stdout, formatTable(['fact', 'value'], rows));
  if (figures.length > 0) writeLines(io.stdout, '', formatTable(['metric', 'value'], figures));
  return 0;
}

/** `titans models activate <model> <version>` */
export async function activateModel(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const [model, version] = [modelNamed(args[0]), args[1]];
  await repositoryOf(io, options).activate(model, version);
  writeLines(io.stdout, `${model} ${version} is active`);
  return 0;
}

/** `titans models rollback <model>` */
export async function rollBackModel(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const model = modelNamed(args[0]);
  const version = await repositoryOf(io, options).rollback(model);
  writeLines(io.stdout, `${model} ${version} is active again`);
  return 0;
}
