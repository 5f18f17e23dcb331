import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { DEVELOPMENT_KEY } from '../access/api-keys.ts';
import { localDayNumber } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import type { Config } from '../config.ts';
import { createServices, type Services } from '../services.ts';
import type { OptionValues } from './command.ts';
import { type Io, writeLines } from './io.ts';
import { listenUntilStopped } from './listen.ts';
import { configFlags } from './options.ts';
import { programName } from './program-name.ts';
import { createProgress, type Progress, stepsOf } from './progress.ts';
import { requirePort } from './require-port.ts';
import { loadServingConfig } from './serving-config.ts';

const SEED = 1;
/** Together about 6,000 transactions: four models are trained well within a minute on two slow cores. */
const ACCOUNTS = 10;
const DAYS = 400;

type Served = Parameters<Services['registry']['get']>[0];

/** `titans demo`: makes what is missing, then serves. */
export async function demo(io: Io, _args: readonly string[], options: OptionValues): Promise<number> {
  const presets = { TITANS_DEBUG: 'true' };
  const config = await loadServingConfig(io, { flags: configFlags(options), presets });
  const services = createServices(config, io.clock);
  try {
    if (cluster.isWorker) return await listenUntilStopped(io, services, { isWatching: true });
    await requirePort(config);
    await prepare(io, services);
    return await listenUntilStopped(io, services, {
      isWatching: true,
      isLoaded: true,
      onListening: (url) => writeLines(io.stderr, ...banner(url, config)),
    });
  } finally {
    await services.close();
  }
}

/** Sees to it that there is a history and every model in a form this program can read. */
async function prepare(io: Io, services: Services): Promise<void> {
  const history = await services.history();
  const isEmpty = (await history.count()) === 0;
  await services.registry.load();
  // One that does not load is trained anew, whatever the reason; the log says it.
  const names = Object.keys(services.registry.status()) as Served[];
  const missing = names.filter((name) => services.registry.get(name) === null);
  if (!isEmpty && missing.length === 0) return;
  const progress = await createProgress(io);
  try {
    const rows = isEmpty ? await makeTransactions(io, services.config) : await readAll(history.all());
    for (const model of missing) await trainOn(io, services, model, rows, progress);
    if (isEmpty) {
      await history.append(rows);
      writeLines(io.stderr, `remembered ${rows.length} made-up transactions in ${services.config.dataDir}`);
    }
  } finally {
    progress.end();
  }
}

/** Accounts that end yesterday, so that the demo is never out of date. */
async function makeTransactions(io: Io, config: Config): Promise<readonly Transaction[]> {
  const { synthesise } = await import('../training/synthetic.ts');
  const { timezone } = config;
  const lastDay = localDayNumber(io.clock(), timezone) - 1;
  const { transactions } = synthesise({ seed: SEED, accounts: ACCOUNTS, days: DAYS, lastDay, timezone });
  writeLines(io.stderr, `made up ${transactions.length} transactions of ${ACCOUNTS} accounts`);
  return transactions;
}

async function readAll(stored: AsyncIterable<Transaction>): Promise<Transaction[]> {
  const rows: Transaction[] = [];
  for await (const row of stored) rows.push(row);
  return rows;
}

async function trainOn(
  io: Io,
  services: Services,
  model: Served,
  rows: readonly Transaction[],
  progress: Progress,
): Promise<void> {
  const { train } = await import('../training/train.ts');
  const { version, verdict } = await train(
    { repository: services.repository, clock: io.clock },
    {
      model,
      rows,
      timezone: services.config.timezone,
      seed: SEED,
      search: 0,
      isSimple: false,
      workers: availableParallelism(),
      // What is there cannot be read, so there is nothing to be worse than.
      force: true,
      onProgress: stepsOf(model, progress),
      signal: io.signal,
    },
  );
  await services.registry.reload(model);
  progress.end();
  writeLines(io.stderr, `${model} ${version}: ${verdict}`);
}

function banner(url: string, config: Config): string[] {
  const isOpen = config.isDebug && !config.apiKeys.includes(DEVELOPMENT_KEY);
  const key = config.apiKeys.length > 0 ? 'YOUR_KEY' : DEVELOPMENT_KEY;
  const note = isOpen ? '  (the development key works on this machine only)' : '';
  return [
    '',
    '  Titans Finance is ready.',
    `  API            ${url}${note}`,
    `  documentation  ${url}/docs`,
    '',
    '  Try:',
    `  curl -X POST "${url}/predict/category" \\`,
    `    -H "Authorization: Bearer ${key}" \\`,
    '    -H "Content-Type: application/json" \\',
    `    -d '{"amount": -25.50, "type": "Expense", "description": "Coffee shop purchase", "payment_method": "credit_card"}'`,
    '',
    '  Ctrl-C stops it. Train on your own data, apart from the made-up accounts:',
    `  ${programName()} train --data FILE --data-dir mine`,
    '',
  ];
}
