import type { CashflowFigures } from '../cashflow-figures.ts';
import type { CashflowDetails } from '../cashflow-trainer.ts';
import { drawCoverage } from './amount-coverage.ts';
import { renderFans } from './cashflow-fans.ts';
import { renderCashflowScores, renderMembers } from './cashflow-scores.ts';
import { type Markup, section, table } from './html.ts';
import type { Note } from './notes.ts';
import { formatFigure, formatInterval, formatShare } from './numbers.ts';
import type { ModelReport } from './report.ts';

const ORIGINS_FEW = 12;
const COVERAGE_BELOW = 0.03;
const COVERAGE_ABOVE = 0.06;

/** The cash-flow model's part of a report. */
export function reportCashflow(details: CashflowDetails, figures: CashflowFigures): ModelReport {
  const { scores, baselines } = details.evaluation;
  return {
    learns: 'learns to forecast the money in and out of accounts',
    tiles: [
      {
        value: formatFigure(scores.wape),
        name: `WAPE by day (seasonal naive ${formatFigure(baselines.seasonal_naive.wape)})`,
      },
      {
        value: formatFigure(scores.total_error),
        name: `error of the total (seasonal naive ${formatFigure(baselines.seasonal_naive.total_error)})`,
      },
      { value: formatShare(scores.coverage_80), name: 'of days within the 80 % interval' },
    ],
    notes: noteCashflow(details),
    sections: [
      renderCashflowScores(details),
      renderFans(figures),
      renderMembers(details, figures),
      renderLevels(figures),
    ],
  };
}

function renderLevels({ levels }: CashflowFigures): Markup {
  return section(
    'Intervals',
    table(
      [
        { name: 'level', isNumber: true },
        { name: 'days held', isNumber: true },
      ],
      levels.map(({ level, coverage }) => [formatShare(level, 0), formatShare(coverage)]),
    ),
    drawCoverage(
      levels,
      'How often the intervals of each level held the net of a day, over all judged forecasts. On the dashed line they hold as often as they say; days on which nothing ever flows are easily held.',
    ),
  );
}

function noteCashflow({ evaluation }: CashflowDetails): Note[] {
  const { beats_baseline, difference_to_seasonal_naive, origins, scores, baselines } = evaluation;
  const difference = `Difference in WAPE ${formatInterval(difference_to_seasonal_naive)} (95 % interval).`;
  const notes: Note[] = [];
  if (origins < ORIGINS_FEW) {
    notes.push({
      tone: 'fair',
      gist: `Judged on only ${origins} forecasts.`,
      text: 'The figures below may be far off; judge again once there is a longer history.',
    });
  }
  if (beats_baseline) {
    notes.push({ tone: 'good', gist: 'It misses less than the seasonal naive.', text: difference });
  } else if (scores.wape < baselines.seasonal_naive.wape) {
    notes.push({
      tone: 'fair',
      gist: 'It missed less than the seasonal naive, but not surely so.',
      text: difference,
    });
  } else {
    notes.push({
      tone: 'bad',
      gist: 'It does NOT beat its baseline.',
      text: `The seasonal naive, which repeats last week, misses no more. ${difference}`,
    });
  }
  if (scores.wape >= baselines.weekday_mean.wape) {
    notes.push({
      tone: 'bad',
      gist: 'The mean of the same weekday does NOT miss more.',
      text: `WAPE ${formatFigure(scores.wape)} against ${formatFigure(baselines.weekday_mean.wape)}.`,
    });
  }
  const best = Math.min(baselines.seasonal_naive.total_error, baselines.weekday_mean.total_error);
  if (scores.total_error >= best) {
    notes.push({
      tone: 'bad',
      gist: 'Totals of whole forecasts are NOT nearer to the truth than those of the simple ways.',
      text: `Error of the total ${formatFigure(scores.total_error)} against ${formatFigure(best)}.`,
    });
  }
  const off = scores.coverage_80 - 0.8;
  if (off < -COVERAGE_BELOW || off > COVERAGE_ABOVE) {
    notes.push({
      tone: 'fair',
      gist: `Intervals of 80 % held ${formatShare(scores.coverage_80)} of the days.`,
      text:
        off < 0 ? 'They are too narrow.' : 'They are wider than they need be, or many days are always empty.',
    });
  }
  return notes;
}
