import type { AmountStatistic } from '../features/statistics.ts';
import { decodeStatistics, encodeStatistics } from '../features/statistics-tensors.ts';
import { isolationFromTensors, isolationTensors } from '../kernels/isolation-forest/tensors.ts';
import { decodeSafetensors } from '../kernels/safetensors/decode.ts';
import type { TypedArray } from '../kernels/safetensors/dtypes.ts';
import { encodeSafetensors } from '../kernels/safetensors/encode.ts';
import { decodeStrings, encodeStrings } from '../kernels/safetensors/strings.ts';
import { type AnomalyArtifact, createAnomalyScratch, PASTS } from './anomaly.ts';
import { FOREST_SIGNS, SIGNS } from './anomaly-signs.ts';
import type { Tail } from './anomaly-tail.ts';
import type { Decoded } from './model.ts';

/** Layout number of the file; raise it whenever older code could not read the bytes or would answer otherwise. */
export const ANOMALY_FORMAT = 1;

const HOURS = 24;
const BOOKS = ['usual', 'merchants'] as const;

/** The artifact as one safetensors file; equal artifacts give equal bytes. */
export function encodeAnomaly(artifact: AnomalyArtifact): Uint8Array {
  const tensors: Record<string, TypedArray> = {
    ...encodeStatistics(artifact.statistics),
    hours: artifact.hours,
    usual: Float64Array.from(artifact.usual.flat()),
  };
  for (const name of BOOKS) {
    const book = artifact.amounts[name];
    tensors[`amounts.${name}.keys`] = encodeStrings([...book.keys()]);
    tensors[`amounts.${name}`] = Float64Array.from(
      [...book.values()].flatMap(({ count, median, spread }) => [count, median, spread]),
    );
  }
  encodeTails('tails', artifact.tails, tensors);
  encodeTails('joint', artifact.joint, tensors);
  for (const [name, data] of Object.entries(isolationTensors(artifact.forest)))
    tensors[`forest.${name}`] = data;
  return encodeSafetensors(tensors, {
    model: 'anomaly_detection',
    format: String(ANOMALY_FORMAT),
    signs: SIGNS.map(({ name }) => name).join(' '),
  });
}

function encodeTails(name: string, tails: readonly Tail[], tensors: Record<string, TypedArray>): void {
  tensors[`${name}.length`] = Uint32Array.from(tails, ({ values }) => values.length);
  tensors[`${name}.slope`] = Float64Array.from(tails, ({ slope }) => slope);
  tensors[`${name}.values`] = Float64Array.from(tails.flatMap(({ values }) => [...values]));
  tensors[`${name}.nats`] = Float64Array.from(tails.flatMap(({ nats }) => [...nats]));
}

/** Reads what {@link encodeAnomaly} wrote; never throws, whatever the bytes. Large arrays stay views of them. */
export function decodeAnomaly(bytes: Uint8Array): Decoded<AnomalyArtifact> {
  const file = decodeSafetensors(bytes);
  if (!file.ok) return file;
  const { tensors, metadata } = file;
  if (metadata.model !== 'anomaly_detection' || metadata.format !== String(ANOMALY_FORMAT)) {
    return refuse(
      `file is ${metadata.model} of format ${metadata.format}, not anomaly_detection of ${ANOMALY_FORMAT}`,
    );
  }
  if (metadata.signs !== SIGNS.map(({ name }) => name).join(' ')) return refuse('file knows other signs');
  const statistics = decodeStatistics(tensors);
  if (!statistics.ok) return statistics;
  const faults: string[] = [];
  const forest = isolationFromTensors(
    Object.fromEntries(
      Object.keys(tensors)
        .filter((name) => name.startsWith('forest.'))
        .map((name) => [name.slice('forest.'.length), tensors[name].data]),
    ),
    FOREST_SIGNS.length,
  );
  if (!forest.ok) faults.push(...forest.faults.map((fault) => `forest: ${fault}`));
  const hours = numbers('hours', HOURS);
  if (hours.some((share) => share <= 0)) faults.push('hours must be positive');
  const usual = numbers('usual', 2 * SIGNS.length);
  const artifact = {
    statistics: statistics.statistics,
    amounts: { usual: book('usual'), merchants: book('merchants') },
    hours,
    usual: SIGNS.map((_, s): readonly [number, number] => [usual[2 * s], usual[2 * s + 1]]),
    tails: tails('tails', SIGNS.length + 1),
    joint: tails('joint', PASTS.length),
  };
  if (faults.length > 0 || !forest.ok) return { ok: false, faults };
  return { ok: true, artifact: { ...artifact, forest: forest.forest, scratch: createAnomalyScratch() } };

  function numbers(name: string, length: number): Float64Array {
    const data = tensors[name]?.data;
    if (data instanceof Float64Array && data.length === length && data.every(Number.isFinite)) return data;
    faults.push(`${name} must hold ${length} finite F64 values`);
    return new Float64Array(length);
  }

  function book(name: (typeof BOOKS)[number]): ReadonlyMap<string, AmountStatistic> {
    const keys = decodeStrings(tensors[`amounts.${name}.keys`]);
    if (keys === null) faults.push(`amounts.${name}.keys is no list of strings`);
    const values = numbers(`amounts.${name}`, 3 * (keys?.length ?? 0));
    if (values.some((value, i) => i % 3 !== 1 && value <= 0))
      faults.push(`amounts.${name} has a count or spread that is not positive`);
    return new Map(
      keys?.map((key, i) => [
        key,
        { count: values[3 * i], median: values[3 * i + 1], spread: values[3 * i + 2] },
      ]),
    );
  }

  function tails(name: string, count: number): Tail[] {
    const data = tensors[`${name}.length`]?.data;
    const lengths = data instanceof Uint32Array && data.length === count ? data : new Uint32Array(count);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (lengths.some((length) => length === 0)) faults.push(`${name}.length must hold ${count} lengths`);
    const slopes = numbers(`${name}.slope`, count);
    if (slopes.some((slope) => slope <= 0)) faults.push(`${name}.slope must be positive`);
    // A length that lies is refused before anything of that size is made.
    const isRight = tensors[`${name}.values`]?.data.length === total;
    if (!isRight) faults.push(`${name}.values must hold ${total} values`);
    const values = numbers(`${name}.values`, isRight ? total : 0);
    const nats = numbers(`${name}.nats`, isRight ? total : 0);
    const found: Tail[] = [];
    let from = 0;
    for (let t = 0; t < count; t++) {
      const until = from + lengths[t];
      const tail = {
        values: values.subarray(from, until),
        nats: nats.subarray(from, until),
        slope: slopes[t],
      };
      if (!ascends(tail.values) || !ascends(tail.nats) || tail.nats[0] < 0)
        faults.push(`${name} ${t} does not ascend`);
      found.push(tail);
      from = until;
    }
    return found;
  }
}

function ascends(values: Float64Array): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]);
}

function refuse(fault: string): Decoded<AnomalyArtifact> {
  return { ok: false, faults: [fault] };
}
