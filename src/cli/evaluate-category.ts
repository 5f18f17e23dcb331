import { AppError } from '../errors.ts';
import { ABSTAIN_BELOW } from '../models/category.ts';
import { replayFile } from '../predict/file.ts';
import { openCategoryJudging } from '../training/evaluate.ts';
import { type CategoryScores, scoreVerdicts } from '../training/score-category.ts';
import { cutByTraining, type Evaluate, NOTHING_LATER, placesOf, usableRows } from './evaluation.ts';
import { formatBands, formatPercent, formatScores } from './scores-table.ts';

/**
 * Judges the category model on the rows of a file that have one. The file is replayed on top of the stored history; what
 * it says of rows later than the training is only compared with and reaches no other row.
 */
export const evaluateCategories: Evaluate = async ({ services, config, table, onProgress, signal }) => {
  const { artifact, manifest, version } = await services.registry.reload('category_prediction');
  const rows = usableRows(table);
  const labelled = rows.filter((row) => row.category !== '');
  if (labelled.length === 0) {
    const detail = `no row of "${table.path}" has a true category; name its column with --map category=COLUMN`;
    throw new AppError('data_insufficient', detail);
  }
  const trainedUntil = Date.parse(manifest.trained_until);
  const parts = cutByTraining(labelled, trainedUntil);
  const places = placesOf(parts);
  const judgings = parts.map((part) => openCategoryJudging(artifact, part.rows, config.timezone));
  await replayFile(
    await services.history(),
    {
      rows: table.rows,
      isConfirmed: (row) => row.at <= trainedUntil,
      onProgress: (done, total) => onProgress('judging categories', done, total),
      signal,
    },
    (row, past) => {
      const place = places.get(row);
      if (place !== undefined) judgings[place[0]].judge(place[1], row, past);
    },
  );
  const scores = parts.map(({ name }, p): [string, CategoryScores] => [
    name,
    scoreVerdicts(judgings[p].verdicts, ABSTAIN_BELOW),
  ]);
  const [mainName, main] = scores[0];
  const later = labelled.filter((row) => row.at > trainedUntil).length;
  return [
    `category_prediction ${version}, trained on rows until ${manifest.trained_until}`,
    `labelled rows: ${labelled.length} of ${rows.length}; later than that: ${later}`,
    '',
    formatScores(scores),
    '',
    `confidence of rows ${mainName}:`,
    formatBands(main),
    `abstained: ${formatPercent(main.abstained_share)}`,
    ...(later === 0 ? [NOTHING_LATER] : []),
  ];
};
