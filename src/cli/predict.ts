import { loadConfig } from '../config.ts';
import { createOutput, type Output, type OutputColumn, type OutputValues } from '../importing/output.ts';
import type { Table } from '../importing/read-table.ts';
import { writePieces } from '../importing/write-file.ts';
import { formatFaults } from '../importing/write-rejects.ts';
import { confidenceBand } from '../predict/category.ts';
import { predictFile } from '../predict/file.ts';
import { createServices } from '../services.ts';
import { loadRowModels } from './active-model.ts';
import type { OptionValues } from './command.ts';
import { listRejects, readDataFile } from './data-file.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { refuseOverwriting, writeOutputFile } from './output-file.ts';
import { createProgress } from './progress.ts';

/** The columns each model fills. */
const COLUMNS: Readonly<Record<string, readonly OutputColumn[]>> = {
  category_prediction: ['predicted_category', 'confidence_score', 'confidence_band', 'top_predictions'],
  amount_prediction: ['predicted_amount', 'amount_lower', 'amount_upper'],
};
const CATEGORIES_SHOWN = 5;
const CONFIDENCE_DIGITS = 4;

type Answers = Awaited<ReturnType<typeof predictFile>>;
type Answer = NonNullable<Answers[number]>;
type Models = Awaited<ReturnType<typeof loadRowModels>>;

/** `titans predict FILE`: every row of the file, in order, with what the model says of it. */
export async function predict(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  const [path] = args;
  const topK = (options.topK as number | undefined) ?? 1;
  const out = options.out === '-' ? undefined : (options.out as string | undefined);
  await refuseOverwriting(
    [path],
    [
      { option: '--out', path: out },
      { option: '--rejects', path: options.rejects as string | undefined },
    ],
  );
  const progress = await createProgress(io);
  const services = createServices(config, io.clock);
  try {
    const models = await loadRowModels(services, options.modelType);
    const table = await readDataFile(io, config, path, options, progress);
    const answers = await predictFile(
      { models, history: await services.history(), timezone: config.timezone },
      {
        rows: table.rows,
        topK,
        onProgress: (done, total) => progress.update('predicting', done, total),
        signal: io.signal,
      },
    );
    progress.end();
    const columns = Object.keys(models)
      .flatMap((name) => COLUMNS[name])
      .filter((column) => column !== 'top_predictions' || topK > 1);
    const output = createOutput(table, [...columns, 'error']);
    for (const warning of output.warnings) writeLines(io.stderr, `warning: ${warning}`);
    const rejected = await listRejects(io, config, [table], options);
    const pieces = outputPieces(table, output, answers, io.signal);
    if (out === undefined) await writePieces(io.stdout, pieces);
    else await writeOutputFile(out, pieces);
    writeLines(io.stderr, ...summarise(table, answers, out, models));
    return rejected > 0 && options.strict === true ? 1 : 0;
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
  return { ...categoryValues(answer.category), ...amountValues(answer.amount) };
}

function categoryValues(reading: Answer['category']): OutputValues {
  if (reading === null) return {};
  const [{ category, confidence }] = reading.top;
  return {
    predicted_category: category,
    confidence_score: roundConfidence(confidence),
    confidence_band: confidenceBand(confidence),
    top_predictions: reading.top.map((one) => `${one.category} ${roundConfidence(one.confidence)}`),
  };
}

function amountValues(reading: Answer['amount']): OutputValues {
  if (reading === null) return {};
  return { predicted_amount: reading.amount, amount_lower: reading.lower, amount_upper: reading.upper };
}

function roundConfidence(confidence: number): number {
  return Number(confidence.toFixed(CONFIDENCE_DIGITS));
}

/** What came of a file, in a few lines. */
function summarise(table: Table, answers: Answers, out: string | undefined, models: Models): string[] {
  const counts = new Map<string, number>();
  let abstained = 0;
  let answered = 0;
  for (const answer of answers) {
    if (answer === null || answer.category === null) continue;
    const { top, abstentionReason } = answer.category;
    answered++;
    if (abstentionReason !== null) abstained++;
    counts.set(top[0].category, (counts.get(top[0].category) ?? 0) + 1);
  }
  const asked = Object.entries(models).map(([name, { version }]) => `${name} ${version}`);
  const where = out === undefined ? '' : ` to ${out}`;
  const lines = [
    `rows: ${table.counts.records} in, ${answers.length} out${where}, of which ${table.counts.rejected} rejected (${asked.join(', ')})`,
  ];
  if (answered === 0) return lines;
  const share = (count: number) => `${((100 * count) / answered).toFixed(1)} %`;
  const mix = [...counts].sort((a, b) => b[1] - a[1]).slice(0, CATEGORIES_SHOWN);
  lines.push(`most frequent: ${mix.map(([category, count]) => `${category} ${share(count)}`).join(', ')}`);
  lines.push(`abstained (best guess below even odds): ${share(abstained)}`);
  return lines;
}
