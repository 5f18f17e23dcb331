import { assert } from '../../lib/assert.ts';

/** The code of a missing value (NaN); bins use 0 to 254. */
export const MISSING_CODE = 255;
/** Most bins a feature may have: one byte less the code for missing. */
export const BINS_MAX = 255;

/** A table of features cut into at most 255 ordered bins each; all arrays may lie over a SharedArrayBuffer. */
export interface Bins {
  readonly rowCount: number;
  readonly featureCount: number;
  /** Column-major: the code of row r, feature f is at f * rowCount + r; 255 is missing. */
  readonly codes: Uint8Array;
  /** Bins of each feature, at least 1. */
  readonly binCount: Uint16Array;
  /** Feature f owns edges[edgeStart[f]] up to edges[edgeStart[f + 1]]; featureCount + 1 entries. */
  readonly edgeStart: Uint32Array;
  /** Inclusive upper bound of each bin, ascending; the last one of a feature is +Infinity. */
  readonly edges: Float32Array;
}

export interface BinOptions {
  /** Most bins per feature, 2 to 255. */
  readonly binsMax?: number;
  /** Put codes and edges into SharedArrayBuffers so that worker threads can read them without a copy. */
  readonly shared?: boolean;
}

function bytes(length: number, shared: boolean): ArrayBuffer | SharedArrayBuffer {
  return shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length);
}

/**
 * Cuts every feature into bins. A feature with at most `binsMax` distinct values gets one bin a value, with
 * thresholds midway between neighbours (as scikit-learn places them); others get bins of about equal counts,
 * a value heavier than a bin staying alone (as LightGBM does). NaN becomes code 255; infinities are ordinary values.
 *
 * @param rows row-major, rowCount x featureCount; not modified
 */
export function binFeatures(
  rows: Float32Array,
  rowCount: number,
  featureCount: number,
  options: BinOptions = {},
): Bins {
  const binsMax = options.binsMax ?? BINS_MAX;
  const shared = options.shared ?? false;
  assert(rowCount >= 1 && featureCount >= 1, 'binning needs at least one row and one feature');
  assert(rows.length >= rowCount * featureCount, 'rows hold fewer values than rowCount x featureCount');
  assert(binsMax >= 2 && binsMax <= BINS_MAX, 'binsMax lies between 2 and 255');
  const codes = new Uint8Array(bytes(rowCount * featureCount, shared));
  const binCount = new Uint16Array(bytes(2 * featureCount, shared));
  const edgeStart = new Uint32Array(bytes(4 * (featureCount + 1), shared));
  const found = new Float32Array(featureCount * binsMax);
  const sorter = createSorter(rowCount);
  let edgeCount = 0;
  for (let feature = 0; feature < featureCount; feature++) {
    edgeStart[feature] = edgeCount;
    const present = sortColumn(sorter, rows, rowCount, featureCount, feature);
    const column = codes.subarray(feature * rowCount, (feature + 1) * rowCount);
    if (present < rowCount) column.fill(MISSING_CODE);
    const count = cutColumn(sorter, present, binsMax, column, found, edgeCount);
    binCount[feature] = count;
    edgeCount += count;
  }
  edgeStart[featureCount] = edgeCount;
  const edges = new Float32Array(bytes(4 * edgeCount, shared));
  edges.set(found.subarray(0, edgeCount));
  return { rowCount, featureCount, codes, binCount, edgeStart, edges };
}

interface Sorter {
  /** Sortable keys, and the rows they belong to; the sorted result is left in `keys` and `order`. */
  keys: Uint32Array<ArrayBuffer>;
  order: Uint32Array<ArrayBuffer>;
  keysOther: Uint32Array<ArrayBuffer>;
  orderOther: Uint32Array<ArrayBuffer>;
  readonly counts: Uint32Array<ArrayBuffer>;
  readonly float: Float32Array<ArrayBuffer>;
  readonly word: Uint32Array<ArrayBuffer>;
}

function createSorter(rowCount: number): Sorter {
  const float = new Float32Array(1);
  return {
    keys: new Uint32Array(rowCount),
    order: new Uint32Array(rowCount),
    keysOther: new Uint32Array(rowCount),
    orderOther: new Uint32Array(rowCount),
    counts: new Uint32Array(3 * 2048),
    float,
    word: new Uint32Array(float.buffer),
  };
}

/** Radix-sorts the present values of a column with their row numbers (three passes of 11 bits); returns how many. */
function sortColumn(
  sorter: Sorter,
  rows: Float32Array,
  rowCount: number,
  featureCount: number,
  feature: number,
): number {
  const { counts, float, word } = sorter;
  const keys = sorter.keys;
  const order = sorter.order;
  counts.fill(0);
  let present = 0;
  for (let row = 0, at = feature; row < rowCount; row++, at += featureCount) {
    const value = rows[at];
    if (Number.isNaN(value)) continue;
    // Adding zero turns -0 into +0, so that equal numbers have equal keys.
    float[0] = value + 0;
    const bits = word[0] | 0;
    // Flipping all bits of negatives and the sign of the others makes unsigned order the order of the numbers.
    const key = (bits ^ ((bits >> 31) | 0x80000000)) >>> 0;
    keys[present] = key;
    order[present] = row;
    present++;
    counts[key & 2047]++;
    counts[2048 + ((key >>> 11) & 2047)]++;
    counts[4096 + (key >>> 22)]++;
  }
  for (let pass = 0; pass < 3; pass++) sortPass(sorter, present, pass);
  return present;
}

function sortPass(sorter: Sorter, present: number, pass: number): void {
  const { counts, keys, order, keysOther, orderOther } = sorter;
  const base = pass * 2048;
  const shift = pass * 11;
  let total = 0;
  for (let i = base; i < base + 2048; i++) {
    const count = counts[i];
    if (count === present) return;
    counts[i] = total;
    total += count;
  }
  for (let i = 0; i < present; i++) {
    const key = keys[i];
    const at = counts[base + ((key >>> shift) & 2047)]++;
    keysOther[at] = key;
    orderOther[at] = order[i];
  }
  sorter.keys = keysOther;
  sorter.order = orderOther;
  sorter.keysOther = keys;
  sorter.orderOther = order;
}

/** Writes the codes of one sorted column and its edges from `edgeAt` on; returns the number of bins. */
function cutColumn(
  sorter: Sorter,
  present: number,
  binsMax: number,
  column: Uint8Array,
  edges: Float32Array,
  edgeAt: number,
): number {
  const { keys, order } = sorter;
  let distinct = present > 0 ? 1 : 0;
  for (let i = 1; i < present; i++) if (keys[i] !== keys[i - 1]) distinct++;
  const oneEach = distinct <= binsMax;
  let bin = 0;
  let inBin = 0;
  let remaining = present;
  let target = present / binsMax;
  for (let i = 0; i < present; ) {
    const key = keys[i];
    let end = i + 1;
    while (end < present && keys[end] === key) end++;
    const weight = end - i;
    const full = oneEach || inBin >= target || inBin + weight / 2 > target || weight >= target;
    if (inBin > 0 && full && bin < binsMax - 1) {
      edges[edgeAt + bin] = threshold(sorter, keys[i - 1], key);
      bin++;
      remaining -= inBin;
      target = remaining / (binsMax - bin);
      inBin = 0;
    }
    for (let j = i; j < end; j++) column[order[j]] = bin;
    inBin += weight;
    i = end;
  }
  edges[edgeAt + bin] = Number.POSITIVE_INFINITY;
  return bin + 1;
}

function decode(sorter: Sorter, key: number): number {
  sorter.word[0] = key >>> 31 === 1 ? key ^ 0x80000000 : ~key;
  return sorter.float[0];
}

/** A float32 t with low <= t < high, midway where one exists. */
function threshold(sorter: Sorter, lowKey: number, highKey: number): number {
  const low = decode(sorter, lowKey);
  const high = decode(sorter, highKey);
  const middle = Math.fround((low + high) / 2);
  return middle >= low && middle < high ? middle : low;
}

/**
 * The features of one row as any walk over these bins sees them: each value stands for its bin (the bin's upper
 * bound), NaN for missing. Every threshold of a tree grown on the bins is one of the bounds, so it decides alike.
 */
export function writeBinnedRow(bins: Bins, row: number, out: Float32Array, offset: number): void {
  const { codes, rowCount, featureCount, edgeStart, edges } = bins;
  for (let feature = 0; feature < featureCount; feature++) {
    const code = codes[feature * rowCount + row];
    out[offset + feature] = code === MISSING_CODE ? Number.NaN : edges[edgeStart[feature] + code];
  }
}
