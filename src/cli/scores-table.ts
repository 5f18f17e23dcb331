import type { AmountScores } from '../training/evaluate-amount.ts';
import type { CategoryScores } from '../training/score-category.ts';
import { formatTable } from './table.ts';

const FIGURES = ['accuracy', 'macro-F1', 'log loss', 'ECE', 'Brier'];

/** One line per classifier with the figures that compare them. */
export function formatScores(scores: readonly (readonly [name: string, scores: CategoryScores])[]): string {
  const rows = scores.map(([name, of]) => [
    name,
    String(of.rows),
    ...[of.accuracy, of.macro_f1, of.log_loss, of.ece, of.brier].map((figure) => figure.toFixed(3)),
  ]);
  return formatTable(['', 'rows', ...FIGURES], rows, ['rows', ...FIGURES]);
}

const AMOUNT_FIGURES = ['error of log', 'RMSE of log', 'mean error', 'median error'];

/** One line per predictor of amounts with the figures that compare them. */
export function formatAmountScores(
  scores: readonly (readonly [name: string, scores: AmountScores])[],
): string {
  const rows = scores.map(([name, of]) => [
    name,
    String(of.rows),
    of.mae_log.toFixed(3),
    of.rmse_log.toFixed(3),
    of.mae.toFixed(2),
    of.median_error.toFixed(2),
  ]);
  return formatTable(['', 'rows', ...AMOUNT_FIGURES], rows, ['rows', ...AMOUNT_FIGURES]);
}

/** How far each confidence band can be relied on. */
export function formatBands(scores: CategoryScores): string {
  const rows = scores.bands.map(({ band, from, share, precision }) => [
    band,
    `from ${from.toFixed(2)}`,
    formatPercent(share),
    share === 0 ? '' : formatPercent(precision),
  ]);
  return formatTable(['band', 'promise', 'share of rows', 'right'], rows, ['share of rows', 'right']);
}

/** A share as a percentage with one decimal. */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
