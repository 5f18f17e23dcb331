import { access } from 'node:fs/promises';
import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import { REPORT_FILE, type Repository, type VersionRow } from '../registry/repository.ts';
import { createServices } from '../services.ts';
import type { OptionValues } from './command.ts';
import { formatBaseline, formatHeadline } from './headline.ts';
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
  const lines: string[][] = [];
  for (const row of rows) lines.push(describeVersion(row, await summaryOf(repository, row)));
  const head = ['model', 'version', 'state', 'rows', 'figure', 'baseline', 'created'];
  writeLines(io.stdout, formatTable(head, lines, ['rows']));
  for (const { model, version, reason } of rows) {
    if (reason !== null) writeLines(io.stderr, `${model} ${version}: ${reason}`);
  }
  return 0;
}

function describeVersion(row: VersionRow, summary: unknown): string[] {
  return [
    row.model,
    row.version,
    stateOf(row),
    row.rows === null ? '' : String(row.rows),
    formatHeadline(row.model, row.metrics),
    formatBaseline(row.model, summary),
    row.created_at === null ? '' : `${row.created_at.slice(0, 16).replace('T', ' ')}Z`,
  ];
}

function stateOf({ status, active }: VersionRow): string {
  if (status === 'ready') return active ? 'active' : '';
  return active ? `active, ${status}` : status;
}

/** The summary of a version, or null where it cannot be read: a list must show what is broken, too. */
async function summaryOf(
  repository: Repository,
  { model, version }: Pick<VersionRow, 'model' | 'version'>,
): Promise<unknown> {
  try {
    return await repository.readSummary(model, version);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** `titans models info <model> [version]`: the essentials, the report, the manifest; by default of the active version. */
export async function showModel(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const repository = repositoryOf(io, options);
  const model = modelNamed(args[0]);
  const active = await repository.active(model);
  const version = args[1] ?? active;
  if (version === null) {
    throw new AppError('version_not_found', `no version of ${model} is active; name one`);
  }
  const { probes, metrics, ...facts } = await repository.readManifest(model, version);
  const summary = await summaryOf(repository, { model, version });
  const report = repository.path(model, version, REPORT_FILE);
  const hasReport = await access(report).then(
    () => true,
    () => false,
  );
  const baseline = formatBaseline(model, summary);
  const verdict = (summary as { readonly verdict?: unknown } | null)?.verdict;
  writeLines(
    io.stdout,
    `${model} ${version}${version === active ? ', active' : ''}`,
    `${formatHeadline(model, metrics)}${baseline === '' ? '' : ` (${baseline})`}`,
    ...(typeof verdict === 'string' ? [verdict] : []),
    hasReport ? `report: ${report}` : 'no report is stored with it',
    '',
  );
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
