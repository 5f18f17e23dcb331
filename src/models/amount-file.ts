import { decodeStatistics, encodeStatistics } from '../features/statistics-tensors.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { regressionFromTensors, regressionTensors } from '../kernels/forest/tensors-regression.ts';
import { decodeSafetensors } from '../kernels/safetensors/decode.ts';
import type { TypedArray } from '../kernels/safetensors/dtypes.ts';
import { encodeSafetensors } from '../kernels/safetensors/encode.ts';
import { decodeStrings, encodeStrings } from '../kernels/safetensors/strings.ts';
import { textRegressionFromTensors, textRegressionTensors } from '../kernels/text/regression.ts';
import { type AmountArtifact, createAmountScratch } from './amount.ts';
import type { CurrencyScales } from './currency-scales.ts';
import type { Decoded } from './model.ts';

/** Layout number of the file; raise it whenever older code could not read the bytes or would answer otherwise. */
export const AMOUNT_FORMAT = 1;

/** No two currencies differ by more than a factor of e to this. */
const SHIFT_MAX = 30;

/** The artifact as one safetensors file; equal artifacts give equal bytes. */
export function encodeAmount(artifact: AmountArtifact): Uint8Array {
  const { main, shifts } = artifact.scales;
  return encodeSafetensors(
    {
      ...encodeStatistics(artifact.statistics),
      ...prefixed('text.', textRegressionTensors(artifact.text)),
      ...prefixed('forest.', regressionTensors(artifact.forest)),
      'scales.currencies': encodeStrings([main ?? '', ...shifts.keys()]),
      'scales.shifts': Float64Array.of(0, ...shifts.values()),
      'correction.levels': artifact.correction.levels,
      'correction.offsets': artifact.correction.offsets,
    },
    { model: 'amount_prediction', format: String(AMOUNT_FORMAT) },
  );
}

function prefixed(prefix: string, tensors: Readonly<Record<string, TypedArray>>): Record<string, TypedArray> {
  return Object.fromEntries(Object.entries(tensors).map(([name, data]) => [prefix + name, data]));
}

/** Reads what {@link encodeAmount} wrote; never throws, whatever the bytes. Large arrays stay views of them. */
export function decodeAmount(bytes: Uint8Array): Decoded<AmountArtifact> {
  const file = decodeSafetensors(bytes);
  if (!file.ok) return file;
  const { tensors, metadata } = file;
  if (metadata.model !== 'amount_prediction' || metadata.format !== String(AMOUNT_FORMAT)) {
    const what = `${metadata.model} of format ${metadata.format}`;
    return { ok: false, faults: [`file is ${what}, not amount_prediction of ${AMOUNT_FORMAT}`] };
  }
  const faults: string[] = [];
  const statistics = decodeStatistics(tensors);
  if (!statistics.ok) faults.push(...statistics.faults);
  const text = textRegressionFromTensors(under('text.'));
  if (!text.ok) faults.push(...text.faults.map((fault) => `text: ${fault}`));
  const forest = regressionFromTensors(under('forest.'), { featureCount: FEATURE_COUNT });
  if (!forest.ok) faults.push(...forest.faults.map((fault) => `forest: ${fault}`));
  const scales = readScales();
  const levels = vector('correction.levels');
  const offsets = vector('correction.offsets');
  if (levels.length === 0 || levels.length !== offsets.length)
    faults.push('correction.levels and correction.offsets must hold as many values, at least one');
  if (!levels.every((level, i) => level > 0 && level < 1 && (i === 0 || level > levels[i - 1])))
    faults.push('correction.levels must ascend inside (0, 1)');
  if (faults.length > 0 || !statistics.ok || !text.ok || !forest.ok) return { ok: false, faults };
  const reader = { scales, statistics: statistics.statistics, text: text.model };
  return {
    ok: true,
    artifact: {
      ...reader,
      forest: forest.forest,
      correction: { levels, offsets },
      scratch: createAmountScratch(reader),
    },
  };

  function under(prefix: string): Record<string, TypedArray> {
    const names = Object.keys(tensors).filter((name) => name.startsWith(prefix));
    return Object.fromEntries(names.map((name) => [name.slice(prefix.length), tensors[name].data]));
  }

  function vector(name: string): Float64Array {
    const data = tensors[name]?.data;
    if (data instanceof Float64Array && data.every(Number.isFinite)) return data;
    faults.push(`${name} must hold finite F64 values`);
    return new Float64Array(0);
  }

  function readScales(): CurrencyScales {
    const currencies = decodeStrings(tensors['scales.currencies']);
    const shifts = vector('scales.shifts');
    if (
      currencies === null ||
      currencies.length === 0 ||
      currencies.length !== shifts.length ||
      shifts.some((shift) => Math.abs(shift) > SHIFT_MAX)
    ) {
      faults.push('scales must name currencies with one shift each, the main one first');
      return { main: null, shifts: new Map() };
    }
    const [main, ...others] = currencies;
    return {
      main: main === '' ? null : main,
      shifts: new Map(others.map((currency, i) => [currency, shifts[i + 1]])),
    };
  }
}
