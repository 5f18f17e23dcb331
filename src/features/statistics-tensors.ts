import type { Tensor, TypedArray } from '../kernels/safetensors/dtypes.ts';
import { decodeStrings, encodeStrings } from '../kernels/safetensors/strings.ts';
import type { AmountStatistic, MerchantStatistic, Statistics, ValueStatistic } from './statistics.ts';

const VALUE_MAPS = ['paymentMethods', 'places', 'merchantCodes'] as const;
const PERCENTILES = 101;

/** Decoded statistics, or what is wrong with their tensors. */
export type DecodedStatistics =
  | { readonly ok: true; readonly statistics: Statistics }
  | { readonly ok: false; readonly faults: readonly string[] };

/** The statistics as named tensors; every number keeps its full precision, so that a stored model answers bit for bit. */
export function encodeStatistics(statistics: Statistics): Record<string, TypedArray> {
  const merchants = [...statistics.merchants.values()];
  const byCategory = statistics.categories.map(
    (name) => statistics.amountsByCategory.get(name) as AmountStatistic,
  );
  const tensors: Record<string, TypedArray> = {
    'statistics.categories': encodeStrings(statistics.categories),
    'statistics.amount_percentiles': Float64Array.from(statistics.amountPercentiles),
    ...encodeAmounts('statistics.category', byCategory),
    'statistics.merchant.keys': encodeStrings([...statistics.merchants.keys()]),
    ...encodeAmounts('statistics.merchant', merchants),
    'statistics.merchant.category': Int32Array.from(merchants, (merchant) => merchant.category),
    'statistics.merchant.category_share': Float64Array.from(merchants, (merchant) => merchant.categoryShare),
  };
  for (const map of VALUE_MAPS) {
    const values = statistics[map];
    tensors[`statistics.${map}.keys`] = encodeStrings([...values.keys()]);
    tensors[`statistics.${map}.count`] = Uint32Array.from(values.values(), (value) => value.count);
  }
  return tensors;
}

function encodeAmounts(name: string, amounts: readonly AmountStatistic[]): Record<string, TypedArray> {
  return {
    [`${name}.count`]: Uint32Array.from(amounts, (amount) => amount.count),
    [`${name}.median`]: Float64Array.from(amounts, (amount) => amount.median),
    [`${name}.spread`]: Float64Array.from(amounts, (amount) => amount.spread),
  };
}

/** Inverse of {@link encodeStatistics}; never throws, whatever the tensors. */
export function decodeStatistics(tensors: Readonly<Record<string, Tensor>>): DecodedStatistics {
  const faults: string[] = [];

  function strings(name: string): readonly string[] {
    const list = decodeStrings(tensors[name]);
    if (list === null) faults.push(`${name} is no list of strings`);
    return list ?? [];
  }

  function numbers(name: string, dtype: 'F64' | 'U32' | 'I32', length: number): TypedArray {
    const tensor = tensors[name];
    if (tensor?.dtype === dtype && tensor.data.length === length) return tensor.data;
    faults.push(`${name} must hold ${length} values of ${dtype}`);
    return new Float64Array(length);
  }

  function amounts(name: string, length: number): AmountStatistic[] {
    const count = numbers(`${name}.count`, 'U32', length);
    const median = numbers(`${name}.median`, 'F64', length);
    const spread = numbers(`${name}.spread`, 'F64', length);
    return Array.from({ length }, (_, i) => ({
      count: Number(count[i]),
      median: Number(median[i]),
      spread: Number(spread[i]),
    }));
  }

  function values(map: string): ReadonlyMap<string, ValueStatistic> {
    const keys = strings(`statistics.${map}.keys`);
    const count = numbers(`statistics.${map}.count`, 'U32', keys.length);
    return new Map(keys.map((key, code) => [key, { code, count: Number(count[code]) }]));
  }

  const categories = strings('statistics.categories');
  const merchantKeys = strings('statistics.merchant.keys');
  const merchantAmounts = amounts('statistics.merchant', merchantKeys.length);
  const merchantCategory = numbers('statistics.merchant.category', 'I32', merchantKeys.length);
  const merchantShare = numbers('statistics.merchant.category_share', 'F64', merchantKeys.length);
  const merchants = new Map<string, MerchantStatistic>();
  for (const [i, key] of merchantKeys.entries()) {
    const category = Number(merchantCategory[i]);
    if (category < -1 || category >= categories.length) {
      faults.push(`statistics.merchant.category[${i}] is no category`);
      break;
    }
    const { count, median, spread } = merchantAmounts[i];
    merchants.set(key, { count, median, spread, category, categoryShare: Number(merchantShare[i]) });
  }
  const byCategory = amounts('statistics.category', categories.length);
  const percentiles = numbers('statistics.amount_percentiles', 'F64', PERCENTILES);
  const statistics: Statistics = {
    categories,
    categoryCodes: new Map(categories.map((name, code) => [name, code])),
    amountPercentiles: Array.from(percentiles, Number),
    merchants,
    amountsByCategory: new Map(categories.map((name, code) => [name, byCategory[code]])),
    paymentMethods: values('paymentMethods'),
    places: values('places'),
    merchantCodes: values('merchantCodes'),
  };
  return faults.length > 0 ? { ok: false, faults } : { ok: true, statistics };
}
