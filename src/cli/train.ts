import { availableParallelism } from 'node:os';
import type { Transaction } from '../bank/transaction.ts';
import { type Config, loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Table } from '../importing/read-table.ts';
import type { ModelName } from '../models/model.ts';
import { createServices, type Services } from '../services.ts';
import type { HistoryStore } from '../stores/ports.ts';
import { type TrainOutcome, type TrainRequest, train } from '../training/train.ts';
import { modelsAsked } from './active-model.ts';
import type { OptionValues } from './command.ts';
import { listRejects, readDataFile, reportDamage, requireCategories, requireUsable } from './data-file.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { formatOutcome } from './outcome.ts';
import { checkOutputs } from './output-file.ts';
import { createProgress, type Progress, stepsOf } from './progress.ts';

const SEED = 1;
const TO_LEARN = 'that category_prediction is to learn';

/** `titans train`: reads tables (or the store), trains, judges, activates and remembers. */
export async function runTraining(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  const models = modelsAsked(options.modelType);
  const progress = await createProgress(io);
  const services = createServices(config, io.clock);
  try {
    const paths = (options.data as readonly string[] | undefined) ?? [];
    await checkOutputs(paths, [{ option: '--rejects', path: options.rejects as string | undefined }]);
    const tables = await readTables(io, config, paths, options, progress);
    if (models.every((model) => model === 'category_prediction')) requireCategories(tables, TO_LEARN);
    const rejected = tables.length === 0 ? 0 : await listRejects(io, config, tables, options);
    requireUsable(tables);
    const rows = tables.length === 0 ? await readStore(io, services, progress) : tables.flatMap(usableRows);
    const request: Omit<TrainRequest, 'model'> = {
      rows,
      timezone: config.timezone,
      seed: (options.seed as number | undefined) ?? SEED,
      search: (options.search as number | undefined) ?? 0,
      isSimple: options.modelType === 'simple',
      workers: (options.workers as number | undefined) ?? availableParallelism(),
      force: options.force === true,
      signal: io.signal,
    };
    const outcomes: TrainOutcome[] = [];
    const lacking: { model: ModelName; error: AppError }[] = [];
    for (const model of models) {
      try {
        outcomes.push(
          await train(
            { repository: services.repository, clock: io.clock },
            {
              ...request,
              model,
              onProgress: stepsOf(model, progress),
            },
          ),
        );
      } catch (error) {
        // Data may suffice for one model and not for another; only if it suffices for none has training failed.
        if (!(error instanceof AppError) || error.row.code !== 'data_insufficient') throw error;
        lacking.push({ model, error });
      }
      progress.end();
    }
    if (outcomes.length === 0) {
      if (lacking[0].model === 'category_prediction') requireCategories(tables, TO_LEARN);
      throw lacking[0].error;
    }
    for (const { model, error } of lacking)
      writeLines(io.stderr, `${model} was not trained: ${error.detail}`);
    if (options.remember !== false) await remember(io, await services.history(), tables);
    for (const outcome of outcomes) {
      writeLines(io.stdout, ...formatOutcome(outcome));
    }
    const isDamaged = reportDamage(io, tables);
    const worse = outcomes.find((outcome) => !outcome.isActivated);
    if (worse !== undefined)
      throw new AppError('model_worse', `${worse.model} ${worse.version} was ${worse.verdict}`);
    return isDamaged || (rejected > 0 && options.strict === true) ? 1 : 0;
  } finally {
    progress.end();
    await services.close();
  }
}

async function readTables(
  io: Io,
  config: Config,
  paths: readonly string[],
  options: OptionValues,
  progress: Progress,
): Promise<Table[]> {
  const tables: Table[] = [];
  for (const path of paths) tables.push(await readDataFile(io, config, path, options, progress));
  return tables;
}

function usableRows(table: Pick<Table, 'rows'>): Transaction[] {
  return table.rows.flatMap(({ transaction }) => (transaction === null ? [] : [transaction]));
}

async function readStore(io: Io, services: Services, progress: Progress): Promise<Transaction[]> {
  const history = await services.history();
  const total = await history.count();
  if (total === 0) {
    throw new AppError(
      'data_insufficient',
      `the store in ${services.config.dataDir} holds no transactions; say \`titans train --data FILE\` to train on a table of yours, or \`titans demo\` to start with made-up accounts`,
    );
  }
  const rows: Transaction[] = [];
  for await (const row of history.all()) {
    rows.push(row);
    if (rows.length % 1000 === 0)
      progress.update('reading the store', rows.length, Math.max(total, rows.length));
    io.signal.throwIfAborted();
  }
  progress.end();
  writeLines(io.stderr, `training on ${rows.length} transactions of the store`);
  return rows;
}

/** Adds the usable rows to the history, one call a file, so that equal rows of one file stay two. */
async function remember(io: Io, history: HistoryStore, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    const { inserted, updated, unchanged } = await history.append(usableRows(table));
    writeLines(
      io.stderr,
      `remembered ${table.path}: ${inserted} new transactions, ${updated} changed, ${unchanged} known already`,
    );
  }
}
