import type { AmountArtifact } from './amount.ts';
import { AMOUNT_FORMAT, decodeAmount, encodeAmount } from './amount-file.ts';
import { askAmount, probeAmount } from './amount-probe.ts';
import type { AnomalyArtifact } from './anomaly.ts';
import { ANOMALY_FORMAT, decodeAnomaly, encodeAnomaly } from './anomaly-file.ts';
import { askAnomaly, probeAnomaly } from './anomaly-probe.ts';
import type { CashflowArtifact } from './cashflow.ts';
import { CASHFLOW_FORMAT, decodeCashflow, encodeCashflow } from './cashflow-file.ts';
import { askCashflow, probeCashflow } from './cashflow-probe.ts';
import type { CategoryArtifact } from './category.ts';
import { CATEGORY_FORMAT, decodeCategory, encodeCategory } from './category-file.ts';
import { askCategory, probeCategory } from './category-probe.ts';
import type { Model } from './model.ts';

export const CATEGORY_MODEL: Model<CategoryArtifact> = {
  name: 'category_prediction',
  format: CATEGORY_FORMAT,
  encode: encodeCategory,
  decode: decodeCategory,
  probe: probeCategory,
  ask: askCategory,
  hidden: ['category'],
};

export const AMOUNT_MODEL: Model<AmountArtifact> = {
  name: 'amount_prediction',
  format: AMOUNT_FORMAT,
  encode: encodeAmount,
  decode: decodeAmount,
  probe: probeAmount,
  ask: askAmount,
  hidden: ['amountMinor', 'balanceAfterMinor'],
};

export const ANOMALY_MODEL: Model<AnomalyArtifact> = {
  name: 'anomaly_detection',
  format: ANOMALY_FORMAT,
  encode: encodeAnomaly,
  decode: decodeAnomaly,
  probe: probeAnomaly,
  ask: askAnomaly,
  hidden: ['category'],
};

export const CASHFLOW_MODEL: Model<CashflowArtifact> = {
  name: 'cashflow_forecasting',
  format: CASHFLOW_FORMAT,
  encode: encodeCashflow,
  decode: decodeCashflow,
  probe: probeCashflow,
  ask: askCashflow,
  hidden: ['id', 'location', 'merchantCategoryCode', 'country', 'reference', 'tags', 'balanceAfterMinor'],
};

/** THE table of models that can be trained, stored and served. */
export const MODELS = [CATEGORY_MODEL, AMOUNT_MODEL, ANOMALY_MODEL, CASHFLOW_MODEL] as const;
