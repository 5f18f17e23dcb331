import { decodeSafetensors } from '../kernels/safetensors/decode.ts';
import { encodeSafetensors } from '../kernels/safetensors/encode.ts';
import { type CashflowArtifact, LENGTH_CLASSES, MEMBER_NAMES, PATH_DAYS } from './cashflow.ts';
import type { Decoded } from './model.ts';

/** Layout number of the file; raise it whenever older code could not read the bytes or would answer otherwise. */
export const CASHFLOW_FORMAT = 1;

const PATHS_MAX = 4096;

/** The artifact as one safetensors file; equal artifacts give equal bytes. */
export function encodeCashflow(artifact: CashflowArtifact): Uint8Array {
  return encodeSafetensors(
    {
      weights: artifact.weights,
      paths: artifact.paths,
      weighing: Float64Array.of(artifact.power, artifact.priorOrigins),
    },
    {
      model: 'cashflow_forecasting',
      format: String(CASHFLOW_FORMAT),
      members: MEMBER_NAMES.join(' '),
    },
  );
}

/** Reads what {@link encodeCashflow} wrote; never throws, whatever the bytes. */
export function decodeCashflow(bytes: Uint8Array): Decoded<CashflowArtifact> {
  const file = decodeSafetensors(bytes);
  if (!file.ok) return file;
  const { tensors, metadata } = file;
  const faults: string[] = [];
  if (metadata.model !== 'cashflow_forecasting' || metadata.format !== String(CASHFLOW_FORMAT)) {
    const is = `file is ${metadata.model} of format ${metadata.format}`;
    return { ok: false, faults: [`${is}, not cashflow_forecasting of ${CASHFLOW_FORMAT}`] };
  }
  if (metadata.members !== MEMBER_NAMES.join(' ')) faults.push(`its members are ${metadata.members}`);
  const vector = (name: string): Float64Array => {
    const data = tensors[name]?.data;
    if (data instanceof Float64Array && data.every(Number.isFinite)) return data;
    faults.push(`${name} must hold finite F64 values`);
    return new Float64Array(0);
  };
  const weights = vector('weights');
  const paths = vector('paths');
  const [power, priorOrigins] = vector('weighing');
  if (weights.length !== LENGTH_CLASSES.length * MEMBER_NAMES.length)
    faults.push('weights has the wrong size');
  if (weights.some((weight) => weight < 0 || weight > 1)) faults.push('weights must lie in [0, 1]');
  if (paths.length % PATH_DAYS !== 0 || paths.length > PATHS_MAX * PATH_DAYS || paths.length === 0)
    faults.push('paths has the wrong size');
  if (!(power >= 0) || !(priorOrigins > 0)) faults.push('weighing must be a power and a positive count');
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, artifact: { weights, paths, power, priorOrigins } };
}
