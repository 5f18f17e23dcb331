import { loadConfig } from '../config.ts';
import { createOutput, type Output, type OutputColumn, type OutputValues } from '../importing/output.ts';
import type { Table } from '../importing/read-table.ts';
import { writePieces } from '../importing/write-file.ts';
import { formatFaults } from '../importing/write-rejects.ts';
import { type AmountReading, estimateAmount } from '../models/amount.ts';
import { type AnomalyReading, assess } from '../models/anomaly.ts';
import { type CategoryReading, classify } from '../models/category.ts';
import { riskLevel, SENSITIVITY_DEFAULT } from '../predict/anomaly.ts';
import { confidenceBand } from '../predict/category.ts';
import { replayFile } from '../predict/file.ts';
import { createServices } from '../services.ts';
import { type AskedModels, loadAskedModels, modelsAsked } from './active-model.ts';
import type { OptionValues } from './command.ts';
import { listRejects, readDataFile, reportDamage } from './data-file.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { checkOutputs, writeOutputFile } from './output-file.ts';
import { createProgress } from './progress.ts';

const CATEGORY_COLUMNS: readonly OutputColumn[] = [
  'predicted_category',
  'confidence_score',
  'confidence_band',
  'top_predictions',
];
const AMOUNT_COLUMNS: readonly OutputColumn[] = ['predicted_amount', 'amount_lower', 'amount_upper'];
/** Share of rows whose true amount the interval is to hold. */
const AMOUNT_LEVEL = 0.8;
const ANOMALY_COLUMNS: readonly OutputColumn[] = ['is_anomaly', 'anomaly_score', 'risk_level', 'reasons'];
const SCORE_DIGITS = 6;
const CATEGORIES_SHOWN = 5;
const CONFIDENCE_DIGITS = 4;

interface Answer {
  readonly category: CategoryReading | null;
  readonly amount: AmountReading | null;
  readonly anomaly: AnomalyReading | null;
}
type Answers = readonly (Answer | null)[];

/** `titans predict FILE`: every row of the file, in order, with what the model says of it. */
export async function predict(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  modelsAsked(options.modelType);
  const [path] = args;
  const topK = (options.topK as number | undefined) ?? 1;
  const out = options.out === '-' ? undefined : (options.out as string | undefined);
  await checkOutputs(
    [path],
    [
      { option: '--out', path: out },
      { option: '--rejects', path: options.rejects as string | undefined },
    ],
  );
  const progress = await createProgress(io);
  const services = createServices(config, io.clock);
  try {
    const models = await loadAskedModels(services, options.modelType);
    const table = await readDataFile(io, config, path, options, progress);
    const { category, amount, anomaly } = models;
    const { timezone } = config;
    const answers = await replayFile<Answer>(
      await services.history(),
      {
        rows: table.rows,
        onProgress: (done, total) => progress.update('predicting', done, total),
        signal: io.signal,
      },
      (transaction, past) => ({
        category: category && classify(category.artifact, transaction, past, timezone, topK),
        amount: amount && estimateAmount(amount.artifact, transaction, past, timezone, AMOUNT_LEVEL),
        anomaly: anomaly && assess(anomaly.artifact, transaction, past, timezone),
      }),
    );
    progress.end();
    const columns = [
      ...(category === null ? [] : CATEGORY_COLUMNS),
      ...(amount === null ? [] : AMOUNT_COLUMNS),
      ...(anomaly === null ? [] : ANOMALY_COLUMNS),
      'error' as const,
    ].filter((column) => column !== 'top_predictions' || topK > 1);
    const output = createOutput(table, columns);
    for (const warning of output.warnings) writeLines(io.stderr, `warning: ${warning}`);
    const rejected = await listRejects(io, config, [table], options);
    const pieces = outputPieces(table, output, answers, io.signal);
    if (out === undefined) await writePieces(io.stdout, pieces);
    else await writeOutputFile(out, pieces);
    writeLines(io.stderr, ...summarise(table, answers, out, models));
    const isDamaged = reportDamage(io, [table]);
    return isDamaged || (rejected > 0 && options.strict === true) ? 1 : 0;
  } finally {
    progress.end();
    await services.close();
  }
}

function* outputPieces(
  table: Table,
  output: Output,
  answers: Answers,
  signal: AbortSignal,
): Generator<string> {
  yield output.header;
  for (const [index, row] of table.rows.entries()) {
    signal.throwIfAborted();
    yield output.formatRow(row, outputValues(row, answers[index]));
  }
}

function outputValues(row: Table['rows'][number], answer: Answers[number]): OutputValues {
  if (answer === null) return { error: formatFaults(row.faults) };
  return {
    ...(answer.category === null ? {} : categoryValues(answer.category)),
    ...(answer.amount === null ? {} : amountValues(answer.amount)),
    ...(answer.anomaly === null ? {} : anomalyValues(answer.anomaly)),
  };
}

function categoryValues({ top }: CategoryReading): OutputValues {
  const [{ category, confidence }] = top;
  return {
    predicted_category: category,
    confidence_score: roundConfidence(confidence),
    confidence_band: confidenceBand(confidence),
    top_predictions: top.map((one) => `${one.category} ${roundConfidence(one.confidence)}`),
  };
}

function amountValues({ amount, lower, upper }: AmountReading): OutputValues {
  return { predicted_amount: amount, amount_lower: lower, amount_upper: upper };
}

function anomalyValues({ score, tailShare, reasons }: AnomalyReading): OutputValues {
  return {
    is_anomaly: tailShare <= SENSITIVITY_DEFAULT,
    anomaly_score: Number(score.toFixed(SCORE_DIGITS)),
    risk_level: riskLevel(tailShare),
    reasons: reasons.map(({ text }) => text),
  };
}

function roundConfidence(confidence: number): number {
  return Number(confidence.toFixed(CONFIDENCE_DIGITS));
}

/** What came of a file, in a few lines. */
function summarise(
  table: Table,
  answers: Answers,
  out: string | undefined,
  { category, amount, anomaly }: AskedModels,
): string[] {
  const counts = new Map<string, number>();
  let abstained = 0;
  let anomalous = 0;
  let answered = 0;
  for (const answer of answers) {
    if (answer === null) continue;
    answered++;
    if (answer.anomaly !== null && answer.anomaly.tailShare <= SENSITIVITY_DEFAULT) anomalous++;
    if (answer.category === null) continue;
    if (answer.category.abstentionReason !== null) abstained++;
    const best = answer.category.top[0].category;
    counts.set(best, (counts.get(best) ?? 0) + 1);
  }
  const where = out === undefined ? '' : ` to ${out}`;
  const by = [category, amount, anomaly].flatMap((model) =>
    model === null ? [] : [`${model.name} ${model.version}`],
  );
  const lines = [
    `rows: ${table.counts.records} in, ${answers.length} out${where}, of which ${table.counts.rejected} rejected (${by.join(', ')})`,
  ];
  if (answered === 0) return lines;
  const share = (count: number) => `${((100 * count) / answered).toFixed(1)} %`;
  const mix = [...counts].sort((a, b) => b[1] - a[1]).slice(0, CATEGORIES_SHOWN);
  if (category !== null) {
    lines.push(`most frequent: ${mix.map(([name, count]) => `${name} ${share(count)}`).join(', ')}`);
    lines.push(`abstained (best guess below even odds): ${share(abstained)}`);
  }
  if (anomaly !== null) lines.push(`anomalous at sensitivity ${SENSITIVITY_DEFAULT}: ${share(anomalous)}`);
  return lines;
}
