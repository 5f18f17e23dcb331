import { decodeStatistics, encodeStatistics } from '../features/statistics-tensors.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { forestFromTensors, forestTensors } from '../kernels/forest/tensors.ts';
import { decodeSafetensors } from '../kernels/safetensors/decode.ts';
import type { TypedArray } from '../kernels/safetensors/dtypes.ts';
import { encodeSafetensors } from '../kernels/safetensors/encode.ts';
import { textFromTensors, textTensors } from '../kernels/text/tensors.ts';
import { type CategoryArtifact, createCategoryScratch, MEMBERS } from './category.ts';
import { decodeLookup, encodeLookup } from './category-lookup.ts';
import { RECIPES, type Recipe } from './category-tokens.ts';
import type { Decoded } from './model.ts';

/** Layout number of the file; raise it whenever older code could not read the bytes or would answer otherwise. */
export const CATEGORY_FORMAT = 1;

const CLASSES_MAX = 65_535;

/** The artifact as one safetensors file; equal artifacts give equal bytes. */
export function encodeCategory(artifact: CategoryArtifact): Uint8Array {
  return encodeSafetensors(
    {
      ...encodeStatistics(artifact.statistics),
      ...encodeLookup(artifact.lookup),
      ...prefixed('text.', textTensors(artifact.text)),
      ...prefixed('forest.', forestTensors(artifact.forest)),
      'pool.weights': artifact.pool.weights,
      'pool.shape': Float64Array.of(artifact.pool.temperature, artifact.pool.floor),
      'confidence.x': artifact.confidence.x,
      'confidence.y': artifact.confidence.y,
    },
    { model: 'category_prediction', format: String(CATEGORY_FORMAT), recipe: artifact.recipe },
  );
}

function prefixed(prefix: string, tensors: Readonly<Record<string, TypedArray>>): Record<string, TypedArray> {
  return Object.fromEntries(Object.entries(tensors).map(([name, data]) => [prefix + name, data]));
}

/** Reads what {@link encodeCategory} wrote; never throws, whatever the bytes. Large arrays stay views of them. */
export function decodeCategory(bytes: Uint8Array): Decoded<CategoryArtifact> {
  const file = decodeSafetensors(bytes);
  if (!file.ok) return file;
  const { tensors, metadata } = file;
  if (metadata.model !== 'category_prediction' || metadata.format !== String(CATEGORY_FORMAT)) {
    return refuse(
      `file is ${metadata.model} of format ${metadata.format}, not category_prediction of ${CATEGORY_FORMAT}`,
    );
  }
  const recipe = RECIPES.find((known) => known === metadata.recipe);
  if (recipe === undefined) return refuse(`token recipe ${metadata.recipe} is unknown`);

  const statistics = decodeStatistics(tensors);
  if (!statistics.ok) return statistics;
  const classCount = statistics.statistics.categories.length;
  if (classCount < 1 || classCount > CLASSES_MAX) return refuse(`${classCount} classes`);

  const faults: string[] = [];
  const lookup = decodeLookup(tensors, classCount, faults);
  const text = textFromTensors(under('text.'));
  if (!text.ok) faults.push(...text.faults.map((fault) => `text: ${fault}`));
  else if (text.model.classes !== classCount)
    faults.push(`text has ${text.model.classes} classes, not ${classCount}`);
  const forest = forestFromTensors(under('forest.'), { classCount, featureCount: FEATURE_COUNT });
  if (!forest.ok) faults.push(...forest.faults.map((fault) => `forest: ${fault}`));
  const weights = vector('pool.weights', MEMBERS.length);
  const [temperature, floor] = vector('pool.shape', 2);
  if (!(temperature > 0)) faults.push('pool.shape must begin with a positive temperature');
  const x = vector('confidence.x', null);
  const y = vector('confidence.y', x.length);
  if (x.length === 0) faults.push('confidence.x is empty');
  if (x.some((value, i) => i > 0 && value <= x[i - 1])) faults.push('confidence.x must ascend');
  if (y.some((value) => value < 0 || value > 1)) faults.push('confidence.y must lie in [0, 1]');
  if (faults.length > 0 || !text.ok || !forest.ok) return { ok: false, faults };
  const parts = {
    recipe: recipe satisfies Recipe,
    statistics: statistics.statistics,
    text: text.model,
    lookup,
  };
  return {
    ok: true,
    artifact: {
      ...parts,
      forest: forest.forest,
      pool: { weights, temperature, floor },
      confidence: { x, y },
      scratch: createCategoryScratch(parts),
    },
  };

  function under(prefix: string): Record<string, TypedArray> {
    const names = Object.keys(tensors).filter((name) => name.startsWith(prefix));
    return Object.fromEntries(names.map((name) => [name.slice(prefix.length), tensors[name].data]));
  }

  function vector(name: string, length: number | null): Float64Array {
    const data = tensors[name]?.data;
    const isRight =
      data instanceof Float64Array &&
      (length === null || data.length === length) &&
      data.every(Number.isFinite);
    if (isRight) return data;
    faults.push(`${name} must hold ${length === null ? '' : `${length} `}finite F64 values`);
    return new Float64Array(length ?? 0);
  }
}

function refuse(fault: string): Decoded<CategoryArtifact> {
  return { ok: false, faults: [fault] };
}
