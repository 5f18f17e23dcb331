import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import type { ModelName } from '../models/model.ts';
import { createServices, type Services } from '../services.ts';
import { modelsAsked } from './active-model.ts';
import type { OptionValues } from './command.ts';
import { listRejects, readDataFile, reportDamage, requireCategories, requireUsable } from './data-file.ts';
import { evaluateAmounts } from './evaluate-amount.ts';
import { evaluateAnomalies } from './evaluate-anomaly.ts';
import { evaluateCashflow } from './evaluate-cashflow.ts';
import { evaluateCategories } from './evaluate-category.ts';
import type { Evaluate } from './evaluation.ts';
import { type Io, writeLines } from './io.ts';
import { configFlags } from './options.ts';
import { checkOutputs } from './output-file.ts';
import { createProgress } from './progress.ts';

/** THE table of how each model is judged on a file. */
const EVALUATIONS: Readonly<Record<ModelName, Evaluate>> = {
  category_prediction: evaluateCategories,
  amount_prediction: evaluateAmounts,
  anomaly_detection: evaluateAnomalies,
  cashflow_forecasting: evaluateCashflow,
};

/** `titans evaluate FILE`: how active models do on a table, rows they may have learnt and later ones apart. */
export async function evaluate(io: Io, args: readonly string[], options: OptionValues): Promise<number> {
  const config = loadConfig({ flags: configFlags(options) });
  const models = modelsAsked(options.modelType);
  await checkOutputs(args, [{ option: '--rejects', path: options.rejects as string | undefined }]);
  const progress = await createProgress(io);
  const services = createServices(config, io.clock);
  try {
    const trained = await trainedAmong(services, models);
    const table = await readDataFile(io, config, args[0], options, progress);
    if (trained.every((model) => model === 'category_prediction'))
      requireCategories([table], 'to compare with');
    const rejected = await listRejects(io, config, [table], options);
    requireUsable([table]);
    const run = { services, config, table, onProgress: progress.update, signal: io.signal };
    let judged = 0;
    let refusal: AppError | null = null;
    for (const model of trained) {
      try {
        const lines = await EVALUATIONS[model](run);
        progress.end();
        writeLines(io.stdout, ...(judged++ > 0 ? [''] : []), ...lines);
      } catch (error) {
        // A file may suffice to judge one model and not another; only if it suffices for none has it failed.
        if (!(error instanceof AppError) || error.row.code !== 'data_insufficient') throw error;
        progress.end();
        refusal ??= error;
        if (trained.length > 1) writeLines(io.stderr, `${model} was not judged: ${error.detail}`);
      }
    }
    if (judged === 0 && refusal !== null) throw refusal;
    const isDamaged = reportDamage(io, [table]);
    return isDamaged || (rejected > 0 && options.strict === true) ? 1 : 0;
  } finally {
    progress.end();
    await services.close();
  }
}

/** Those of several models that were ever activated; one that is named must serve, which loading it will tell. */
async function trainedAmong(services: Services, models: readonly ModelName[]): Promise<ModelName[]> {
  const trained: ModelName[] = [];
  for (const model of models)
    if (models.length === 1 || (await services.repository.active(model)) !== null) trained.push(model);
  if (trained.length === 0) await services.registry.reload(models[0]);
  return trained;
}
