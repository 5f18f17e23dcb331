import { DTYPES, isDtype, type Tensor, type TypedArrayConstructor } from './dtypes.ts';
import { findDuplicateKey } from './duplicate-key.ts';

/** The reference implementation refuses longer headers, and so do we. */
const HEADER_BYTES_MAX = 100_000_000;
const FAULTS_MAX = 20;

/** Either every tensor of the file, or what is wrong with it. */
export type DecodedSafetensors =
  | {
      readonly ok: true;
      readonly tensors: Readonly<Record<string, Tensor>>;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly faults: readonly string[] };

interface Place {
  readonly name: string;
  readonly dtype: keyof typeof DTYPES;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file (huggingface/safetensors). Tensors are views of `bytes`, also of shared memory; only one that
 * is not aligned to its element is copied. Never throws: whatever is malformed comes back as faults.
 */
export function decodeSafetensors(bytes: Uint8Array): DecodedSafetensors {
  if (bytes.length < 8) return refuse(`file has ${bytes.length} bytes, fewer than its own length field`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (headerLength > HEADER_BYTES_MAX) return refuse(`header of ${headerLength} bytes is too long`);
  const dataStart = 8 + headerLength;
  if (dataStart > bytes.length)
    return refuse(`header of ${headerLength} bytes runs past the end of the file`);
  if (bytes[8] !== 0x7b) return refuse('header does not begin with {');

  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(8, dataStart));
    header = JSON.parse(text);
  } catch (error) {
    return refuse(`header is not JSON in UTF-8: ${error instanceof Error ? error.name : 'unreadable'}`);
  }
  if (!isObject(header)) return refuse('header is not a JSON object');
  const twice = findDuplicateKey(text);
  if (twice !== null) return refuse(`header has the key ${quote(twice)} twice`);

  const faults: string[] = [];
  const places: Place[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (faults.length >= FAULTS_MAX) break;
    if (name === '__metadata__') {
      if (isObject(entry) && Object.values(entry).every((value) => typeof value === 'string')) {
        metadata = entry as Record<string, string>;
      } else faults.push('__metadata__ must be an object of strings');
      continue;
    }
    const place = parsePlace(name, entry);
    if (typeof place === 'string') faults.push(`tensor ${quote(name)} ${place}`);
    else places.push(place);
  }
  if (faults.length > 0) return { ok: false, faults };

  // Ordered by end as well: an empty tensor may share its begin with the one that follows it.
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const place of places) {
    if (place.begin !== end) {
      const how = place.begin < end ? 'overlaps the tensor before it' : 'leaves a hole before it';
      return refuse(`tensor ${quote(place.name)} ${how}: begins at ${place.begin}, not ${end}`);
    }
    end = place.end;
  }
  if (dataStart + end !== bytes.length) {
    return refuse(`file has ${bytes.length} bytes, its header tells of ${dataStart + end}`);
  }

  const viewed = new Map(places.map((place) => [place.name, viewTensor(bytes, dataStart, place)]));
  const tensors = Object.fromEntries(
    Object.keys(header)
      .filter((name) => viewed.has(name))
      .map((name) => [name, viewed.get(name) as Tensor]),
  );
  return { ok: true, tensors, metadata };
}

function parsePlace(name: string, entry: unknown): Place | string {
  if (!isObject(entry)) return 'is not described by an object';
  for (const key of Object.keys(entry)) {
    if (key !== 'dtype' && key !== 'shape' && key !== 'data_offsets')
      return `has the unknown key ${quote(key)}`;
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) return `has an unknown dtype ${quote(String(dtype))}`;
  if (!isSizes(shape)) return 'has a shape that is no list of sizes';
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    return 'has no valid data_offsets';
  const [begin, end] = offsets;
  let size: number = DTYPES[dtype].BYTES_PER_ELEMENT;
  for (const side of shape) {
    size *= side;
    if (!Number.isSafeInteger(size)) return 'has a shape beyond any memory';
  }
  if (size !== end - begin) return `needs ${size} bytes for its shape, has ${end - begin}`;
  return { name, dtype, shape, begin, end };
}

function viewTensor(bytes: Uint8Array, dataStart: number, place: Place): Tensor {
  const View = DTYPES[place.dtype] as TypedArrayConstructor;
  const length = (place.end - place.begin) / View.BYTES_PER_ELEMENT;
  const start = bytes.byteOffset + dataStart + place.begin;
  const isAligned = start % View.BYTES_PER_ELEMENT === 0;
  const data = isAligned
    ? new View(bytes.buffer, start, length)
    : new View(bytes.slice(dataStart + place.begin, dataStart + place.end).buffer, 0, length);
  return { dtype: place.dtype, shape: place.shape, data };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}

function quote(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

function refuse(fault: string): DecodedSafetensors {
  return { ok: false, faults: [fault] };
}
