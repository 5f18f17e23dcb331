import { localTime } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';
import { createReplay } from '../features/replay.ts';
import { fitStatistics } from '../features/statistics.ts';
import { type IsolationForest, joinIsolationTrees } from '../kernels/isolation-forest/forest.ts';
import { growIsolationTree, sampleSize } from '../kernels/isolation-forest/grow.ts';
import { isolationScore } from '../kernels/isolation-forest/predict.ts';
import { quantileSorted } from '../kernels/stats/quantile.ts';
import { deriveSeed } from '../lib/rng.ts';
import {
  type AnomalyArtifact,
  type AnomalyReader,
  type AnomalyScratch,
  createAnomalyScratch,
  joinEvidence,
  PASTS,
  pastKind,
  readSigns,
} from '../models/anomaly.ts';
import { fitAmounts } from '../models/anomaly-amounts.ts';
import { FOREST_SIGNS, HABIT_MIN, SIGNS } from '../models/anomaly-signs.ts';
import { fitJointTail, fitSignTail, type Tail } from '../models/anomaly-tail.ts';
import { breathe } from './breathe.ts';
import { ordinaryRows } from './ordinary-rows.ts';
import type { TrainOptions } from './trainer.ts';

/** What a model is made with. */
export interface AnomalyParameters {
  readonly trees: number;
  /** Rows each tree is grown on. */
  readonly max_samples: number;
}

/** The signs of rows, each read by what was learnt from rows before it. */
export interface SignTable {
  readonly count: number;
  /** Row-major, one column per sign. */
  readonly signs: Float64Array;
  /** Number of earlier transactions the habits of each row rest on. */
  readonly pastCounts: Int32Array;
  /** Positions of the rows among those read from. */
  readonly rows: Int32Array;
}

/** Signs as serving would have seen them, and of the same rows with no and with a short past. */
export interface Reading {
  readonly natural: SignTable;
  readonly none: SignTable;
  readonly short: SignTable;
}

/** Shares of the rows before which each block's reader is fitted; the last block ends with the last row. */
const CUTS = [0.5, 0.75];
/** At most this many rows are read as they are, and again without a past. */
const NATURAL_MAX = 120_000;
const PASTLESS_MAX = 20_000;
const BREATHE_ROWS = 256;
const EVEN_SHARE = 0.2;

/** Learns from rows what a reader knows of all accounts together. */
export function fitReader(rows: readonly Transaction[], timezone: string): AnomalyReader {
  const hours = new Float64Array(24).fill(1);
  let timed = 24;
  for (const { at, timeKnown } of rows) {
    if (!timeKnown) continue;
    hours[localTime(at, timezone).hour]++;
    timed++;
  }
  return {
    statistics: fitStatistics(rows),
    amounts: fitAmounts(rows),
    // A fifth is spread evenly: an hour in which nothing was seen is odd, but never damning on its own.
    hours: hours.map((count) => (1 - EVEN_SHARE) * ((24 * count) / timed) + EVEN_SHARE),
  };
}

/** Reads time-ordered rows block by block, each by a reader of the rows before the block. */
export async function readForward(rows: readonly Transaction[], options: TrainOptions): Promise<Reading> {
  const { timezone, onProgress, signal } = options;
  const cuts = CUTS.map((share) => Math.floor(rows.length * share));
  const from = cuts[0];
  const naturalStep = Math.max(1, Math.ceil((rows.length - from) / NATURAL_MAX));
  const pastlessStep = Math.max(1, Math.ceil((rows.length - from) / PASTLESS_MAX));
  const natural = createTable(Math.ceil((rows.length - from) / naturalStep));
  const none = createTable(Math.ceil((rows.length - from) / pastlessStep));
  const short = createTable(Math.ceil((rows.length - from) / pastlessStep));
  const scratch = createAnomalyScratch();
  const replay = createReplay();
  let reader: AnomalyReader | null = null;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (cuts.includes(i)) reader = fitReader(rows.slice(0, i), timezone);
    if (reader !== null) {
      const at = i - from;
      const past = replay.past(row);
      if (at % naturalStep === 0) read(natural, i, reader, row, past);
      if (at % pastlessStep === 0) {
        read(none, i, reader, row, []);
        read(short, i, reader, row, past.slice(-(1 + ((at / pastlessStep) % (HABIT_MIN - 1)))));
      }
    }
    replay.remember(row, '');
    if (i % BREATHE_ROWS === 0) {
      onProgress?.('reading rows forward in time', i, rows.length);
      await breathe(signal);
    }
  }
  onProgress?.('reading rows forward in time', rows.length, rows.length);
  return { natural: cut(natural), none: cut(none), short: cut(short) };

  function read(
    table: OpenTable,
    index: number,
    by: AnomalyReader,
    row: Transaction,
    past: readonly PastRow[],
  ): void {
    const { habits } = readSigns(by, row, past, timezone, scratch);
    table.signs.set(scratch.signs, table.count * SIGNS.length);
    table.pastCounts[table.count] = habits.count;
    table.rows[table.count++] = index;
  }
}

interface OpenTable extends SignTable {
  count: number;
}

function createTable(rows: number): OpenTable {
  return {
    count: 0,
    signs: new Float64Array(rows * SIGNS.length),
    pastCounts: new Int32Array(rows),
    rows: new Int32Array(rows),
  };
}

function cut({ count, signs, pastCounts, rows }: OpenTable): SignTable {
  return {
    count,
    signs: signs.subarray(0, count * SIGNS.length),
    pastCounts: pastCounts.subarray(0, count),
    rows: rows.subarray(0, count),
  };
}

/** Everything of an artifact but its reader. */
export type Judge = Pick<AnomalyArtifact, 'forest' | 'tails' | 'joint' | 'usual'> & {
  /** Share of calibration rows set aside because they came in incidents. */
  readonly incidentShare: number;
};

/** Learns from a reading what is ordinary: the forest, the tails of the signs, and the tail of their joint evidence. */
export async function fitJudge(
  rows: readonly Transaction[],
  { natural, none, short }: Reading,
  parameters: AnomalyParameters,
  options: TrainOptions,
): Promise<Judge> {
  const forest = await growOn(natural, parameters, options);
  const columns = SIGNS.map((_, s) =>
    Float64Array.from({ length: natural.count }, (_, i) => natural.signs[i * SIGNS.length + s]),
  );
  const tails: Tail[] = columns.map((column, s) => fitSignTail(column, SIGNS[s].slopeMax));
  const row = new Float32Array(FOREST_SIGNS.length);
  const scores = new Float64Array(natural.count);
  for (let i = 0; i < natural.count; i++) {
    writeForestRow(natural, i, row, 0);
    scores[i] = isolationScore(forest, row);
    if (i % BREATHE_ROWS === 0) await breathe(options.signal);
  }
  tails.push(fitSignTail(scores, Number.POSITIVE_INFINITY));
  const usual = columns.map((column): readonly [number, number] => {
    const sorted = column.filter((value) => !Number.isNaN(value)).sort();
    return sorted.length === 0 ? [0, 0] : [quantileSorted(sorted, 0.05), quantileSorted(sorted, 0.95)];
  });
  const judge = { forest, tails };
  const seen = await joinTable(natural, judge, options.signal);
  const { kept, incidentShare } = ordinaryRows(
    seen,
    Array.from(natural.rows, (index) => rows[index]),
  );
  const isOrdinary = (i: number) =>
    kept[i] === 1 && pastKind(natural.pastCounts[i]) === PASTS.indexOf('long');
  // The newest rows have seen most, as those to come will; older ones only join in where there are few.
  const newest = Math.floor(rows.length * CUTS[CUTS.length - 1]);
  const latest = seen.filter((_, i) => isOrdinary(i) && natural.rows[i] >= newest);
  const long = latest.length >= LATEST_MIN ? latest : seen.filter((_, i) => isOrdinary(i));
  const nothing = await joinTable(none, judge, options.signal);
  const little = await joinTable(short, judge, options.signal);
  // Where no account has a past, what is ordinary of those that have one is not known; the nearest known stands in.
  const isShort = short.pastCounts.some((count) => count > 0);
  const joint = [
    nothing,
    isShort ? little : nothing,
    long.length >= LONG_MIN ? long : isShort ? little : nothing,
  ];
  return { forest, tails, usual, joint: joint.map(fitJointTail), incidentShare };
}

const LONG_MIN = 100;
const LATEST_MIN = 5000;

/** The joint evidence of every row of a table. */
export async function joinTable(
  table: SignTable,
  judge: Pick<AnomalyArtifact, 'forest' | 'tails'>,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const scratch: AnomalyScratch = createAnomalyScratch();
  const joint = new Float64Array(table.count);
  for (let i = 0; i < table.count; i++) {
    scratch.signs.set(table.signs.subarray(i * SIGNS.length, (i + 1) * SIGNS.length));
    writeForestRow(table, i, scratch.forestRow, 0);
    joint[i] = joinEvidence(judge, scratch);
    if (i % BREATHE_ROWS === 0) await breathe(signal);
  }
  return joint;
}

async function growOn(
  table: SignTable,
  { trees, max_samples }: AnomalyParameters,
  { seed, onProgress, signal }: TrainOptions,
): Promise<IsolationForest> {
  const featureCount = FOREST_SIGNS.length;
  const rows = new Float32Array(table.count * featureCount);
  for (let i = 0; i < table.count; i++) writeForestRow(table, i, rows, i * featureCount);
  const data = { rows, rowCount: table.count, featureCount };
  const settings = { maxSamples: max_samples, seed: deriveSeed(seed, 0) };
  const grown = [];
  // A tree of some hundred rows takes less time than handing it to a thread.
  for (let tree = 0; tree < trees; tree++) {
    grown.push(growIsolationTree(data, tree, settings));
    onProgress?.('growing the isolation forest', tree + 1, trees);
    await breathe(signal);
  }
  return joinIsolationTrees(grown, featureCount, sampleSize(data, max_samples));
}

function writeForestRow({ signs }: SignTable, i: number, out: Float32Array, offset: number): void {
  for (let f = 0; f < FOREST_SIGNS.length; f++) out[offset + f] = signs[i * SIGNS.length + FOREST_SIGNS[f]];
}

export function assembleAnomaly(reader: AnomalyReader, judge: Judge): AnomalyArtifact {
  const { forest, tails, joint, usual } = judge;
  return { ...reader, forest, tails, joint, usual, scratch: createAnomalyScratch() };
}
