/**
 * How a node is packed into two 32-bit words, so that one step of a walk touches one cache line.
 *
 *   word 0, a split: bit 31 missing values go right | bits 16-30 feature | bits 0-15 rank of the threshold
 *   word 1, a split: distance in words from the left child to the right child (the left child follows its parent)
 *   word 1, a leaf:  -1 - payload (negative); word 0 is 0
 *
 * A row goes left when its value is at most the threshold, that is when the number of the feature's thresholds
 * below the value is at most the rank. The payload of a classification leaf is the class itself where the leaf is
 * pure, else classCount + the number of the stored distribution; of a regression leaf the number of the leaf.
 * Children always lie after their parent, so a walk cannot loop.
 */
export const NODE_WORDS = 2;

/** Features and thresholds per feature that fit the packing, nodes and stored leaves of a forest. */
export const FEATURES_MAX = 32_767;
export const THRESHOLDS_MAX = 65_536;
export const NODES_MAX = 16_777_216;
export const LEAVES_MAX = 4_194_304;

export function packSplit(feature: number, rank: number, missingLeft: boolean): number {
  return (missingLeft ? 0 : 0x80000000) | (feature << 16) | rank;
}

export function splitFeature(word: number): number {
  return (word >>> 16) & 0x7fff;
}

export function splitRank(word: number): number {
  return word & 0xffff;
}

export function isMissingLeft(word: number): boolean {
  return word >= 0;
}

export function packLeaf(payload: number): number {
  return -1 - payload;
}
