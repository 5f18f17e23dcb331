import type { TextModel } from './model.ts';
import { indexVocabulary } from './vocabulary.ts';

/** Layout and meaning of the tensors; a change of tokens, weighting or layout needs another number. */
const TEXT_FORMAT = 1;

/** Either the model, or what is wrong with its tensors. */
export type DecodedText =
  | { readonly ok: true; readonly model: TextModel }
  | { readonly ok: false; readonly faults: readonly string[] };

/** The tensors of a model, for a container such as safetensors; the caller adds a prefix to the names as it likes. */
export function textTensors(model: TextModel) {
  return {
    format: Uint32Array.of(TEXT_FORMAT, model.classes, model.vocabulary.hashes.length),
    hashes: model.vocabulary.hashes,
    idf: model.vocabulary.idf,
    bias: model.bias,
    scales: model.scales,
    weights: model.weights,
  };
}

/**
 * Rebuilds a model from untrusted tensors, which it keeps as they are (also views of shared memory); only the small
 * lookup table is made anew.
 */
export function textFromTensors(tensors: Readonly<Record<string, unknown>>): DecodedText {
  const { format, hashes, idf, bias, scales, weights } = tensors;
  if (!(format instanceof Uint32Array) || format.length !== 3) return refuse('format must be 3 uint32');
  const [version, classes, columns] = format;
  if (version !== TEXT_FORMAT) return refuse(`format ${version} is not ${TEXT_FORMAT}`);
  if (!(hashes instanceof Uint32Array) || hashes.length !== columns) {
    return refuse(`hashes must be ${columns} uint32`);
  }
  if (!(idf instanceof Float32Array) || idf.length !== columns)
    return refuse(`idf must be ${columns} float32`);
  if (!(bias instanceof Float64Array) || bias.length !== classes) {
    return refuse(`bias must be ${classes} float64`);
  }
  if (!(scales instanceof Float32Array) || scales.length !== columns) {
    return refuse(`scales must be ${columns} float32`);
  }
  if (!(weights instanceof Int8Array) || weights.length !== columns * classes) {
    return refuse(`weights must be ${columns * classes} int8`);
  }
  const faults: string[] = [];
  if (classes < 1) faults.push('there is no class');
  for (let column = 1; column < columns; column++) {
    if (hashes[column - 1] < hashes[column]) continue;
    faults.push('hashes must ascend');
    break;
  }
  if (!idf.every((value) => value >= 0 && value < 100)) faults.push('idf must lie in [0, 100)');
  if (!scales.every((value) => value >= 0 && value < 1e6)) faults.push('scales must lie in [0, 1e6)');
  if (!bias.every((value) => Math.abs(value) < 1e9)) faults.push('bias must be finite');
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, model: { vocabulary: indexVocabulary(hashes, idf), classes, bias, scales, weights } };
}

function refuse(fault: string): DecodedText {
  return { ok: false, faults: [fault] };
}
