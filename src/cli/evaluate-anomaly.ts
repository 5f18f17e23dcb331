import { AppError } from '../errors.ts';
import { rankSorted } from '../kernels/stats/quantile.ts';
import { measure } from '../models/anomaly.ts';
import { replayFile } from '../predict/file.ts';
import { PLANTINGS } from '../training/plant-anomalies.ts';
import { SENSITIVITIES } from '../training/train-anomaly.ts';
import { cutByTraining, type Evaluate, NOTHING_LATER, placesOf, usableRows } from './evaluation.ts';
import { formatPercent } from './scores-table.ts';
import { formatTable } from './table.ts';

/** Planting asks the model again for every way of it; a sample tells as much. */
const PLANTED_MAX = 4000;

/** Judges the anomaly model without labels: what it flags, and whether it finds what is made strange on purpose. */
export const evaluateAnomalies: Evaluate = async ({ services, config, table, onProgress, signal }) => {
  const { artifact, manifest, version } = await services.registry.reload('anomaly_detection');
  const rows = usableRows(table);
  if (rows.length === 0) throw new AppError('data_insufficient', `"${table.path}" has no usable row`);
  const parts = cutByTraining(rows, Date.parse(manifest.trained_until));
  const places = placesOf(parts);
  const found = parts.map((part) => ({
    shares: new Float64Array(part.rows.length),
    planted: PLANTINGS.map((): number[] => []),
    every: Math.max(1, Math.ceil(part.rows.length / PLANTED_MAX)),
  }));
  await replayFile(
    await services.history(),
    { rows: table.rows, onProgress: (done, total) => onProgress('judging anomalies', done, total), signal },
    (row, past) => {
      const place = places.get(row);
      if (place === undefined) return;
      const { shares, planted, every } = found[place[0]];
      shares[place[1]] = measure(artifact, row, past, config.timezone).tailShare;
      if (place[1] % every !== 0) return;
      for (const [p, { plant }] of PLANTINGS.entries()) {
        const strange = plant(row);
        if (strange !== null) planted[p].push(measure(artifact, strange, past, config.timezone).tailShare);
      }
    },
  );
  const flags = SENSITIVITIES.map((sensitivity) => `flagged at ${sensitivity}`);
  const names = PLANTINGS.map(({ kind }) => kind);
  const lines = parts.map(({ name, rows: { length } }, p) => {
    const { shares, planted } = found[p];
    // Smaller shares are stranger, so that the sign is turned for ranks.
    const sorted = shares.map((share) => -share).sort();
    return [
      name,
      `${length}`,
      ...SENSITIVITIES.map((limit) =>
        formatPercent(shares.filter((share) => share <= limit).length / length),
      ),
      ...planted.map((list) =>
        list.length === 0
          ? ''
          : (list.reduce((sum, share) => sum + rankSorted(sorted, -share), 0) / list.length).toFixed(3),
      ),
    ];
  });
  const isLater = parts[0].name.startsWith('later');
  return [
    `anomaly_detection ${version}, trained on rows until ${manifest.trained_until}`,
    `rows: ${rows.length}; no labels are used. Beside what is flagged: the chance that a row made strange on purpose is found stranger than one as it is.`,
    '',
    formatTable(['', 'rows', ...flags, ...names], lines, ['rows', ...flags, ...names]),
    ...(isLater ? [] : [NOTHING_LATER]),
  ];
};
