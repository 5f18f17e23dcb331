import {
  addToHistogram,
  createLogHistogram,
  histogramQuantile,
  type LogHistogram,
  mergeHistogram,
} from '../kernels/stats/log-histogram.ts';
import type { Clock } from '../lib/clock.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';

/** So many different categories are counted apart; the rest together. */
const CATEGORIES_MAX = 256;
const CONFIDENCE_BINS = 10;
const HOURS = 24;
const HOUR_MS = 3_600_000;

const BANDS = ['VERY_HIGH', 'HIGH', 'MEDIUM', 'LOW'] as const;
const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;

/** What the answers said since the start. Shares are null where nothing was answered. */
export interface AnalyticsReport {
  /** RFC 3339 instant from which on answers are counted. */
  readonly since: string;
  /** Processes whose answers are counted. */
  readonly processes: number;
  readonly predictions: {
    readonly total: number;
    readonly by_model: Readonly<Record<ModelName, number>>;
    /** Answers in each of the last 24 hours of the clock (UTC), oldest first. */
    readonly by_hour: readonly { readonly hour: string; readonly count: number }[];
  };
  readonly category: {
    readonly count: number;
    readonly abstained: number;
    readonly abstention_share: number | null;
    readonly mean_confidence: number | null;
    /** Most frequent first. */
    readonly mix: readonly { readonly category: string; readonly count: number; readonly share: number }[];
    /** Answers whose category is counted under no name of its own. */
    readonly other: number;
    readonly confidence_histogram: readonly {
      readonly from: number;
      readonly to: number;
      readonly count: number;
    }[];
    readonly confidence_bands: Readonly<Record<(typeof BANDS)[number], number>>;
  };
  readonly amount: {
    readonly count: number;
    /** Of predicted amounts without their sign, in major units of whatever currency. */
    readonly mean: number | null;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly max: number | null;
  };
  readonly anomaly: {
    readonly count: number;
    readonly flagged: number;
    readonly anomaly_rate: number | null;
    readonly risk_levels: Readonly<Record<(typeof RISK_LEVELS)[number], number>>;
  };
  readonly cashflow: { readonly count: number };
}

/** What was counted, as plain data: it can be sent to another process and added up there. */
export interface AnalyticsCounts {
  /** Instant from which on answers are counted. */
  readonly since: number;
  readonly byModel: Record<ModelName, number>;
  /** Answers by hour since the epoch, the last {@link HOURS} of them; a place of the ring holds the hour named. */
  readonly hours: { readonly at: Float64Array; readonly counts: Float64Array };
  readonly mix: Map<string, number>;
  /** Answers whose category is counted under no name of its own. */
  otherCategories: number;
  readonly confidenceBins: Float64Array;
  readonly bands: Record<(typeof BANDS)[number], number>;
  confidenceSum: number;
  abstentions: number;
  readonly amounts: LogHistogram;
  readonly levels: Record<(typeof RISK_LEVELS)[number], number>;
  flagged: number;
}

/** Counts what answers say, in bounded memory. */
export interface Analytics {
  readonly counts: AnalyticsCounts;
  category(category: string, confidence: number, band: (typeof BANDS)[number], abstained: boolean): void;
  amount(amount: number): void;
  anomaly(isAnomaly: boolean, level: (typeof RISK_LEVELS)[number]): void;
  cashflow(): void;
}

function createCounts(since: number): AnalyticsCounts {
  return {
    since,
    byModel: Object.fromEntries(MODEL_NAMES.map((name) => [name, 0])) as Record<ModelName, number>,
    hours: { at: new Float64Array(HOURS).fill(Number.NaN), counts: new Float64Array(HOURS) },
    mix: new Map(),
    otherCategories: 0,
    confidenceBins: new Float64Array(CONFIDENCE_BINS),
    bands: { VERY_HIGH: 0, HIGH: 0, MEDIUM: 0, LOW: 0 },
    confidenceSum: 0,
    abstentions: 0,
    amounts: createLogHistogram(),
    levels: { low: 0, medium: 0, high: 0, critical: 0 },
    flagged: 0,
  };
}

export function createAnalytics(clock: Clock): Analytics {
  const counts = createCounts(clock());

  function count(model: ModelName): void {
    counts.byModel[model]++;
    addToHour(counts, Math.floor(clock() / HOUR_MS), 1);
  }

  return {
    counts,
    category(category, confidence, band, abstained) {
      count('category_prediction');
      addToMix(counts, category, 1);
      counts.confidenceBins[Math.min(CONFIDENCE_BINS - 1, Math.floor(confidence * CONFIDENCE_BINS))]++;
      counts.bands[band]++;
      counts.confidenceSum += confidence;
      if (abstained) counts.abstentions++;
    },
    amount(amount) {
      count('amount_prediction');
      addToHistogram(counts.amounts, Math.abs(amount));
    },
    anomaly(isAnomaly, level) {
      count('anomaly_detection');
      counts.levels[level]++;
      if (isAnomaly) counts.flagged++;
    },
    cashflow: () => count('cashflow_forecasting'),
  };
}

function addToMix(counts: AnalyticsCounts, category: string, found: number): void {
  const known = counts.mix.get(category);
  if (known !== undefined || counts.mix.size < CATEGORIES_MAX) counts.mix.set(category, (known ?? 0) + found);
  else counts.otherCategories += found;
}

function addToHour({ hours: { at, counts } }: AnalyticsCounts, hour: number, found: number): void {
  const place = hour % HOURS;
  if (at[place] !== hour) {
    // An hour that is a day older gives its place to a newer one, and never the other way round.
    if (at[place] > hour) return;
    at[place] = hour;
    counts[place] = 0;
  }
  counts[place] += found;
}

/** Adds up what several processes counted. */
function addUp(all: readonly AnalyticsCounts[]): AnalyticsCounts {
  const sum = createCounts(Math.min(...all.map(({ since }) => since)));
  for (const counts of all) {
    for (const name of MODEL_NAMES) sum.byModel[name] += counts.byModel[name];
    counts.hours.at.forEach((hour, place) => {
      if (!Number.isNaN(hour)) addToHour(sum, hour, counts.hours.counts[place]);
    });
    for (const [category, found] of counts.mix) addToMix(sum, category, found);
    sum.otherCategories += counts.otherCategories;
    counts.confidenceBins.forEach((found, bin) => {
      sum.confidenceBins[bin] += found;
    });
    for (const band of BANDS) sum.bands[band] += counts.bands[band];
    sum.confidenceSum += counts.confidenceSum;
    sum.abstentions += counts.abstentions;
    mergeHistogram(sum.amounts, counts.amounts);
    for (const level of RISK_LEVELS) sum.levels[level] += counts.levels[level];
    sum.flagged += counts.flagged;
  }
  return sum;
}

/** Reports what one process or several counted, as of the instant `now`. */
export function reportAnalytics(all: readonly AnalyticsCounts[], now: number): AnalyticsReport {
  const counts = addUp(all);
  const { byModel, mix, bands, levels, flagged } = counts;
  const categories = byModel.category_prediction;
  const anomalies = byModel.anomaly_detection;
  return {
    since: new Date(counts.since).toISOString(),
    processes: all.length,
    predictions: {
      total: MODEL_NAMES.reduce((sum, name) => sum + byModel[name], 0),
      by_model: byModel,
      by_hour: listHours(counts, now),
    },
    category: {
      count: categories,
      abstained: counts.abstentions,
      abstention_share: shareOf(counts.abstentions, categories),
      mean_confidence: shareOf(counts.confidenceSum, categories),
      mix: [...mix]
        .map(([category, found]) => ({ category, count: found, share: found / categories }))
        .sort((a, b) => b.count - a.count || (a.category < b.category ? -1 : 1)),
      other: counts.otherCategories,
      confidence_histogram: Array.from(counts.confidenceBins, (found, bin) => ({
        from: bin / CONFIDENCE_BINS,
        to: (bin + 1) / CONFIDENCE_BINS,
        count: found,
      })),
      confidence_bands: bands,
    },
    amount: summariseAmounts(counts.amounts),
    anomaly: {
      count: anomalies,
      flagged,
      anomaly_rate: shareOf(flagged, anomalies),
      risk_levels: levels,
    },
    cashflow: { count: byModel.cashflow_forecasting },
  };
}

function listHours(
  { hours: { at, counts } }: AnalyticsCounts,
  now: number,
): { hour: string; count: number }[] {
  const last = Math.floor(now / HOUR_MS);
  return Array.from({ length: HOURS }, (_, index) => {
    const hour = last - HOURS + 1 + index;
    const place = hour % HOURS;
    return { hour: new Date(hour * HOUR_MS).toISOString(), count: at[place] === hour ? counts[place] : 0 };
  });
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function summariseAmounts(amounts: LogHistogram): AnalyticsReport['amount'] {
  const { count, sum, max } = amounts;
  if (count === 0) return { count, mean: null, p50: null, p95: null, max: null };
  const cents = (value: number) => Math.round(value * 100) / 100;
  return {
    count,
    mean: cents(sum / count),
    p50: cents(histogramQuantile(amounts, 0.5)),
    p95: cents(histogramQuantile(amounts, 0.95)),
    max,
  };
}
