import { AppError } from '../errors.ts';

/** Text of a file in pieces, and how it was encoded. */
export interface DecodedText {
  readonly texts: readonly string[];
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly hasBom: boolean;
  readonly warnings: readonly string[];
}

const HEAD_BYTES = 1 << 16;
// Text holds next to no control characters; compressed or compiled data is about one eighth control characters.
const CONTROL_SHARE_MAX = 0.05;
const VALID_PER_INVALID = 10;

const SIGNATURES: readonly { readonly magic: string; readonly what: string }[] = [
  { magic: 'PK\u0003\u0004', what: 'an Excel workbook or ZIP archive; save the sheet as CSV' },
  { magic: '\u00d0\u00cf\u0011\u00e0', what: 'an old Excel workbook (.xls); save the sheet as CSV' },
  { magic: '%PDF', what: 'a PDF document; ask the bank for CSV' },
  { magic: 'SQLite format 3', what: 'an SQLite database; export the table as CSV' },
  { magic: '\u0028\u00b5\u002f\u00fd', what: 'compressed with Zstandard; decompress it first' },
  { magic: 'BZh', what: 'compressed with bzip2; decompress it first' },
  { magic: '\u00fd7zXZ', what: 'compressed with xz; decompress it first' },
];

/**
 * Decodes UTF-8 and UTF-16 (by byte order mark, or by the pattern of its zero bytes); text that is not valid UTF-8 is
 * read as windows-1252 with a warning. Throws `table_unreadable` for binary data.
 */
export function decodeText(
  path: string,
  chunks: readonly Buffer[],
  options: { isTruncated: boolean },
): DecodedText {
  const head = Buffer.concat(chunks.slice(0, 1)).subarray(0, HEAD_BYTES);
  if (head[0] === 0xff && head[1] === 0xfe) return decodeWhole(chunks, 'utf-16le', true, []);
  if (head[0] === 0xfe && head[1] === 0xff) return decodeWhole(chunks, 'utf-16be', true, []);
  refuseBinary(path, head);
  const wide = guessUtf16(head);
  if (wide !== null) {
    return decodeWhole(chunks, wide, false, [`The file has no byte order mark; it was read as ${wide}.`]);
  }
  if (head.includes(0)) {
    throw new AppError('table_unreadable', `"${path}" is a binary file (it contains NUL bytes), not a table`);
  }
  const hasBom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const texts = chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
    // A file cut off in the middle of a character is still UTF-8.
    if (!options.isTruncated) decoder.decode();
    return { texts, encoding: 'utf-8', hasBom, warnings: [] };
  } catch {
    const lenient = decodeWhole(chunks, 'utf-8', hasBom, []);
    const { valid, invalid } = countLetters(lenient.texts);
    // A few damaged characters in a UTF-8 file must not spoil the others.
    if (valid > invalid * VALID_PER_INVALID) {
      const warning = `${invalid} characters of the file are damaged (not valid UTF-8); they were read as \ufffd.`;
      return { ...lenient, warnings: [warning] };
    }
    return decodeWhole(chunks, 'windows-1252', false, [
      'The file is not valid UTF-8; it was read as windows-1252. If letters look wrong, save it as UTF-8.',
    ]);
  }
}

/** Letters beyond ASCII that were decoded, and places where decoding failed. */
function countLetters(texts: readonly string[]): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (const text of texts) {
    invalid += text.match(/\ufffd/g)?.length ?? 0;
    valid += text.match(/[^\u0000-\u007f\ufffd]/g)?.length ?? 0;
  }
  return { valid, invalid };
}

function decodeWhole(
  chunks: readonly Buffer[],
  encoding: DecodedText['encoding'],
  hasBom: boolean,
  warnings: readonly string[],
): DecodedText {
  const decoder = new TextDecoder(encoding);
  const texts = chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
  texts.push(decoder.decode());
  return { texts, encoding, hasBom, warnings };
}

function refuseBinary(path: string, head: Buffer): void {
  const start = head.subarray(0, 16).toString('latin1');
  const known = SIGNATURES.find((signature) => start.startsWith(signature.magic));
  if (known !== undefined) throw new AppError('table_unreadable', `"${path}" is ${known.what}`);
  let controls = 0;
  for (const byte of head) {
    if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 0) || byte === 127) controls++;
  }
  if (controls > head.length * CONTROL_SHARE_MAX) {
    throw new AppError('table_unreadable', `"${path}" is a binary file, not a table`);
  }
}

/** UTF-16 without a byte order mark shows as zeros in every other byte of Latin text. */
function guessUtf16(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i & 1]++;
  const half = head.length / 2;
  if (zeros[1] > half * 0.5 && zeros[0] < half * 0.05) return 'utf-16le';
  if (zeros[0] > half * 0.5 && zeros[1] < half * 0.05) return 'utf-16be';
  return null;
}
