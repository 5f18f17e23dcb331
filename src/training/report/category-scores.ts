import type { CategoryRow } from '../category-figures.ts';
import type { CategoryDetails } from '../category-trainer.ts';
import { html, type Markup, section, table } from './html.ts';
import { formatCount, formatFigure, formatShare } from './numbers.ts';

/** The model beside its baselines, on the same rows. */
export function renderCategoryScores({ evaluation, pool }: CategoryDetails): Markup {
  const { scores, baselines, train_rows, test_rows, test_from } = evaluation;
  const rows = [
    { name: 'this model', of: scores },
    { name: 'text alone: TF-IDF and logistic regression', of: baselines.text_alone },
    { name: "the exact merchant's most frequent category", of: baselines.merchant_lookup },
    { name: 'always the most frequent category', of: baselines.majority },
  ];
  const weights = Object.entries(pool).map(([name, weight]) => `${name} ${formatFigure(weight, 2)}`);
  return section(
    'Against simple ways to do it',
    html`<p>Fitted on ${formatCount(train_rows)} rows, judged on the ${formatCount(test_rows)} after them (from ${new Date(test_from).toISOString().slice(0, 10)}). No category of a judged row is known to a later one.</p>`,
    table(
      [
        { name: '' },
        { name: 'accuracy', isNumber: true },
        { name: 'macro-F1', isNumber: true },
        { name: 'log loss', isNumber: true },
        { name: 'calibration error', isNumber: true },
        { name: 'Brier', isNumber: true },
      ],
      rows.map(({ name, of }) => [
        name,
        formatShare(of.accuracy),
        formatFigure(of.macro_f1),
        formatFigure(of.log_loss),
        formatFigure(of.ece),
        formatFigure(of.brier),
      ]),
    ),
    html`<p class="soft">Weights of the served model's parts: ${weights.join(', ')}.</p>`,
  );
}

const CLASSES_MAX = 100;

/** Each category: how often what was said is right, and how much of it is found. */
export function renderClasses(classes: readonly CategoryRow[]): Markup {
  const left = classes.slice(CLASSES_MAX).reduce((sum, { support }) => sum + support, 0);
  return section(
    'Category by category',
    table(
      [
        { name: 'category' },
        { name: 'rows', isNumber: true },
        { name: 'said', isNumber: true },
        { name: 'precision', isNumber: true },
        { name: 'recall', isNumber: true },
        { name: 'F1', isNumber: true },
      ],
      classes
        .slice(0, CLASSES_MAX)
        .map((row) => [
          row.name,
          formatCount(row.support),
          formatCount(row.predicted),
          formatShare(row.precision),
          formatShare(row.recall),
          formatFigure(row.f1),
        ]),
    ),
    classes.length > CLASSES_MAX
      ? html`<p class="soft">${classes.length - CLASSES_MAX} more categories with together ${formatCount(left)} rows are left out.</p>`
      : html`<p class="soft">Precision: how often it is right when it says so. Recall: how much of the category it finds.</p>`,
  );
}
