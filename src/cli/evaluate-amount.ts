import { AppError } from '../errors.ts';
import { logAmount } from '../features/statistics.ts';
import { estimateLog } from '../models/amount.ts';
import { replayFile } from '../predict/file.ts';
import { scoreAmounts } from '../training/evaluate-amount.ts';
import { cutByTraining, type Evaluate, NOTHING_LATER, placesOf, usableRows } from './evaluation.ts';
import { formatAmountScores, formatPercent } from './scores-table.ts';

const LEVELS = [0.8, 0.95];

/** Judges the amount model on the rows of a file that have an amount; as in serving, earlier amounts are known. */
export const evaluateAmounts: Evaluate = async ({ services, config, table, onProgress, signal }) => {
  const { artifact, manifest, version } = await services.registry.reload('amount_prediction');
  const rows = usableRows(table);
  const known = rows.filter((row) => row.amountMinor !== null);
  if (known.length === 0) throw new AppError('data_insufficient', `no row of "${table.path}" has an amount`);
  const parts = cutByTraining(known, Date.parse(manifest.trained_until));
  const places = placesOf(parts);
  const found = parts.map(({ rows: { length } }) => ({
    truth: new Float64Array(length),
    predicted: new Float64Array(length),
    held: LEVELS.map(() => 0),
  }));
  await replayFile(
    await services.history(),
    { rows: table.rows, onProgress: (done, total) => onProgress('judging amounts', done, total), signal },
    (row, past) => {
      const place = places.get(row);
      if (place === undefined) return;
      const { truth, predicted, held } = found[place[0]];
      const log = logAmount(row);
      truth[place[1]] = log;
      for (const [l, level] of LEVELS.entries()) {
        const { median, lower, upper } = estimateLog(artifact, row, past, config.timezone, level);
        predicted[place[1]] = Math.max(0, median);
        if (log >= lower && log <= upper) held[l]++;
      }
    },
  );
  const later = parts.filter(({ name }) => name.startsWith('later')).flatMap((part) => part.rows).length;
  return [
    `amount_prediction ${version}, trained on rows until ${manifest.trained_until}`,
    `rows with an amount: ${known.length} of ${rows.length}; later than that: ${later}`,
    '',
    formatAmountScores(parts.map(({ name }, p) => [name, scoreAmounts(found[p].truth, found[p].predicted)])),
    '',
    ...LEVELS.map(
      (level, l) =>
        `intervals of ${formatPercent(level)} held the true amount in ${formatPercent(found[0].held[l] / parts[0].rows.length)} of rows ${parts[0].name}`,
    ),
    ...(later === 0 ? [NOTHING_LATER] : []),
  ];
};
