/** The typed arrays tensors are read into. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array;

/** How a view of bytes is made. */
export interface TypedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

/**
 * The element types that are understood. Half floats and bfloat16 come as their raw 16 bits, booleans as bytes.
 * The first row of a constructor is what an array of that kind is written as unless told otherwise.
 */
export const DTYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const satisfies Record<string, TypedArrayConstructor>;

export type Dtype = keyof typeof DTYPES;

/** One tensor: `data` holds `shape`'s product of elements, row-major. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(DTYPES, name);
}

/** The dtype an array is written as when none is named. */
export function dtypeOf(data: TypedArray): Dtype {
  for (const [name, View] of Object.entries(DTYPES)) {
    if (data instanceof View) return name as Dtype;
  }
  throw new Error(`assertion failed: no dtype for ${Object.prototype.toString.call(data)}`);
}
