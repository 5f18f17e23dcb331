import type { Tensor } from './dtypes.ts';

/** A list of strings as one byte tensor: its JSON in UTF-8, so that any reader of the file can parse it. */
export function encodeStrings(strings: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(strings));
}

/** Inverse of {@link encodeStrings}; null when the tensor holds anything but a list of strings. */
export function decodeStrings(tensor: Tensor | undefined): readonly string[] | null {
  if (tensor === undefined || tensor.dtype !== 'U8') return null;
  try {
    // A view of shared memory cannot be decoded, a copy can.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(tensor.data as Uint8Array));
    const strings: unknown = JSON.parse(text);
    return Array.isArray(strings) && strings.every((value) => typeof value === 'string') ? strings : null;
  } catch {
    return null;
  }
}
