import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DAY_MS } from '../../src/bank/calendar.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import { createReplay } from '../../src/features/replay.ts';
import { readTable } from '../../src/importing/read-table.ts';
import { growIsolationForest } from '../../src/kernels/isolation-forest/grow.ts';
import { isolationScore, isolationScores } from '../../src/kernels/isolation-forest/predict.ts';
import { isolationTensors } from '../../src/kernels/isolation-forest/tensors.ts';
import { averagePrecision, rocAuc } from '../../src/kernels/metrics/ranking.ts';
import { byModel, byPlainForest } from '../../src/training/judge-anomaly.ts';
import { anomalyParameters, fitAnomaly } from '../../src/training/train-anomaly.ts';
import type { Check, Section } from './section.ts';

const SETS = ['pendigits', 'shuttle', 'mammography', 'annthyroid', 'cardio', 'satellite'];
const SEEDS = 20;
const FRAUD_FILE = 'fraud_handbook_customers_0-999.csv.gz';

/** scikit-learn's figures on one set: mean and standard deviation of ROC-AUC over seeds, one row in us, pickled bytes. */
interface Reference {
  readonly auc: number;
  readonly deviation: number;
  readonly row_us: number;
  readonly bytes: number;
}

/** Measured with scikit-learn 1.9.1 on a busy machine, for runs without it: 100 trees, 256 samples, seeds 0 to 19. */
const MEASURED: Readonly<Record<string, Reference>> = {
  pendigits: { auc: 0.94651, deviation: 0.016, row_us: 11_588, bytes: 1_687_893 },
  shuttle: { auc: 0.99691, deviation: 0.00075, row_us: 12_514, bytes: 966_753 },
  mammography: { auc: 0.86106, deviation: 0.0099, row_us: 7813, bytes: 914_879 },
  annthyroid: { auc: 0.81988, deviation: 0.01448, row_us: 8904, bytes: 887_080 },
  cardio: { auc: 0.92687, deviation: 0.01035, row_us: 8151, bytes: 1_048_698 },
  satellite: { auc: 0.69801, deviation: 0.01562, row_us: 8784, bytes: 1_245_473 },
};

/** The isolation forest against scikit-learn's, and the anomaly model on card payments with known frauds. */
export const ANOMALY_SECTION: Section = {
  name: 'anomaly',
  meaning: 'isolation forest on six sets, and the anomaly model on card payments whose frauds it is not told',
  files: [...SETS.map((name) => `anomaly/${name}.csv.gz`), FRAUD_FILE],
  run: async (data, say) => [...judgeKernel(data, say), ...(await judgeFrauds(data, say))],
};

function judgeKernel(data: string, say: (line: string) => void): Check[] {
  const python = findPython();
  const checks: Check[] = [];
  say(
    python === undefined
      ? '\nno Python with scikit-learn: its figures are those measured once with 1.9.1, without a ratio of times'
      : `\nscikit-learn runs beside (${python})`,
  );
  say('               ROC-AUC ours (sd)  scikit-learn (sd)   one row ours   theirs    bytes ours  theirs');
  for (const name of SETS) {
    const file = join(data, 'anomaly', `${name}.csv.gz`);
    const ours = measureOurs(file);
    const theirs = python === undefined ? MEASURED[name] : measureReference(python, file);
    say(
      `  ${name.padEnd(12)} ${ours.auc.toFixed(4)} (${ours.deviation.toFixed(4)})    ${theirs.auc.toFixed(4)} (${theirs.deviation.toFixed(4)})` +
        `    ${ours.row_us.toFixed(1)} us   ${theirs.row_us.toFixed(0)} us   ${ours.bytes}   ${theirs.bytes}`,
    );
    const error = Math.hypot(ours.deviation, theirs.deviation) / Math.sqrt(SEEDS);
    checks.push({
      what: `${name}: mean ROC-AUC minus scikit-learn's`,
      value: ours.auc - theirs.auc,
      comparison: '>=',
      bound: -Math.max(0.01, 2 * error),
    });
    checks.push({
      what: `${name}: bytes of the forest`,
      value: ours.bytes,
      comparison: '<=',
      bound: theirs.bytes,
    });
    if (python !== undefined) {
      checks.push({
        what: `${name}: times as fast on a single row`,
        value: theirs.row_us / ours.row_us,
        comparison: '>=',
        bound: 500,
      });
    }
  }
  return checks;
}

function measureOurs(file: string): Reference {
  const table = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const rowCount = table.length;
  const featureCount = table[0].length - 1;
  const rows = new Float32Array(rowCount * featureCount);
  for (const [i, values] of table.entries()) rows.set(values.slice(0, featureCount), i * featureCount);
  const labels = table.map((values) => values[featureCount]);
  const scores = new Float64Array(rowCount);
  const data = { rows, rowCount, featureCount };
  const found: number[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    isolationScores(growIsolationForest(data, { seed }), rows, rowCount, scores);
    found.push(rocAuc(labels, scores));
  }
  const forest = growIsolationForest(data, { seed: 0 });
  const times: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const start = performance.now();
    isolationScore(forest, rows, (i % rowCount) * featureCount);
    times.push((performance.now() - start) * 1000);
  }
  const auc = found.reduce((sum, value) => sum + value, 0) / SEEDS;
  return {
    auc,
    deviation: Math.sqrt(found.reduce((sum, value) => sum + (value - auc) ** 2, 0) / (SEEDS - 1)),
    row_us: times.sort((a, b) => a - b)[times.length >> 1],
    bytes: Object.values(isolationTensors(forest)).reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}

function findPython(): string | undefined {
  const wanted = process.env.TITANS_BENCH_PYTHON;
  const candidates = wanted === undefined ? ['python3', 'python'] : [wanted];
  return candidates.find((python) => spawnSync(python, ['-c', 'import sklearn']).status === 0);
}

const SCRIPT = `
import gzip, json, pickle, sys, time
import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
table = np.loadtxt(gzip.open(sys.argv[1], "rt"), delimiter=",", skiprows=1)
rows, labels = table[:, :-1], table[:, -1]
fit = lambda seed: IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(rows)
aucs = [roc_auc_score(labels, -fit(seed).score_samples(rows)) for seed in range(int(sys.argv[2]))]
model = fit(0)
times = []
for i in range(40):
    start = time.perf_counter()
    model.score_samples(rows[i : i + 1])
    times.append((time.perf_counter() - start) * 1e6)
print(json.dumps({"auc": np.mean(aucs), "deviation": np.std(aucs, ddof=1), "row_us": np.median(times), "bytes": len(pickle.dumps(model))}))
`;

function measureReference(python: string, file: string): Reference {
  const run = spawnSync(python, ['-c', SCRIPT, file, String(SEEDS)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the reference failed:\n${run.stderr}`);
  return JSON.parse(run.stdout) as Reference;
}

const WARM_UP_DAYS = 30;
const TRAIN_SHARE = 0.7;

/** Trains on the first 70 % of days without labels and replays the rest. */
async function judgeFrauds(data: string, say: (line: string) => void): Promise<Check[]> {
  const { rows, scenarios } = await readFrauds(join(data, FRAUD_FILE));
  const first = rows[0].at;
  const days = (rows[rows.length - 1].at - first) / DAY_MS;
  const trainCount = rows.findIndex(({ at }) => at >= first + TRAIN_SHARE * days * DAY_MS);
  const train = rows.slice(0, trainCount);
  const options = { timezone: 'UTC', seed: 1, search: 0, isSimple: false, workers: 2 };
  const artifact = await fitAnomaly(train, anomalyParameters(options), options);
  const model = byModel(artifact, options.timezone);
  const plain = byPlainForest(train, options);
  const replay = createReplay();
  const ours: number[] = [];
  const baseline: number[] = [];
  for (const [i, row] of rows.entries()) {
    if (i >= trainCount) {
      ours.push(model(row, replay));
      baseline.push(plain(row, replay));
    }
    replay.remember(row, '');
  }
  const judged = scenarios.slice(trainCount);
  say(
    `\nfrauds: ${trainCount} rows fitted, ${judged.length} judged, ${judged.filter((s) => s > 0).length} of them frauds`,
  );
  say('scenarios          rows   ROC-AUC  average precision   plain forest: ROC-AUC  average precision');
  const figures = new Map<string, readonly [number, number, number, number]>();
  for (const [name, wanted] of [
    ['1 and 3', [1, 3]],
    ['1', [1]],
    ['3', [3]],
    ['2', [2]],
    ['all', [1, 2, 3]],
  ] as const) {
    const kept = judged.flatMap((scenario, i) =>
      scenario === 0 || (wanted as readonly number[]).includes(scenario) ? [i] : [],
    );
    const isFraud = kept.map((i) => (judged[i] > 0 ? 1 : 0));
    const mine = kept.map((i) => ours[i]);
    const other = kept.map((i) => baseline[i]);
    const found = [
      rocAuc(isFraud, mine),
      averagePrecision(isFraud, mine),
      rocAuc(isFraud, other),
      averagePrecision(isFraud, other),
    ] as const;
    figures.set(name, found);
    const count = isFraud.reduce<number>((sum, one) => sum + one, 0);
    say(
      `  ${name.padEnd(14)} ${String(count).padStart(6)}    ${found[0].toFixed(4)}   ${found[1].toFixed(4)}                       ${found[2].toFixed(4)}  ${found[3].toFixed(4)}`,
    );
  }
  const [auc] = figures.get('1 and 3') as readonly number[];
  const [, precision, , plainPrecision] = figures.get('all') as readonly number[];
  const checks: Check[] = [
    {
      what: 'frauds of scenarios 1 and 3 against genuine rows: ROC-AUC',
      value: auc,
      comparison: '>=',
      bound: 0.95,
    },
    {
      what: "all frauds: average precision, at least twice the plain forest's",
      value: precision,
      comparison: '>=',
      bound: 2 * plainPrecision,
    },
  ];
  // The replayed part begins with the training's history, so accounts are warm; its first days count as warm-up still.
  const warmFrom = Math.max(first + WARM_UP_DAYS * DAY_MS, rows[trainCount].at);
  for (const sensitivity of [0.01, 0.05]) {
    let genuine = 0;
    let flagged = 0;
    for (let i = trainCount; i < rows.length; i++) {
      if (scenarios[i] > 0 || rows[i].at < warmFrom) continue;
      genuine++;
      if (-ours[i - trainCount] <= sensitivity) flagged++;
    }
    const what = `share of genuine rows flagged at sensitivity ${sensitivity}`;
    checks.push({ what, value: flagged / genuine, comparison: '>=', bound: 0.8 * sensitivity });
    checks.push({ what, value: flagged / genuine, comparison: '<=', bound: 1.2 * sensitivity });
  }
  return checks;
}

async function readFrauds(path: string): Promise<{ rows: Transaction[]; scenarios: number[] }> {
  const table = await readTable(path, {
    mapping: { account_id: 'CUSTOMER_ID', merchant_name: 'TERMINAL_ID', tags: 'TX_FRAUD_SCENARIO' },
    timezone: 'UTC',
    currency: null,
    now: 0,
    amount: 'required',
  });
  const read = table.rows
    .flatMap(({ transaction }) => (transaction === null ? [] : [transaction]))
    .toSorted((a, b) => a.at - b.at);
  // The truth rides along as a tag and is taken off before anything is learnt.
  return {
    rows: read.map((row) => ({ ...row, tags: [] })),
    scenarios: read.map(({ tags }) => Number(tags[0]?.split('=')[1] ?? 0)),
  };
}
