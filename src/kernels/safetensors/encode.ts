import { assert } from '../../lib/assert.ts';
import { DTYPES, type Dtype, dtypeOf, type Tensor, type TypedArray } from './dtypes.ts';

/** What may be written: a bare array (one dimension) or data with a shape and, where the bits need a name, a dtype. */
export type TensorInput =
  | TypedArray
  | { readonly data: TypedArray; readonly shape: readonly number[]; readonly dtype?: Dtype };

/**
 * Writes tensors as one safetensors file (huggingface/safetensors): u64 little-endian header length, JSON header padded
 * by spaces to 8 bytes, data without gaps. Header keys are sorted, data lie widest element first and then by name, so that
 * every tensor is aligned to its element and the same input gives the same bytes.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, TensorInput>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.keys(tensors)
    .sort()
    .map((name) => ({ name, tensor: completeTensor(name, tensors[name]), begin: 0 }));
  const laidOut = entries.toSorted(
    (a, b) => b.tensor.data.BYTES_PER_ELEMENT - a.tensor.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1),
  );
  let length = 0;
  for (const entry of laidOut) {
    entry.begin = length;
    length += entry.tensor.data.byteLength;
  }

  // Written by hand because JSON.stringify would put keys that look like integers first.
  const parts: string[] = [];
  const notes = Object.keys(metadata).sort();
  if (notes.length > 0) {
    const pairs = notes.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    parts.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  for (const { name, tensor, begin } of entries) {
    parts.push(
      `${JSON.stringify(name)}:{"dtype":"${tensor.dtype}","shape":[${tensor.shape.join(',')}],` +
        `"data_offsets":[${begin},${begin + tensor.data.byteLength}]}`,
    );
  }
  const header = new TextEncoder().encode(`{${parts.join(',')}}`);
  const headerLength = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(header, 8);
  for (const { tensor, begin } of laidOut) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), 8 + headerLength + begin);
  }
  return bytes;
}

function completeTensor(name: string, input: TensorInput): Tensor {
  assert(name !== '__metadata__', 'a tensor has a name of its own');
  const tensor: Tensor = ArrayBuffer.isView(input)
    ? { data: input, shape: [input.length], dtype: dtypeOf(input) }
    : { data: input.data, shape: input.shape, dtype: input.dtype ?? dtypeOf(input.data) };
  assert(tensor.data instanceof DTYPES[tensor.dtype], `${name} holds ${tensor.dtype}`);
  const size = tensor.shape.reduce((product, side) => product * side, 1);
  assert(size === tensor.data.length, `${name} has the size of its shape`);
  return tensor;
}
