import { SCOPES } from '../access/scopes.ts';
import type { ArgumentRow, CommandRow, OptionRow } from './command.ts';
import { DATA_DIR, duration, MODEL_TYPES, oneOf, scopeList, TABLE_OPTIONS, wholeNumber } from './options.ts';

const HOST: OptionRow = { flags: '--host <address>', meaning: 'address to listen on (TITANS_HOST)' };
const PORT: OptionRow = {
  flags: '--port <number>',
  meaning: 'port to listen on, 0 for any that is free (TITANS_PORT)',
  parse: wholeNumber(0, 65_535),
};
const SEED: OptionRow = {
  flags: '--seed <n>',
  meaning: 'same data, same seed: the same model, byte for byte',
  parse: wholeNumber(0, 2 ** 32 - 1),
};
const JSON_OUTPUT: OptionRow = { flags: '--json', meaning: 'write JSON' };
const KEY_PREFIX: ArgumentRow = { flags: '<prefix>', meaning: 'as `titans keys list` shows it' };
const MODEL: ArgumentRow = { flags: '<model>', meaning: 'registry name, such as category_prediction' };

/** What the groups of commands are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  keys: 'The API keys that may call the service.',
  models: 'The model versions of the data directory.',
};

/** THE table of commands. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'demo',
    summary: 'make data, train, serve: the first minute',
    description:
      'Starts the API with made-up accounts: what is missing is made and trained first, what is there is used. The development key is accepted on this machine unless TITANS_DEBUG says otherwise.',
    args: [],
    options: [HOST, PORT, DATA_DIR],
    examples: [
      { command: 'titans demo', meaning: 'http://localhost:8000, models and data in ./var' },
      { command: 'titans demo --port 9000 --data-dir /tmp/trial', meaning: 'elsewhere' },
    ],
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'serve',
    summary: 'serve the HTTP API',
    description:
      'Serves the active models until it is stopped. Needs a key: in TITANS_API_KEYS, or one of `titans keys create`.',
    args: [],
    options: [
      HOST,
      PORT,
      { flags: '--watch', meaning: 'load a version as soon as another process activates it' },
      DATA_DIR,
    ],
    examples: [
      { command: 'TITANS_API_KEYS=change-me-please titans serve', meaning: 'on 127.0.0.1:8000' },
      { command: 'titans serve --host 0.0.0.0 --port 80 --watch', meaning: 'on every interface' },
    ],
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'train',
    summary: 'train models on tables or on the store',
    description:
      'Trains on the older part of the rows, judges on the newest, refits on all and activates the new version unless it is worse than the active one. The rows are remembered as history.',
    args: [],
    options: [
      { flags: '--data <file...>', meaning: 'CSV, TSV, Parquet or JSON lines, also .gz; default: the store' },
      {
        flags: '--model-type <type>',
        meaning: `what to train: ${[...MODEL_TYPES, 'simple'].join(', ')} (simple: every model, in seconds)`,
        parse: oneOf([...MODEL_TYPES, 'simple']),
        default: 'all',
      },
      {
        flags: '--search <n>',
        meaning: 'number of further settings to try',
        parse: wholeNumber(0, 10_000),
      },
      SEED,
      {
        flags: '--workers <n>',
        meaning: 'threads; the model does not depend on it',
        parse: wholeNumber(1, 1024),
      },
      { flags: '--force', meaning: 'activate even when it is worse than the active version' },
      { flags: '--no-remember', meaning: 'do not add the rows to the history' },
      ...TABLE_OPTIONS,
      DATA_DIR,
    ],
    examples: [
      { command: 'titans train --data export.csv', meaning: 'a bank export with a category column' },
      {
        command:
          'titans train --data card.csv.gz --map category=account_description --map account_id=card_id',
        meaning: 'say which columns hold what',
      },
      { command: 'titans train --data export.csv --model-type simple', meaning: 'a first look, in seconds' },
    ],
    load: async () => (await import('./train.ts')).runTraining,
  },
  {
    name: 'predict',
    summary: 'label a table',
    description:
      'Writes one row per row of the file, in order and with its text unchanged, plus predicted_category, confidence_score, confidence_band, predicted_amount, amount_lower, amount_upper, is_anomaly, anomaly_score, risk_level, reasons and error. Nothing is remembered.',
    args: [{ flags: '<file>', meaning: 'CSV, TSV, Parquet or JSON lines, also .gz' }],
    options: [
      { flags: '--out <file>', meaning: 'where to write; default: standard output' },
      {
        flags: '--model-type <type>',
        meaning: `what to predict: ${MODEL_TYPES.join(', ')}`,
        parse: oneOf(MODEL_TYPES),
        default: 'all',
      },
      {
        flags: '--top-k <n>',
        meaning: 'also list the n likeliest categories, in a column top_predictions',
        parse: wholeNumber(1, 100),
      },
      ...TABLE_OPTIONS,
      DATA_DIR,
    ],
    examples: [
      { command: 'titans predict march.csv --out march-labelled.csv', meaning: 'to a file' },
      { command: 'titans predict march.csv | head', meaning: 'to standard output' },
    ],
    load: async () => (await import('./predict.ts')).predict,
  },
  {
    name: 'evaluate',
    summary: 'judge the active models on a table',
    description:
      'Replays a file in order of time on top of the history, as predict does, and compares what an active model says with what the file holds. Rows later than those the model was trained on are reported apart: only they say how it does on what it has not seen.',
    args: [{ flags: '<file>', meaning: 'a table; for categories with a column of the true ones' }],
    options: [
      {
        flags: '--model-type <type>',
        meaning: `what to judge: ${MODEL_TYPES.join(', ')}`,
        parse: oneOf(MODEL_TYPES),
        default: 'category_prediction',
      },
      ...TABLE_OPTIONS,
      DATA_DIR,
    ],
    examples: [
      { command: 'titans evaluate april.csv --map category=Kategorie', meaning: 'a new month' },
      { command: 'titans evaluate april.csv --model-type all', meaning: 'every model that was trained' },
    ],
    load: async () => (await import('./evaluate.ts')).evaluate,
  },
  {
    name: 'models list',
    summary: 'every stored version',
    description:
      'Lists the stored versions, which one is active and how it did when it was trained, beside its baseline.',
    args: [{ flags: '[model]', meaning: 'only this one' }],
    options: [DATA_DIR],
    examples: [{ command: 'titans models list', meaning: 'all of them' }],
    load: async () => (await import('./models.ts')).listModels,
  },
  {
    name: 'models info',
    summary: 'what is known about one version',
    description:
      'Shows what a version was trained on, how it did and where its report is; by default of the active one.',
    args: [MODEL, { flags: '[version]', meaning: 'such as 1.0.0' }],
    options: [DATA_DIR],
    examples: [{ command: 'titans models info category_prediction', meaning: 'the active version' }],
    load: async () => (await import('./models.ts')).showModel,
  },
  {
    name: 'models activate',
    summary: 'let another version serve',
    description: 'Verifies a version and makes it the one to serve.',
    args: [MODEL, { flags: '<version>', meaning: 'such as 1.0.0' }],
    options: [DATA_DIR],
    examples: [{ command: 'titans models activate category_prediction 1.0.0', meaning: 'by its id' }],
    load: async () => (await import('./models.ts')).activateModel,
  },
  {
    name: 'models rollback',
    summary: 'go back to the version before',
    description: 'Takes the latest activation back.',
    args: [MODEL],
    options: [DATA_DIR],
    examples: [{ command: 'titans models rollback category_prediction', meaning: 'undo' }],
    load: async () => (await import('./models.ts')).rollBackModel,
  },
  {
    name: 'keys create',
    summary: 'make an API key',
    description:
      'Makes a key and writes it to standard output: once, because only a hash of it is stored. Running servers accept it within a second.',
    args: [{ flags: '<name>', meaning: 'who or what it is for' }],
    options: [
      {
        flags: '--scopes <list>',
        meaning: `what it may do, separated by commas: ${SCOPES.map(({ name }) => name).join(', ')}; default: all`,
        parse: scopeList,
      },
      {
        flags: '--expires <duration>',
        meaning: 'how long it works, such as 12h or 90d; default: until it is revoked',
        parse: duration(1),
      },
      JSON_OUTPUT,
      DATA_DIR,
    ],
    examples: [
      { command: 'titans keys create ledger', meaning: 'may do everything' },
      {
        command: 'titans keys create web --scopes predict --expires 90d',
        meaning: 'may predict, for 90 days',
      },
    ],
    load: async () => (await import('./keys.ts')).createKeyCommand,
  },
  {
    name: 'keys list',
    summary: 'every API key that was ever made',
    description: 'Lists prefix, name, scopes, state and dates of the keys, never the keys themselves.',
    args: [],
    options: [JSON_OUTPUT, DATA_DIR],
    examples: [{ command: 'titans keys list', meaning: 'oldest first' }],
    load: async () => (await import('./keys.ts')).listKeys,
  },
  {
    name: 'keys rotate',
    summary: 'give an API key a new secret',
    description:
      'Writes the new key to standard output. The old one goes on working for the overlap, with the tokens issued to it; then both end.',
    args: [KEY_PREFIX],
    options: [
      {
        flags: '--overlap <duration>',
        meaning:
          'how long the old secret still works, such as 30m, 24h or 7d; 0 ends every older one at once; default: 24h',
        parse: duration(0),
      },
      JSON_OUTPUT,
      DATA_DIR,
    ],
    examples: [
      { command: 'titans keys rotate titans_k7f3m2q9xwab --overlap 7d', meaning: 'a week to change over' },
      { command: 'titans keys rotate titans_k7f3m2q9xwab --overlap 0', meaning: 'it has leaked' },
    ],
    load: async () => (await import('./keys.ts')).rotateKeyCommand,
  },
  {
    name: 'keys revoke',
    summary: 'end an API key',
    description:
      'Ends a key for good, with every token issued to it. Running servers refuse it within a second.',
    args: [KEY_PREFIX],
    options: [DATA_DIR],
    examples: [{ command: 'titans keys revoke titans_k7f3m2q9xwab', meaning: 'for good' }],
    load: async () => (await import('./keys.ts')).revokeKeyCommand,
  },
  {
    name: 'migrate',
    summary: 'bring the database to this version',
    description:
      'Applies the schema steps that the database lacks; steps only go forward. A PostgreSQL database (TITANS_DATABASE_URL) needs this once before the first start and after an update that says so; the embedded one is brought up to date by itself.',
    args: [],
    options: [
      { flags: '--status', meaning: 'list every step, done or not, and change nothing' },
      { flags: '--dry-run', meaning: 'list what would be applied, and change nothing' },
      DATA_DIR,
    ],
    examples: [
      { command: 'titans migrate --dry-run', meaning: 'what an update will do' },
      { command: 'titans migrate', meaning: 'do it' },
    ],
    load: async () => (await import('./migrate.ts')).migrateStore,
  },
  {
    name: 'config',
    summary: 'show the effective settings',
    description: 'Shows every setting, its value and where that came from; secrets stay hidden.',
    args: [],
    options: [
      HOST,
      PORT,
      ...TABLE_OPTIONS.filter(({ flags }) => /^--(currency|timezone)/.test(flags)),
      DATA_DIR,
    ],
    examples: [{ command: 'titans config', meaning: 'environment, .env and defaults together' }],
    load: async () => (await import('./config.ts')).showConfig,
  },
];
