import type { TrainingSummary } from '../train.ts';
import type { Comparison } from '../trainer.ts';
import { facts, html, type Insertion, type Markup, NOTHING, section, table } from './html.ts';
import { formatCount, formatFigure, formatInterval } from './numbers.ts';

/** What was trained on what, with what, and when: enough to do it again. */
export function renderProvenance(summary: TrainingSummary): Markup {
  const { data } = summary;
  return section(
    'Where it comes from',
    facts([
      ['rows of the request', formatCount(data.rows)],
      ['rows learnt from', formatCount(data.rows_used)],
      [
        'rows set aside',
        data.rows_set_aside === 0
          ? '0'
          : `${formatCount(data.rows_set_aside)} (they ${data.set_aside_because})`,
      ],
      ['from', data.from],
      ['until', data.until],
      ['SHA-256 of the rows', data.sha256],
      ['wall clock of hours and days', summary.timezone],
      ['seed', `${summary.seed}`],
      ['format of the model file', `${summary.format}`],
      ['fingerprint of the features', summary.feature_fingerprint],
      ['Node.js', summary.node_version],
      ['trained at', summary.created_at],
      ['took', `${formatFigure(summary.duration_seconds, 1)} s`],
    ]),
    html`<p class="soft">The same rows, seed and Node.js version give the same model file, byte for byte. Times and durations stand here and in the summary only.</p>`,
  );
}

/** Why the version serves or does not, and what it was compared with. */
export function renderVerdict(verdict: string, comparison: Comparison | null): Markup {
  const what =
    comparison === null
      ? html`<p class="soft">It was compared with no other version.</p>`
      : facts([
          ['compared with', `version ${comparison.version}`],
          [
            'on',
            comparison.basis === 'later_rows'
              ? `${formatCount(comparison.rows)} ${comparison.unit} neither version had seen`
              : `${formatCount(comparison.rows)} newest ${comparison.unit}, the other version's recipe refitted on the same older part`,
          ],
          ['by', comparison.metric],
          ['this version', formatFigure(comparison.value_new, 4)],
          ['the other', formatFigure(comparison.value_active, 4)],
          ['difference, 95 % interval', formatInterval(comparison.difference, 4)],
        ]);
  return section('Verdict', html`<p><strong>${verdict}</strong></p>`, what);
}

/** The settings that were chosen, and the trials they were chosen from. */
export function renderSettings(parameters: unknown, trials: unknown): Markup {
  const chosen = Object.entries(flatten(parameters)).map(([name, value]) => [name, value] as const);
  const tried = Array.isArray(trials) ? trials.map(flatten) : [];
  const names = [...new Set(tried.flatMap((trial) => Object.keys(trial)))];
  return section(
    'Settings',
    facts(chosen),
    tried.length === 0
      ? html`<p class="soft">No other settings were tried; <code>--search N</code> tries N more.</p>`
      : html`<p>${tried.length} settings were tried on the newest part of the older rows, never on the rows judged above:</p>`,
    tried.length === 0
      ? NOTHING
      : table(
          names.map((name) => ({
            name,
            isNumber: typeof tried[0][name] !== 'string' || !Number.isNaN(Number(tried[0][name])),
          })),
          tried.map((trial) => names.map((name): Insertion => trial[name] ?? '')),
        ),
  );
}

/** Values by name, those of inner objects among them, numbers in few digits. */
function flatten(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    if (typeof inner === 'object' && inner !== null) return Object.entries(flatten(inner));
    return [[name, typeof inner === 'number' ? `${Number(inner.toPrecision(5))}` : `${inner}`]];
  });
  return Object.fromEntries(entries);
}
