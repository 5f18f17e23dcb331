import type { Transaction } from '../bank/transaction.ts';
import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { HISTORY_MAX } from '../features/past.ts';
import { identityOf } from '../predict/file.ts';
import { createServices } from '../services.ts';
import type { HistoryStore } from '../stores/ports.ts';
import { evaluateCategory } from '../training/evaluate.ts';
import type { CategoryScores } from '../training/score-category.ts';
import { orderByTime } from '../training/split.ts';
import { loadCategoryModel } from './active-model.ts';
import type { OptionValues } from './command.ts';
import { listRejects, readDataFile, reportDamage, requireCategories, requireUsable } from './data-file.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { checkOutputs } from './output-file.ts';
import { createProgress } from './progress.ts';
import { formatBands, formatPercent, formatScores } from './scores-table.ts';

/** `titans evaluate FILE`: how the active model does on a labelled table, seen and unseen rows apart. */
export async function evaluate(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  await checkOutputs(args, [{ option: '--rejects', path: options.rejects as string | undefined }]);
  const progress = await createProgress(io);
  const services = createServices(config, io.clock);
  try {
    const { artifact, manifest, version } = await loadCategoryModel(services);
    const table = await readDataFile(io, config, args[0], options, progress);
    requireCategories([table], 'to compare with');
    const rejected = await listRejects(io, config, [table], options);
    requireUsable([table]);
    const rows = orderByTime(table.rows.flatMap(({ transaction }) => transaction ?? []));
    const labelled = rows.filter((row) => row.category !== '');
    if (labelled.length === 0) {
      const detail = `no row of "${table.path}" has a true category; name its column with --map category=COLUMN`;
      throw new AppError('data_insufficient', detail);
    }
    const trainedUntil = Date.parse(manifest.trained_until);
    const seen = labelled.filter((row) => row.at <= trainedUntil);
    const later = labelled.filter((row) => row.at > trainedUntil);
    const history = await services.history();
    const parts: (readonly [string, CategoryScores])[] = [];
    for (const [name, part] of [
      ['later than its training', later],
      ['not later (may have been learnt)', seen],
    ] as const) {
      if (part.length === 0) continue;
      const before = await earlierRows(history, rows, part);
      const { scores } = await evaluateCategory(artifact, part, {
        timezone: config.timezone,
        before,
        onProgress: (done, total) => progress.update(`judging rows ${name}`, done, total),
        signal: io.signal,
      });
      parts.push([name, scores]);
    }
    progress.end();
    const [mainName, main] = parts[0];
    writeLines(
      io.stdout,
      `category_prediction ${version}, trained on rows until ${manifest.trained_until}`,
      `labelled rows: ${labelled.length} of ${rows.length}; later than that: ${later.length}`,
      '',
      formatScores(parts),
      '',
      `confidence of rows ${mainName}:`,
      formatBands(main),
      `abstained: ${formatPercent(main.abstained_share)}`,
    );
    if (later.length === 0) {
      writeLines(
        io.stdout,
        'No row is later than the training: these figures say nothing about new transactions.',
      );
    }
    const isDamaged = reportDamage(io, [table]);
    return isDamaged || (rejected > 0 && options.strict === true) ? 1 : 0;
  } finally {
    progress.end();
    await services.close();
  }
}

/** The history of the accounts of `part` before it: stored rows, and the file's own, each counted once. */
async function earlierRows(
  history: HistoryStore,
  rows: readonly Transaction[],
  part: readonly Transaction[],
): Promise<Transaction[]> {
  const first = part[0].at;
  const before = rows.filter((row) => row.at < first);
  const known = new Set(before.map((row) => `${row.accountId} ${identityOf(row)}`));
  for (const accountId of new Set(part.map((row) => row.accountId))) {
    if (accountId === null) continue;
    for (const row of await history.before(accountId, first, HISTORY_MAX)) {
      if (!known.has(`${accountId} ${identityOf(row)}`)) before.push(row);
    }
  }
  return orderByTime(before);
}
