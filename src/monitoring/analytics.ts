import {
  addToHistogram,
  createLogHistogram,
  histogramQuantile,
  type LogHistogram,
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

/** What the answers of this process said since it started. Shares are null where nothing was answered. */
export interface AnalyticsReport {
  /** RFC 3339 instant from which on answers are counted. */
  readonly since: string;
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

/** Counts what answers say, in bounded memory. */
export interface Analytics {
  category(category: string, confidence: number, band: (typeof BANDS)[number], abstained: boolean): void;
  amount(amount: number): void;
  anomaly(isAnomaly: boolean, level: (typeof RISK_LEVELS)[number]): void;
  cashflow(): void;
  report(): AnalyticsReport;
}

export function createAnalytics(clock: Clock): Analytics {
  const since = new Date(clock()).toISOString();
  const byModel = Object.fromEntries(MODEL_NAMES.map((name) => [name, 0])) as Record<ModelName, number>;
  const hours = createHours(clock);
  const mix = new Map<string, number>();
  const bins = new Array<number>(CONFIDENCE_BINS).fill(0);
  const bands = { VERY_HIGH: 0, HIGH: 0, MEDIUM: 0, LOW: 0 };
  const levels = { low: 0, medium: 0, high: 0, critical: 0 };
  const amounts = createLogHistogram();
  let other = 0;
  let abstentions = 0;
  let confidenceSum = 0;
  let flagged = 0;

  function count(model: ModelName): void {
    byModel[model]++;
    hours.add();
  }

  return {
    category(category, confidence, band, abstained) {
      count('category_prediction');
      const known = mix.get(category);
      if (known !== undefined || mix.size < CATEGORIES_MAX) mix.set(category, (known ?? 0) + 1);
      else other++;
      bins[Math.min(CONFIDENCE_BINS - 1, Math.floor(confidence * CONFIDENCE_BINS))]++;
      bands[band]++;
      confidenceSum += confidence;
      if (abstained) abstentions++;
    },
    amount(amount) {
      count('amount_prediction');
      addToHistogram(amounts, Math.abs(amount));
    },
    anomaly(isAnomaly, level) {
      count('anomaly_detection');
      levels[level]++;
      if (isAnomaly) flagged++;
    },
    cashflow: () => count('cashflow_forecasting'),
    report() {
      const categories = byModel.category_prediction;
      const anomalies = byModel.anomaly_detection;
      return {
        since,
        predictions: {
          total: MODEL_NAMES.reduce((sum, name) => sum + byModel[name], 0),
          by_model: { ...byModel },
          by_hour: hours.list(),
        },
        category: {
          count: categories,
          abstained: abstentions,
          abstention_share: shareOf(abstentions, categories),
          mean_confidence: shareOf(confidenceSum, categories),
          mix: [...mix]
            .map(([category, found]) => ({ category, count: found, share: found / categories }))
            .sort((a, b) => b.count - a.count || (a.category < b.category ? -1 : 1)),
          other,
          confidence_histogram: bins.map((found, bin) => ({
            from: bin / CONFIDENCE_BINS,
            to: (bin + 1) / CONFIDENCE_BINS,
            count: found,
          })),
          confidence_bands: { ...bands },
        },
        amount: summariseAmounts(amounts),
        anomaly: {
          count: anomalies,
          flagged,
          anomaly_rate: shareOf(flagged, anomalies),
          risk_levels: { ...levels },
        },
        cashflow: { count: byModel.cashflow_forecasting },
      };
    },
  };
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

/** Counts by hour of the clock, the last {@link HOURS} of them. */
function createHours(clock: Clock): { add(): void; list(): { hour: string; count: number }[] } {
  const counts = new Float64Array(HOURS);
  const hours = new Float64Array(HOURS).fill(Number.NaN);
  return {
    add() {
      const hour = Math.floor(clock() / HOUR_MS);
      const place = hour % HOURS;
      if (hours[place] !== hour) {
        hours[place] = hour;
        counts[place] = 0;
      }
      counts[place]++;
    },
    list() {
      const now = Math.floor(clock() / HOUR_MS);
      return Array.from({ length: HOURS }, (_, index) => {
        const hour = now - HOURS + 1 + index;
        const place = hour % HOURS;
        return {
          hour: new Date(hour * HOUR_MS).toISOString(),
          count: hours[place] === hour ? counts[place] : 0,
        };
      });
    },
  };
}
